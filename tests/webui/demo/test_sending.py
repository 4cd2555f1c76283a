"""A customer's mail at the desk's door."""

from io import BytesIO

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict

from gateway.cli.samples.people import GERMAN_DESK, LARS
from gateway.errors import NotFound
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from tests.fakes.smtp_peer import Answer, SmtpPeer
from tests.webui.demo.conftest import REPLY_TO
from webui.demo.forms import Letter, read_visitor
from webui.demo.sending import send


def send_as_lars(app: Flask, letter: Letter, *files: FileStorage) -> str:
    with app.test_request_context():
        return send(read_visitor(MultiDict({"as": LARS.email})), letter, files)


def arrived(peer: SmtpPeer) -> ParsedMail:
    [mail] = peer.mails
    assert mail.mail_from == LARS.email
    return parse(mail.raw, detect_type=str)


def test_a_new_mail_goes_to_the_chosen_desk_with_its_files(app: Flask, peer: SmtpPeer) -> None:
    file = FileStorage(BytesIO(b"\0\xff"), filename="C:\\fakepath\\a.bin", content_type="application/x-a")
    assert send_as_lars(app, Letter(subject="Drucker", text="Er druckt nicht."), file) == ""
    mail = arrived(peer)
    assert peer.mails[0].rcpt_to == GERMAN_DESK.address.address
    assert (mail.subject, mail.text) == ("Drucker", "Er druckt nicht.")
    assert [(part.filename, part.content) for part in mail.attachments] == [("a.bin", b"\0\xff")]


def test_an_answer_goes_to_the_reply_address_in_its_thread(app: Flask, peer: SmtpPeer, key: str) -> None:
    assert send_as_lars(app, Letter(text="Ja, ist er.", answers=key)) == ""
    mail = arrived(peer)
    assert peer.mails[0].rcpt_to == REPLY_TO
    assert mail.in_reply_to == ("m.1.x@desk.localhost",)
    assert mail.references == ("0@hansen-logistik.example", "m.1.x@desk.localhost")
    assert (mail.subject, mail.reply_text) == ("Re: Drucker [#1]", "Ja, ist er.")


def test_what_the_desk_refuses_is_said(app: Flask, peer: SmtpPeer) -> None:
    peer.at("content", Answer("552 5.3.4 too large"))
    assert "552 5.3.4 too large" in send_as_lars(app, Letter(subject="s", text="t"))


def test_a_door_that_does_not_answer_is_said(app: Flask, peer: SmtpPeer) -> None:
    peer.__exit__()
    assert send_as_lars(app, Letter(subject="s", text="t")) != ""


def test_only_the_customers_own_mail_can_be_answered(app: Flask, peer: SmtpPeer) -> None:
    with pytest.raises(NotFound):
        send_as_lars(app, Letter(text="t", answers="unknown"))
    assert peer.mails == []
