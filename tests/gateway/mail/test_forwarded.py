"""Whose mail was forwarded, as the mail programs of many languages write it."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.address import Address
from gateway.mail.forwarded import Original, find_original, is_forward_subject
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse

BOB = Address("Bob Else", "bob@elsewhere.example")
FORWARDS = {
    "gmail": """See below.

---------- Forwarded message ---------
From: Bob Else <bob@elsewhere.example>
Date: Mon, Mar 2, 2026 at 9:00 AM
Subject: Screen is black
To: Sam <sam@ours.example>


My screen is black.
""",
    "gmail in bold": """---------- Forwarded message ---------
From: *Bob Else* <bob@elsewhere.example>
Date: Mon, Mar 2, 2026 at 9:00 AM
Subject: Screen is black
To: Sam <sam@ours.example>

My screen is black.
""",
    "gmail in German": """---------- Forwarded message ---------
Von: Bob Else <bob@elsewhere.example>
Date: Mo., 2. März 2026 um 09:00 Uhr
Subject: Screen is black
To: Sam <sam@ours.example>

Mein Bildschirm ist schwarz.
""",
    "outlook": """Please help him.

From: Bob Else <bob@elsewhere.example>
Sent: Monday, March 2, 2026 9:00 AM
To: Sam <sam@ours.example>
Subject: Screen is black

My screen is black.
""",
    "outlook in German": """Bitte ansehen.

Von: Bob Else <bob@elsewhere.example>
Gesendet: Montag, 2. März 2026 09:00
An: Sam <sam@ours.example>
Betreff: Screen is black

Mein Bildschirm ist schwarz.
""",
    "outlook with mailto": """From: Bob Else [mailto:bob@elsewhere.example]
Sent: Monday, March 2, 2026 9:00 AM
To: Sam
Subject: Screen is black

My screen is black.
""",
    "outlook behind a line": """Schau mal.

-----Ursprüngliche Nachricht-----
Von: Bob Else <bob@elsewhere.example>
Gesendet: Montag, 2. März 2026 09:00
An: Sam <sam@ours.example>
Betreff: Screen is black

Mein Bildschirm ist schwarz.
""",
    "apple": """Begin forwarded message:

From: Bob Else <bob@elsewhere.example>
Subject: Screen is black
Date: 2 March 2026 at 09:00:00 CET
To: Sam <sam@ours.example>

My screen is black.
""",
    "apple in German, quoted": """Anfang der weitergeleiteten Nachricht:

> Von: Bob Else <bob@elsewhere.example>
> Betreff: Screen is black
> Datum: 2. März 2026 um 09:00:00 MEZ
> An: Sam <sam@ours.example>
>
> Mein Bildschirm ist schwarz.
""",
    "thunderbird": """-------- Forwarded Message --------
Subject: 	Screen is black
Date: 	Mon, 2 Mar 2026 09:00:00 +0100
From: 	Bob Else <bob@elsewhere.example>
To: 	Sam <sam@ours.example>


My screen is black.
""",
    "thunderbird in German": """-------- Weitergeleitete Nachricht --------
Betreff: 	Screen is black
Datum: 	Mon, 2 Mar 2026 09:00:00 +0100
Von: 	Bob Else <bob@elsewhere.example>
An: 	Sam <sam@ours.example>

Mein Bildschirm ist schwarz.
""",
    "thunderbird in French": """-------- Message transféré --------
Sujet : 	Screen is black
Date : 	Mon, 2 Mar 2026 09:00:00 +0100
De : 	Bob Else <bob@elsewhere.example>
Pour : 	Sam <sam@ours.example>

Mon écran est noir.
""",
    "spanish": """De: Bob Else <bob@elsewhere.example>
Enviado: lunes, 2 de marzo de 2026 9:00
Para: Sam <sam@ours.example>
Asunto: Screen is black

Mi pantalla está negra.
""",
    "italian": """---------- Messaggio inoltrato ---------
Da: Bob Else <bob@elsewhere.example>
Data: lun 2 mar 2026, 09:00
Oggetto: Screen is black
A: Sam <sam@ours.example>

Lo schermo è nero.
""",
    "polish": """Od: Bob Else <bob@elsewhere.example>
Wysłano: poniedziałek, 2 marca 2026 09:00
Do: Sam <sam@ours.example>
Temat: Screen is black

Ekran jest czarny.
""",
    "japanese": """差出人: Bob Else <bob@elsewhere.example>
送信日時: 2026年3月2日 9:00
宛先: Sam <sam@ours.example>
件名: Screen is black

画面が真っ暗です。
""",
    "address on a line of its own": """From: Bob Else
<bob@elsewhere.example>
Sent: Monday
To: Sam
Subject: Screen is black

x
""",
}


def forward(text: str, subject: str = "Fwd: Screen is black") -> ParsedMail:
    raw = f"From: sam@ours.example\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return parse(raw.encode() + text.encode(), detect_type=lambda _content: "text/plain")


@pytest.mark.parametrize("how", FORWARDS)
def test_the_original_sender_and_subject_are_found(how: str) -> None:
    found = find_original(forward(FORWARDS[how]))
    assert found is not None
    assert (found.sender, found.subject) == (BOB, "Screen is black")
    assert found.date


MARKED = [how for how, text in FORWARDS.items() if "orward" in text or "--- " in text or "geleitet" in text]
UNMARKED = ["outlook", "outlook in German", "spanish", "polish", "japanese", "outlook behind a line"]


@pytest.mark.parametrize("how", MARKED)
def test_a_programs_own_line_says_it_without_the_subject(how: str) -> None:
    assert find_original(forward(FORWARDS[how], subject="Can you help?")) is not None


@pytest.mark.parametrize("how", UNMARKED)
def test_an_answer_that_quotes_in_the_same_words_forwards_nothing(how: str) -> None:
    assert find_original(forward(FORWARDS[how], subject="AW: Screen is black")) is None


FORWARDED = "Fwd: x|FW: x|fw : x|WG: x|TR : x|RV: x|ENC: x|I: x|VS: x|[#12] Fwd: x|Doorst: x|VB: x|Fwd[2]: x"


@pytest.mark.parametrize("subject", [*FORWARDED.split("|"), "轉寄: x", "转发：x"])
def test_subjects_of_forwards_are_known(subject: str) -> None:
    assert is_forward_subject(subject)


@pytest.mark.parametrize(
    "subject", ["Re: x", "Forward planning", "IT: x", "", "Re: Fwd: x", "wgx: y", "a: x"]
)
def test_others_are_not(subject: str) -> None:
    assert not is_forward_subject(subject)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just text, and nothing below.",
        "From: the moon\nSubject: none\n\nx",
        "From: nobody\nSent: never\nTo: me\nSubject: none\n\nx",
        "---------- Forwarded message ---------\n\n\nnothing follows",
        "From: Bob <bob@elsewhere.example>\n\nx",
    ],
)
def test_what_names_no_sender_with_an_address_has_no_original(text: str) -> None:
    assert find_original(forward(text)) is None


def attached(inner: str, subject: str = "Fwd: x", more: str = "") -> ParsedMail:
    raw = (
        f"From: sam@ours.example\r\nSubject: {subject}\r\n{more}"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the mail.\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
    )
    return parse(raw.encode(), detect_type=lambda _content: "message/rfc822")


INNER = (
    "From: Bob Else <bob@elsewhere.example>\r\nSubject: =?utf-8?q?Bildschirm_schw=C3=A4rzlich?=\r\n"
    "Date: Mon, 2 Mar 2026 09:00:00 +0100\r\n\r\nMy screen is black."
)


def test_an_attached_original_tells_it_by_its_header() -> None:
    expected = Original(BOB, "Mon, 2 Mar 2026 09:00:00 +0100", "Bildschirm schwärzlich")
    assert find_original(attached(INNER)) == expected
    assert find_original(attached(INNER, subject="Please look")) == expected


def test_a_mail_attached_to_an_answer_forwards_nothing() -> None:
    assert find_original(attached(INNER, "Re: x", "In-Reply-To: <1@x.example>\r\n")) is None


def test_an_attached_mail_without_a_sender_has_no_original() -> None:
    assert find_original(attached("Subject: x\r\n\r\nhi")) is None


@given(st.text(alphabet="From: Bob<>@.\n>*-SubjectWrotded", max_size=400))
def test_no_text_makes_it_raise(text: str) -> None:
    find_original(replace(forward(""), text=text))


@pytest.mark.parametrize("piece", ["From: ", "From: a\n", "-" * 70 + "\n", "From: <a@b.c>\n", "> ", "*", "["])
def test_hostile_texts_cost_little(piece: str) -> None:
    mail = replace(forward(""), text=piece * 200_000)
    started = time.process_time()
    find_original(mail)
    assert time.process_time() - started < 2
