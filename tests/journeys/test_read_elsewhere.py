"""What we compose, read by a mail server that shares no code with us: Dovecot finds every word and part."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.response_types import Address as Found

from gateway.mail.address import Address
from gateway.mail.compose import OutgoingFile, OutgoingMail, compose
from tests.fakes.dovecot import PASSWORD, USER, Dovecot

PLAIN = OutgoingMail(
    message_id="m.1.2@desk.example",
    date=datetime(2026, 3, 1, 12, tzinfo=UTC),
    from_=Address('Müller, "Jörg" \\ Söhne', "support@desk.example"),
    to=(Address("O'Hara, Pat", "o'hara@example.org"), Address("", "info@müller.de")),
    cc=(Address("日本語の名前" * 12, '"a b"@example.org'),),
    reply_to=(Address("Desk", "reply+1.abc@desk.example"),),
    subject="Grüße " + "sehr lange Wörter " * 20 + "ENDEWORT",
    text="Schöne Grüße\n.\n..Punkte\nFrom hier\n" + "x" * 3000 + "\nLETZTESWORT",
    html="<p>Schöne Grüße <b>HTMLWORT</b></p>",
    in_reply_to="q@example.org",
    references=tuple(f"{number}@example.org" for number in range(50)),
    attachments=(
        OutgoingFile("Übersicht März.pdf", "application/pdf", bytes(range(256)) * 40),
        OutgoingFile("brief.txt", "text/plain", b"text\n"),
    ),
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]


def address(found: Found) -> str:
    return f"{found.mailbox.decode()}@{found.host.decode()}"


def test_another_reader_finds_the_same_people_words_and_parts() -> None:
    with Dovecot() as dovecot, IMAPClient("127.0.0.1", dovecot.port, ssl=False) as client:
        dovecot.append(
            compose(PLAIN), compose(replace(PLAIN, subject="Plain", message_id="m.2.3@desk.example"))
        )
        client.login(USER, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        for criterion in (
            ["SUBJECT", "Grüße sehr lange Wörter"],
            ["SUBJECT", "Wörter ENDEWORT"],
        ):
            assert client.search(criterion, "UTF-8") == [1], criterion
        for criterion in (
            ["FROM", 'Müller, "Jörg"'],
            ["CC", "日本語の名前日本語の名前"],
            ["BODY", "Schöne Grüße"],
            ["BODY", "LETZTESWORT"],
            ["BODY", "HTMLWORT"],
            ["HEADER", "References", "<49@example.org>"],
        ):
            assert client.search(criterion, "UTF-8") == [1, 2], criterion
        answer = client.fetch([1], ["ENVELOPE", "BODYSTRUCTURE"])[1]
        envelope = answer[b"ENVELOPE"]
        assert [address(found) for found in envelope.to] == ["o'hara@example.org", "info@xn--mller-kva.de"]
        assert [address(found) for found in envelope.reply_to] == ["reply+1.abc@desk.example"]
        assert [address(found) for found in envelope.cc] == ["a b@example.org"]
        assert (envelope.message_id, envelope.in_reply_to) == (b"<m.1.2@desk.example>", b"<q@example.org>")
        assert envelope.bcc is None
        parts, kind = answer[b"BODYSTRUCTURE"][:2]
        assert kind.lower() == b"mixed"
        assert [part[0] for part in parts[1:]] == [b"application", b"text"]
        alternative = parts[0]
        assert [part[1] for part in alternative[0]] == [b"plain", b"html"]
