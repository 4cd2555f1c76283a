import pytest

from gateway.mail.quoteblocks import (
    field_block,
    hands_on,
    is_closed_mark,
    is_field,
    is_forward,
    named_field,
    separator,
)


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-------- Original-Nachricht --------",
        "-------- Message d'origine --------",
        "________ Mensaje original ________",
        "---- Ann Lee wrote ----",
        "---- On Mon, 03 Jun 2024 10:00:00 +0200 ann@x.example wrote ---",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
        "-----Oryginalna wiadomość-----",
        "------------------ 原始邮件 ------------------",
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
    "text",
    [
        "To: do\n- this\n- that",
        "From: me\nwith love",
        "Date: Monday\nTo: Bob",
        "text",
        "To: do list\n\nFrom: Ann\nSent: Monday\nSubject: x",
        "Date: 3 June is fine\nFrom: Ann\nSent: Monday\nTo: Bob",
    ],
)
def test_a_label_or_two_are_no_block(text: str) -> None:
    assert field_block(text.split("\n"), 0) == 0


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


@pytest.mark.parametrize(
    "line",
    [
        "-------- Message transféré --------",
        "-------- Mensaje reenviado --------",
        "-------- Messaggio Inoltrato --------",
        "-------- Doorgestuurd bericht --------",
        "-------- Treść przekazanej wiadomości --------",
        "-------- Vidarebefordrat meddelande --------",
        "-------- Пересылаемое сообщение --------",
        "----- Forwarded by Ann/Example on 03/06/2024 10:00 -----",
        "----- Weitergeleitet von Ann/Example am 03.06.2024 10:00 -----",
        "Début du message réexpédié :",
        "Inicio del mensaje reenviado:",
        "Inizio messaggio inoltrato:",
        "Początek przekazanej wiadomości:",
        "Vidarebefordrat brev:",
    ],
)
def test_forwarding_is_known_in_its_languages(line: str) -> None:
    assert is_forward(line)


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "WG: x", "TR : x", "RV: x", "I: x", "PD: x"])
def test_a_subject_can_say_that_a_mail_is_handed_on(subject: str) -> None:
    assert hands_on(subject)


@pytest.mark.parametrize("subject", ["Re: Fwd: x", "AW: WG: x", "I have: x", "Trouble: x", ""])
def test_an_answer_to_a_forward_hands_nothing_on(subject: str) -> None:
    assert not hands_on(subject)


def test_groupwise_marks_an_older_mail_on_both_sides() -> None:
    assert is_closed_mark(">>> Ann Lee <ann@x.example> 03.06.2024 10:00 >>>")
    assert not is_closed_mark(">>> see 10:00")
    assert not is_closed_mark(">>> look here <<<")


def test_a_field_may_have_any_label() -> None:
    assert is_field("Importance: High")
    assert is_field("*Wichtigkeit:* hoch")
    assert not is_field("see this: https://x.example")
    assert not is_field("10:00 would be fine")


def test_a_field_of_many_lines_ends_the_block_before_what_begins_anew() -> None:
    block = ["From: Ann", "Sent: Monday", "To: Bob", "Subject: x", "", "From: what I see, it is broken"]
    assert field_block(block, 0) == 4


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


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("From: Hamburg\nTo: Vienna\nDate: 12 August", 0),
        ("From: room 4\nTo: room 5\nDate: 3 May\nTime: 14:00", 0),
        ("From: Ann\nTo: Bob\nDate: 12 August 14:00", 3),
        ("From: Ann\nTo: bob@x.example\nDate: 12 August", 3),
        ("Sent: 12 August 14:00\n\nFrom: Ann\n\nTo: Bob\n\nSubject: x", 7),
        ("Sent: 12 August 14:00\n\nHello\n\nFrom: Ann\nTo: Bob", 0),
    ],
)
def test_three_fields_are_of_a_mail_only_with_an_address_or_a_time(text: str, end: int) -> None:
    assert field_block(text.split("\n"), 0) == end
