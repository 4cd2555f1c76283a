from gateway.mail.flowed import MAX_LINES, unflow

FLOWED = {"format": "flowed"}


def test_soft_line_ends_are_undone() -> None:
    assert unflow("one \ntwo\nthree", FLOWED) == "one two\nthree"


def test_delsp_drops_the_space() -> None:
    assert unflow("on \ne", {"format": "Flowed", "delsp": "yes"}) == "one"


def test_a_signature_delimiter_stays_a_line() -> None:
    assert unflow("text \n-- \nAnn", FLOWED) == "text \n-- \nAnn"


def test_quoted_lines_stay_as_they_are() -> None:
    assert unflow("answer \n> asked \n> before \nend", FLOWED) == "answer \n> asked \n> before \nend"


def test_stuffed_lines_lose_their_space() -> None:
    assert unflow(" From here\n >no quote", FLOWED) == "From here\n>no quote"


def test_other_text_is_left_alone() -> None:
    assert unflow("one \ntwo", {}) == "one \ntwo"


def test_below_very_many_lines_line_ends_stay() -> None:
    many = "a\n" * (MAX_LINES - 2)
    assert unflow(f"{many}one \ntwo\nthree \nfour", FLOWED) == f"{many}one two\nthree \nfour"
