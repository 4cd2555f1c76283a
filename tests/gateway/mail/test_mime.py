from gateway.mail.mime import (
    KEPT_WHOLE,
    MAX_LEVELS,
    MAX_NESTED,
    MAX_PARTS,
    MAX_SCANNED_BYTES,
    Part,
    read_tree,
)


def tree(raw: bytes) -> tuple[Part, list[str]]:
    defects: list[str] = []
    return read_tree(raw, defects), defects


def bodies(raw: bytes) -> list[bytes]:
    return [raw[part.start : part.end] for part in tree(raw)[0].children]


def test_parts_lie_between_the_delimiters() -> None:
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npre\r\n'
    raw += b"--b\r\n\r\none\r\n--b \r\n\r\ntwo\r\n\r\n--b--\r\npost"
    assert bodies(raw) == [b"one", b"two\r\n"]
    assert tree(raw)[1] == []


def test_a_longer_boundary_is_another_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\ntwo --b\n--b--\n"
    assert bodies(raw) == [b"one\n--bb\ntwo --b"]


def test_a_part_that_never_closes_runs_to_the_end() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none"
    assert bodies(raw) == [b"one"]
    assert tree(raw)[1] == ["multipart is not closed"]


def test_an_inner_multipart_that_never_closes_ends_with_the_outer_part() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n"
    part = tree(b"Content-Type: multipart/mixed; boundary=o\n\n--o\n" + inner + b"--o\n\ntwo\n--o--\n")[0]
    assert [child.is_multipart for child in part.children] == [True, False]
    assert len(part.children[0].children) == 1


def test_a_missing_or_wrong_boundary_is_found_in_the_body() -> None:
    for parameter in (b"", b"; boundary=wrong"):
        raw = b"Content-Type: multipart/mixed" + parameter + b"\n\n--real_one\n\ntext\n--real_one--\n"
        assert bodies(raw) == [b"text"]
        assert "boundary is missing or wrong" in tree(raw)[1]


def test_a_missing_boundary_that_begins_with_dashes_is_found_behind_lines_like_it() -> None:
    raw = b"Content-Type: multipart/mixed\n\n-----Original Message-----\nhello\n"
    part = b"----=_Part_1\nContent-Type: text/plain\n\ntext\n----=_Part_1--\n"
    assert bodies(raw + part) == [b"text"]
    assert tree(raw)[0].children == []


def test_a_multipart_without_parts_is_text() -> None:
    part, defects = tree(b"Content-Type: multipart/mixed; boundary=b\n\nhello")
    assert (part.content_type, part.children) == ("text/plain", [])
    assert "multipart without parts" in defects


def test_parts_after_the_closing_line_are_not_lost() -> None:
    assert (
        len(bodies(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n\n--b\n\ntwo\n--b--\n"))
        == 2
    )


def test_a_digest_holds_mails() -> None:
    part = tree(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n")[0]
    assert part.children[0].content_type == "message/rfc822"


def test_a_type_that_cannot_be_read_is_text_and_named() -> None:
    part, defects = tree(b"Content-Type: nonsense\n\nhello")
    assert part.content_type == "text/plain"
    assert defects == ["content type cannot be read"]
    assert tree(b"Content-Type: html\n\nhello")[0].content_type == "text/html"
    assert tree(b"Content-Type:\n\nhello")[1] == []


def nested(levels: int, *, inner: bytes = b"\ndeep") -> bytes:
    opened = [b"Content-Type: multipart/mixed; boundary=b%dx\n\n--b%dx\n" % (n, n) for n in range(levels)]
    closed = [b"\n--b%dx--\n" % n for n in reversed(range(levels))]
    return b"".join((*opened, inner, *closed))


def leaves(part: Part) -> list[Part]:
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def test_deep_levels_are_read_to_the_bottom_and_kept_side_by_side() -> None:
    for levels in (1, MAX_NESTED - 1, MAX_NESTED, MAX_NESTED + 1, 10 * MAX_NESTED):
        found, defects = tree(nested(levels))
        assert [leaf.body for leaf in leaves(found)] == [b"deep"], levels
        assert defects == []


def test_of_deep_alternatives_none_replaces_another() -> None:
    two = b"Content-Type: multipart/alternative; boundary=i\n\n--i\n\none\n--i\n\ntwo\n--i--"
    part = tree(nested(MAX_NESTED + 3, inner=two))[0]
    assert [leaf.body for leaf in leaves(part)] == [b"one", b"two"]
    while part.children[0].children:
        part = part.children[0]
    assert part.content_type == "multipart/mixed"


def test_what_lies_below_the_last_level_is_kept_whole() -> None:
    found, defects = tree(nested(MAX_LEVELS + 10))
    (leaf,) = leaves(found)
    assert leaf.content_type == KEPT_WHOLE
    assert b"\ndeep\n" in leaf.body
    assert "parts are nested too deeply" in defects


def test_levels_that_would_cost_quadratic_time_are_kept_whole() -> None:
    long = b"x" * (MAX_SCANNED_BYTES // 250)
    found, defects = tree(nested(300, inner=b"\n" + long))
    (leaf,) = leaves(found)
    assert long in leaf.body
    assert "parts are nested too deeply" in defects


def test_parts_beyond_the_limit_are_kept_as_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (MAX_PARTS + 10) + b"--b--\n"
    part, defects = tree(raw)
    assert len(part.children) == MAX_PARTS
    assert part.children[-1].content_type == KEPT_WHOLE
    assert part.children[-1].body == (b"\nx\n" + b"--b\n\nx\n" * 10 + b"--b--\n")
    assert "too many parts" in defects


def test_multiparts_beyond_the_limit_are_kept_whole() -> None:
    one = b"--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--\n"
    part, _ = tree(b"Content-Type: multipart/mixed; boundary=b\n\n" + one * MAX_PARTS)
    assert part.children[MAX_PARTS - 2].content_type == KEPT_WHOLE


def test_many_lines_like_delimiters_are_told_from_them() -> None:
    like = b"--bx\n" * 5000
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n" + like + b"--b \n\ntwo --b\n--b--\n"
    assert bodies(raw) == [b"one\n" + like[:-1], b"two --b"]


def test_white_space_may_follow_a_delimiter_and_anything_the_last_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b \t\r\n\none\n--b x\n--b--junk\n--b\n\ntwo"
    assert bodies(raw) == [b"one\n--b x", b"two"]


def test_the_header_knows_the_first_texts_charset() -> None:
    part = b"--b\nContent-Type: text/plain; charset=koi8-r\n\nx\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + part + b"--b--\n"
    assert tree(raw)[0].headers.charset == "koi8-r"
