import pytest

from gateway.mail.quotemarks import (
    IN_INDENT,
    IN_QUOTE,
    attribution,
    is_quoted,
    is_torn_quote,
    may_be_marks,
    shared_line,
    without_marks,
    without_unseen,
)


@pytest.mark.parametrize(
    "mark",
    [
        "On Mon, Jun 3, 2024 at 10:00 AM Ann Lee <ann@x.example> wrote:",
        "On 2024-06-03 at 10:00 , Ann <\nann@x.example> wrote:",
        "On Jun 3, 2024, at 10:00, Ann Lee\n<ann@x.example>\nwrote:",
        "On Wed, 14 Nov 2018 08:14:43 -0200 John <john@x.example> wrote",
        "Am 03.06.2024 um 10:00 schrieb Ann Lee:",
        "Am Mo., 3. Juni 2024 um 10:00 Uhr schrieb Ann <ann@x.example>:",
        "Ann Lee <ann@x.example> schrieb am Mo., 3. Juni 2024\num 10:00 Uhr:",
        "Le lun. 3 juin 2024 à 10:00, Ann <ann@x.example> a écrit :",
        "El lun, 3 jun 2024 a las 10:00, Ann (<ann@x.example>) escribió:",
        "Il giorno lun 3 giu 2024 alle ore 10:00 Ann <ann@x.example> ha scritto:",
        "Zitat von Ann <ann@x.example>:",
        "Quoting Ann <ann@x.example>:",
        "Ann <ann@x.example> hat am 03.06.2024 10:00 CEST geschrieben:",
        "Op 3-jun.-2024, om 10:00 heeft Ann <ann@x.example> het volgende geschreven:",
        "在 2024年6月3日，下午5:50，Ann <ann@x.example> 写道：",
        "Op ma 3 jun. 2024 om 10:00 schreef Ann <ann@x.example>:",
        "Em seg., 3 de jun. de 2024 às 10:00, Ann <ann@x.example> escreveu:",
        "Den mån 3 juni 2024 kl 10:00 skrev Ann <ann@x.example>:",
        "pe 3. kesäkuuta 2024 klo 17.50 Ann\n<ann@x.example> kirjoitti:",
        "W dniu 3.06.2024 o 10:00, Ann pisze:",
        '3 cze 2024 10:00 "Ann" <ann@x.example> napisał(a):',
        "03.06.2024 10:00, Ann пишет:",
        "2024-06-03 10:00 GMT+02:00 Ann <ann@x.example>:",
        "2024年6月3日(月) 10:00 Ann <ann@x.example>:",
        "Vào 10:00 3 tháng 6, 2024, Ann <ann@x.example> đã viết:",
        "On Mon, 3 Jun 2024 at 10:00 Some One\n\n<\nmailto:ann@x.example\n> wrote:",
    ],
)
def test_an_attribution_is_known_in_its_language_and_over_its_lines(mark: str) -> None:
    lines = mark.split("\n")
    assert attribution([*lines, "", "> quoted"], 0) == len(lines)


@pytest.mark.parametrize(
    "text",
    [
        "One outstanding question I had:",
        "On this day\n\nI wrote something\n\nwhich was good.",
        "I wrote to ann@x.example yesterday.",
        "On 3 June 2024 we met. She wrote: nothing",
        "See https://x.example/on-date-someone-wrote-about",
        "2024-06-03 is the date",
        "> On 3 June",
        "On 1 " * 200 + "wrote:",
    ],
)
def test_running_text_is_no_attribution(text: str) -> None:
    assert attribution([*text.split("\n"), "", "more"], 0) == 0


def test_a_short_attribution_counts_only_above_a_quote() -> None:
    assert attribution(["Ann wrote:", "> x"], 0) == 1
    assert attribution(["Ann wrote:", "a letter"], 0) == 0


def test_an_attribution_with_neither_address_nor_moment_counts_only_above_a_quote() -> None:
    assert attribution(["On 3 June 2024 Ann wrote:", "> x"], 0) == 1
    assert attribution(["On 3 June 2024 Ann wrote:", "a letter"], 0) == 0


@pytest.mark.parametrize(
    "own",
    [
        "On 3 June 2024 at 10:00 I wrote:",
        "Am 3. Juni 2024 um 10:00 schrieb ich:",
        "Am 3. Juni 2024 um 10:00 habe ich Ihnen geschrieben:",
        "Le 3 juin 2024 à 10:00, j'ai écrit :",
    ],
)
@pytest.mark.parametrize("below", ["> x", "a letter"])
def test_who_tells_what_he_wrote_himself_is_no_mail_program(own: str, below: str) -> None:
    assert attribution([own, below], 0) == 0


@pytest.mark.parametrize(
    "words",
    [
        "I got your mail from ann@x.example about this:",
        "To: do 3 things",
        "The price is 3 euros.",
        "3.6.2024 would be fine",
    ],
)
def test_words_above_an_attribution_are_no_part_of_it(words: str) -> None:
    lines = [words, "", "Am 03.06.2024 um 10:00 schrieb Ann:", "", "> x"]
    assert attribution(lines, 0) == 0
    assert attribution(lines, 2) == 3


def test_any_line_with_an_address_and_a_colon_is_one_above_a_quote() -> None:
    assert attribution(["Ann Lee <ann@x.example> :", "> x"], 0) == 1
    assert attribution(["Xyz, 3. abc 2024 10:00 Ann <ann@x.example> foo:", "", "> x"], 0) == 1
    assert attribution(["Ann Lee <ann@x.example> :", "x"], 0) == 0


def test_quotation_marks_begin_a_line() -> None:
    assert is_quoted("> a")
    assert is_quoted("  >> a")
    assert is_quoted(f"{IN_QUOTE} a")
    assert is_quoted(f"{IN_INDENT}{IN_QUOTE} a")
    assert not is_quoted("a > b")
    assert not is_quoted(">>> look here <<<")


def test_a_quoted_line_can_be_read_without_its_marks() -> None:
    assert without_marks(f"{IN_QUOTE}{IN_INDENT} > > a > b") == "a > b"


def test_what_is_not_seen_is_not_read() -> None:
    assert without_unseen("\u202bOn 3 May\u200f <\ufeff") == "On 3 May <"


@pytest.mark.parametrize(
    ("line", "before"),
    [
        ("bla - bla--- On Wed, Apr 4, 2012 at 3:59 PM, me@x.example wrote:", "bla - bla"),
        ("Thanks On Mon, Jun 3, 2024 at 10:00 AM, ann@x.example wrote:", "Thanks"),
        ("Danke! Am 03.06.2024 um 10:00 schrieb Ann <ann@x.example>:", "Danke!"),
        ("nothing -- shared wrote:", None),
        ("plain", None),
    ],
)
def test_an_attribution_may_share_its_line_with_new_text(line: str, before: str | None) -> None:
    assert shared_line([line, "> x"], 0) == before
    assert shared_line([line, "x"], 0) is None


def test_most_lines_are_told_apart_at_a_glance() -> None:
    assert may_be_marks(["just words", "On 3 May Ann wrote:", "", "> x"]) == [False, True, False, True]


def test_the_rest_of_a_torn_line_is_no_answer() -> None:
    long = "> " + "words that go on " * 4
    assert is_torn_quote([" (http://x.example/c/1) >"], "> a")
    assert is_torn_quote(["over the margin"], long)
    assert not is_torn_quote(["over the margin"], f"{long.rstrip()}?")
    assert not is_torn_quote(["Over the margin"], long)
    assert not is_torn_quote(["yes"], "> a")
    assert not is_torn_quote(["(http://x.example)", ""], "> a")
    assert not is_torn_quote([""], long)
