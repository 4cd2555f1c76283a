"""By which server mail leaves, on a mailbox's page: the form, the button that tries it, and the secrets."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from gateway import clock
from gateway.errors import Invalid
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Mailbox, SmtpAccount, Staff
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, Security
from tests.fakes.smtp_peer import SmtpPeer
from tests.webui.cast import World
from tests.webui.pages import Page
from webui.mailboxes import outgoing
from webui.mailboxes.outgoing import OutgoingForm

SECRET = "s3cret horse"
TYPED = {
    "host": "localhost",
    "port": "465",
    "security": "tls",
    "username": "help@ours.example",
    "auth": "password",
    "secret": SECRET,
    "token_url": "",
    "client_id": "",
    "client_secret": "",
    "sender": "ours",
    "max_connections": "2",
    "mails_per_minute": "0",
}


@pytest.fixture
def box(world: World) -> str:
    """The path of our mailbox's page."""
    with session.reading() as db:
        found = db.execute(select(Mailbox.public_id).where(Mailbox.id == world.ours.mailbox_id))
        return f"/mailboxes/{found.scalar_one()}"


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer(login=("help@ours.example", SECRET), extensions=("SIZE 7340032",)) as running:
        yield running


def send(browser: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def save(browser: FlaskClient, box: str, **changes: object) -> TestResponse:
    return send(browser, f"{box}/outgoing", **{**TYPED, **changes})


def row() -> SmtpAccount:
    with session.reading() as db:
        found = db.execute(select(SmtpAccount)).scalar_one()
        db.expunge(found)
        return found


def test_an_account_is_saved_sealed_and_its_secrets_shown_nowhere(
    browser: FlaskClient, box: str, settings: Settings
) -> None:
    assert "by the installation’s outgoing server" in Page(browser.get(box)).text_of("#outgoing")
    answer = save(browser, box)
    assert (answer.status_code, answer.location) == (303, f"{box}#outgoing")
    seal = Seal(settings.key())
    assert (SECRET in row().sealed_secret, seal.open(row().sealed_secret)) == (False, SECRET)
    shown = browser.get(box)
    assert SECRET not in shown.text
    assert row().sealed_secret not in shown.text
    page = Page(shown)
    assert "Not tried yet" in page.text_of("#outgoing")
    assert page.one("#out-host").get("value") == "localhost"
    assert page.one("#out-secret").get("value") is None
    assert not row().is_operators


def test_an_empty_password_leaves_the_one_that_is_there(browser: FlaskClient, box: str) -> None:
    save(browser, box)
    before = row().sealed_secret
    assert save(browser, box, secret="", mails_per_minute="30").status_code == 303
    assert (row().sealed_secret, row().mails_per_minute) == (before, 30)


@pytest.mark.parametrize(("field", "value"), [("host", "evil.example"), ("username", "eve"), ("port", "25")])
def test_the_saved_password_goes_to_no_other_server(
    browser: FlaskClient, box: str, field: str, value: str
) -> None:
    save(browser, box)
    answer = save(browser, box, secret="", **{field: value})
    assert answer.status_code == 422
    assert "goes to no other server or user" in Page(answer).text_of("#wrong")
    assert getattr(row(), field) == {**TYPED, "port": 465}[field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("host", "no host!"), ("port", "0"), ("port", "x"), ("security", "x"), ("secret", "")),
        *(("auth", "x"), ("auth", "xoauth2"), ("sender", "x"), ("max_connections", "0")),
        *(("max_connections", "51"), ("mails_per_minute", "1001"), ("mails_per_minute", "")),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_nothing_typed_lost(
    browser: FlaskClient, box: str, field: str, value: str
) -> None:
    answer = save(browser, box, **{field: value})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.text_of("#wrong")
    assert page.one("#out-username").get("value") == TYPED["username"]
    assert SECRET not in answer.text


def test_trying_signs_in_sends_nothing_and_says_what_was_found(
    browser: FlaskClient, box: str, peer: SmtpPeer, capfd: pytest.CaptureFixture[str]
) -> None:
    save(browser, box, port=peer.port, security="plain")
    answer = send(browser, f"{box}/outgoing/test")
    assert (answer.status_code, answer.location) == (303, f"{box}#outgoing")
    assert not any(command.upper().startswith("MAIL") for command in peer.commands)
    found = Page(browser.get(box)).text_of("#outgoing")
    assert "Mail leaves by this server" in found
    assert "7.0 MB" in found.replace("\u00a0", " ")
    save(browser, box, port=peer.port, security="plain", secret="not this one")
    send(browser, f"{box}/outgoing/test")
    found = Page(browser.get(box)).text_of("#outgoing")
    assert "did not accept user name and password" in found
    assert "Cannot send" in Page(browser.get("/mailboxes")).text_of("section.box")
    logged = "".join(capfd.readouterr())
    assert SECRET not in logged
    assert "not this one" not in logged


def test_it_is_said_in_german(browser: FlaskClient, box: str) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(locale="de"))
    save(browser, box)
    with session.transaction() as db:
        db.execute(update(SmtpAccount).values(last_error="token: invalid_grant", failing_since=clock.now()))
    found = Page(browser.get(box)).text_of("#outgoing")
    assert "Die Erlaubnis, dieses Konto zu benutzen, ist erloschen" in found


def test_it_is_removed(browser: FlaskClient, box: str) -> None:
    save(browser, box)
    assert send(browser, f"{box}/outgoing/remove").location == f"{box}#outgoing"
    with session.reading() as db:
        assert db.execute(select(SmtpAccount.id)).first() is None
    for verb in ("test", "remove"):
        assert send(browser, f"{box}/outgoing/{verb}").status_code == 404


def test_a_strangers_mailbox_is_not_there(app: Flask, world: World, browser: FlaskClient, box: str) -> None:
    save(browser, box)
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    assert save(stranger, box).status_code == 404
    for verb in ("test", "remove"):
        assert send(stranger, f"{box}/outgoing/{verb}").status_code == 404
    assert row().host == "localhost"


def test_an_empty_port_is_the_usual_one() -> None:
    for security, port in ((Security.TLS, 465), (Security.STARTTLS, 587), (Security.PLAIN, 25)):
        assert outgoing.account(OutgoingForm(host="h", security=security.value), "", "").port == port


def test_what_belongs_to_oauth_counts_with_oauth_only() -> None:
    form = OutgoingForm(host="h", token_url="https://t.example", client_id="us")
    made = outgoing.account(form, "secret", "client secret")
    assert (made.auth, made.token_url, made.client_id, made.sealed_client_secret) == (
        Auth.PASSWORD,
        "",
        "",
        "",
    )
    by_token = outgoing.typed(MultiDict({**TYPED, "auth": "xoauth2", "token_url": "https://t.example"}))
    assert outgoing.account(by_token, "secret", "client secret").token_url == "https://t.example"
    with pytest.raises(Invalid):
        outgoing.account(OutgoingForm(host="h", auth="kerberos"), "", "")
