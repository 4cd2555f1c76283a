import pytest

from gateway.mail.quotemarks import (
    attribution,
    field_block,
    is_forward,
    is_quoted,
    is_torn_quote,
    may_be_mark,
    named_field,
    separator,
    shared_line,
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


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-------- Original-Nachricht --------",
        "-------- Message d'origine --------",
        "________ Mensaje original ________",
        "---- Ann Lee wrote ----",
    ],
)
def test_separators_are_known(line: str) -> None:
    assert separator([line], 0) == 1


@pytest.mark.parametrize(
    "line", ["--", "-----", "- original message of mine, which I liked", "-" * 300, "text"]
)
def test_other_lines_separate_nothing(line: str) -> None:
    assert separator([line], 0) == 0


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ("From: Ann\nSent: Monday\nTo: Bob\nSubject: x", 4),
        ("*From:* Ann <ann@x.example>\n*Sent:* Monday\n*To:* Bob\n*Subject:* x", 4),
        ("Von: Ann [mailto:ann@x.example]\nGesendet: Montag, 3. Juni 2024\nAn: Bob\nBetreff: x", 4),
        ("De : Ann\nEnvoyé : lundi\nÀ : Bob\nObjet : x", 4),
        ("Från: Ann\nSkickat: måndag\nTill: Bob\nÄmne: x", 4),
        ("From: Human Resources\n<long@x.example>\nSent: Monday\nTo: Bob\nSubject: x", 5),
        ("Date: Monday\nTo: Bob\nFrom: ann@x.example\nSubject: x", 4),
        ("From: ann@x.example\nDate: Monday", 2),
        ("Date: Wed, 16 May 2012 00:15:02 -0600\nTo: bob@x.example", 2),
        ("差出人: Ann\n日時: 2024\n宛先: Bob\n件名: x", 4),
    ],
)
def test_a_block_of_fields_is_known_by_its_labels(block: str, lines: int) -> None:
    assert field_block([*block.split("\n"), "", "older mail"], 0) == lines


@pytest.mark.parametrize(
    "text", ["To: do\n- this\n- that", "From: me\nwith love", "Date: Monday\nTo: Bob", "text"]
)
def test_a_label_or_two_are_no_block(text: str) -> None:
    assert field_block(text.split("\n"), 0) == 0


def test_quotation_marks_begin_a_line() -> None:
    assert is_quoted("> a")
    assert is_quoted("  >> a")
    assert not is_quoted("a > b")
    assert not is_quoted(">>> look here <<<")


def test_an_attribution_may_share_its_line_with_new_text() -> None:
    assert shared_line("bla - bla--- On Wed, Apr 4, 2012 at 3:59 PM, me@x.example wrote:") == "bla - bla"
    assert shared_line("nothing -- shared wrote:") is None
    assert shared_line("plain") is None


def test_most_lines_are_told_apart_at_a_glance() -> None:
    assert not may_be_mark("just words")
    assert may_be_mark("On 3 May Ann wrote:")


@pytest.mark.parametrize(
    "line",
    [
        "---------- Forwarded message ---------",
        "-------- Weitergeleitete Nachricht --------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
    ],
)
def test_a_forwarded_mail_has_its_own_beginning(line: str) -> None:
    assert is_forward(line)
    assert separator([line], 0) == 0


def test_words_about_forwarding_begin_none() -> None:
    assert not is_forward("I have forwarded the message")


def test_the_rest_of_a_torn_link_is_no_answer() -> None:
    assert is_torn_quote([" (http://x.example/c/1) >"])
    assert not is_torn_quote(["yes"])
    assert not is_torn_quote(["(http://x.example)", ""])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("From: Ann <ann@x.example>", ("from", " Ann <ann@x.example>")),
        ("Gesendet: Montag", ("date", " Montag")),
        ("**Betreff:** Drucker", ("subject", "** Drucker")),
        ("件名：プリンター", ("subject", "プリンター")),
        ("Note: nothing", None),
        ("From here on", None),
    ],
)
def test_a_line_of_a_forwarded_header_is_named(line: str, expected: tuple[str, str] | None) -> None:
    assert named_field(line) == expected
