"""The customer's mailbox over HTTP."""

import re

import pytest
from flask.testing import FlaskClient

from gateway.cli.samples.people import LARS, PEOPLE
from gateway.settings import Settings, load
from tests.fakes.smtp_peer import Answer, SmtpPeer
from webui.app import create_app

HOME = "/demo/mailbox"
AS_LARS = f"as={LARS.email}"


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{HOME}/write?{AS_LARS}").text)
    assert found is not None
    return found[1]


def test_without_the_demo_there_is_no_such_page(settings: Settings, database: None) -> None:
    plain = create_app(load(data_dir=settings.data_dir))
    assert plain.test_client().get(HOME).status_code == 404


def test_the_page_offers_every_customer_and_lists_what_came(client: FlaskClient, key: str) -> None:
    page = client.get(f"{HOME}?{AS_LARS}").text
    assert all(person.email in page for person in PEOPLE)
    assert "Re: Drucker [#1]" in page
    assert "never leave it" in page


def test_it_speaks_german(client: FlaskClient) -> None:
    page = client.get(HOME, headers={"Accept-Language": "de"}).text
    assert '<html lang="de"' in page
    assert "Postfach des Kunden" in page


def test_with_an_outgoing_server_it_says_that_answers_go_elsewhere(
    settings: Settings, database: None
) -> None:
    app = create_app(settings.with_values(relay_url="smtp://mail.example"))
    assert "An outgoing server is set" in app.test_client().get(HOME).text


def test_the_list_alone_is_what_the_page_watches(client: FlaskClient, key: str) -> None:
    part = client.get(f"{HOME}/list?{AS_LARS}&open={key}").text
    assert "<html" not in part
    assert 'aria-current="page"' in part


def test_a_mail_is_escaped_and_its_html_has_no_rights(client: FlaskClient, key: str) -> None:
    page = client.get(f"{HOME}/mails/{key}?{AS_LARS}")
    assert "Ist er &lt;b&gt;an&lt;/b&gt;?" in page.text
    frame = client.get(f"{HOME}/mails/{key}/html?{AS_LARS}")
    assert "<script" not in frame.text
    assert "sandbox" in frame.headers["Content-Security-Policy"]


def test_a_file_is_a_download_byte_for_byte(client: FlaskClient, key: str) -> None:
    answer = client.get(f"{HOME}/mails/{key}/files/0?{AS_LARS}")
    assert answer.data == b"%PDF-1.4\n\0\xff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(f"{HOME}/mails/{key}/files/1?{AS_LARS}").status_code == 404


@pytest.mark.parametrize("path", ["", "/html", "/files/0"])
def test_another_customers_mail_is_not_found(client: FlaskClient, key: str, path: str) -> None:
    assert client.get(f"{HOME}/mails/{key}{path}?as=ruth@weber.example").status_code == 404


def test_what_is_sent_reaches_the_desk(client: FlaskClient, peer: SmtpPeer) -> None:
    typed = {"csrf_token": token(client), "subject": "Drucker", "text": "Er druckt nicht."}
    answer = client.post(f"{HOME}/write?{AS_LARS}", data=typed)
    assert (answer.status_code, answer.location) == (
        303,
        f"{HOME}?as=l.hansen%40hansen-logistik.example&sent=1",
    )
    assert peer.mails[0].mail_from == LARS.email
    assert "Sent. The desk has it as a ticket." in client.get(answer.location).text


def test_without_the_forms_token_nothing_is_sent(client: FlaskClient, peer: SmtpPeer) -> None:
    assert client.post(f"{HOME}/write?{AS_LARS}", data={"subject": "s", "text": "t"}).status_code == 400
    assert peer.mails == []


def test_what_was_typed_stays_when_it_cannot_be_sent(client: FlaskClient, peer: SmtpPeer, key: str) -> None:
    typed = {"csrf_token": token(client), "answers": key, "text": "A long story"}
    peer.at("content", Answer("451 4.3.0 later"))
    answer = client.post(f"{HOME}/write?{AS_LARS}", data=typed)
    assert answer.status_code == 422
    assert "451 4.3.0 later" in answer.text
    assert "A long story" in answer.text
    empty = client.post(f"{HOME}/write?{AS_LARS}", data={**typed, "text": " "})
    assert (empty.status_code, "Please write a text." in empty.text) == (422, True)


def test_an_address_that_could_be_real_is_refused_on_the_page(client: FlaskClient) -> None:
    answer = client.get(f"{HOME}?as=a@real.com&name=A")
    assert answer.status_code == 422
    assert "ends in .example" in answer.text
    assert 'value="a@real.com"' in answer.text
