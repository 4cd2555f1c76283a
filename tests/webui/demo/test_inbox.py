"""What came for a customer."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from gateway.cli.samples.people import LARS, OLIVIA
from gateway.errors import NotFound
from tests.webui.demo.conftest import REPLY_TO
from webui.demo import inbox
from webui.demo.forms import Visitor, read_visitor


def visitor(email: str) -> Visitor:
    return read_visitor(MultiDict({"as": email}))


def test_the_list_has_sender_subject_and_the_new_words(app: Flask, key: str) -> None:
    with app.test_request_context():
        [line] = inbox.lines(visitor(LARS.email))
    assert (line.key, line.sender, line.subject) == (key, "Desk", "Re: Drucker [#1]")
    assert line.snippet == "Ist er <b>an</b>?"


def test_a_mail_opens_with_its_quote_and_files_apart(app: Flask, key: str) -> None:
    with app.test_request_context():
        opened = inbox.opened(key, inbox.read(visitor(LARS.email), key))
    assert opened.text == "Ist er <b>an</b>?"
    assert "> Er druckt nicht." in opened.quoted
    assert opened.answers_go_to == REPLY_TO
    assert [(file.number, file.name) for file in opened.files] == [(0, "Übersicht.pdf")]


def test_another_customers_mail_is_not_found(app: Flask, key: str) -> None:
    with app.test_request_context(), pytest.raises(NotFound):
        inbox.read(visitor(OLIVIA.email), key)
