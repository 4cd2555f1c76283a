"""The first mailbox: three ways, what is found and shown, and what is wrong."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import imapsources, mailboxes
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.servers.finding import Origin
from gateway.store import session
from gateway.store.imap import SourceState
from gateway.store.models import ImapSource, Mailbox
from tests.fakes.dns_server import DnsServer
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.smtp_peer import SmtpPeer
from tests.webui.cast import World, mail
from tests.webui.pages import Page
from tests.webui.signin.test_security import let_proof_lapse

Send = Callable[..., TestResponse]
Known = Callable[[], Progress]
PATH = "/start/mailbox"


@pytest.fixture
def found(dns: DnsServer, dovecot: Dovecot, peer: SmtpPeer, send: Send) -> None:
    """An address whose servers were looked up; they are on this machine."""
    dns.zones |= {
        ("_imap._tcp.firm.example", "SRV"): [f"0 1 {dovecot.port} localhost."],
        ("_submission._tcp.firm.example", "SRV"): [f"0 1 {peer.port} localhost."],
    }
    assert send(f"{PATH}/find", address="Info@firm.example").location == PATH


def connect(send: Send, dovecot: Dovecot, peer: SmtpPeer, **fields: str) -> TestResponse:
    typed = {
        "username": USER,
        "secret": PASSWORD,
        "imap_host": "localhost",
        "imap_port": str(dovecot.port),
        "imap_security": "plain",
        "smtp_host": "localhost",
        "smtp_port": str(peer.port),
        "smtp_security": "plain",
    }
    return send(f"{PATH}/connect", **(typed | fields))


def test_three_ways_are_offered_and_what_is_there_already(browser: FlaskClient) -> None:
    page = Page(browser.get(PATH))
    assert [form.get("action") for form in page.all(".ways form")] == [
        f"{PATH}/find",
        f"{PATH}/forward",
        f"{PATH}/own",
    ]
    assert "help@ours.example" in page.text_of("main .list")
    assert "@desk.localhost" in page.text_of(".ways")


def test_a_forwarded_address_shows_where_to_forward_to_and_how(
    browser: FlaskClient, send: Send, known: Known
) -> None:
    assert send(f"{PATH}/forward", address="Info@ours.example").location == PATH
    page = Page(browser.get(PATH))
    assert page.text_of("h1") == "info@ours.example"
    assert page.text_of("#forward-to").startswith("in-")
    assert page.text_of("#forward-to").endswith("@desk.localhost")
    said = page.text_of("main")
    for provider in ("Gmail", "Microsoft 365", "cPanel"):
        assert provider in said
    assert "becomes a ticket here" in said
    assert send(f"{PATH}/done").location == "/start/test"
    assert known().done == {Step.MAILBOX}


def test_the_first_mail_changes_what_stands_there(browser: FlaskClient, send: Send, world: World) -> None:
    send(f"{PATH}/forward", address="info@ours.example")
    assert Page(browser.get(f"{PATH}/pulse")).one("#pulse").get("hx-get") == f"{PATH}/pulse"
    with session.transaction() as db:
        made = db.execute(select(Mailbox.id).where(Mailbox.address == "info@ours.example")).scalar_one()
    world.ours.mailbox_id = made
    world.ours.receive(mail("The first one"))
    answer = browser.get(f"{PATH}/pulse")
    assert (answer.text, answer.headers["HX-Refresh"]) == ("", "true")
    assert "Mail arrives" in Page(browser.get(PATH)).text_of("#pulse")


def test_an_address_here_is_ready_at_once(browser: FlaskClient, send: Send) -> None:
    assert send(f"{PATH}/own", local="Help-Smith").location == PATH
    page = Page(browser.get(PATH))
    assert page.text_of("h1") == "help-smith@desk.localhost"
    assert page.all("#forward-to") == []
    assert "The address is yours" in page.text_of("main")


@pytest.mark.parametrize(
    ("way", "field", "typed", "said"),
    [
        ("own", "local", "postmaster", "This name cannot be chosen."),
        ("own", "local", "a@b", "not a valid e-mail"),
        ("own", "local", "taken", "There is a mailbox with this address already."),
        ("forward", "address", "nobody", "not a valid e-mail"),
        ("forward", "address", "help@stranger.example", "There is a mailbox with this address already."),
        ("find", "address", "nobody", "not a valid e-mail"),
    ],
)
def test_what_is_wrong_stands_at_the_way_that_was_chosen(
    send: Send, world: World, known: Known, way: str, field: str, typed: str, said: str
) -> None:
    with session.transaction() as db:
        mailboxes.add(
            db,
            world.stranger.account_id,
            "taken@desk.localhost",
            mail_domain="desk.localhost",
            now=clock.now(),
        )
    answer = send(f"{PATH}/{way}", **{field: typed})
    assert answer.status_code in (409, 422)
    page = Page(answer)
    assert said in page.text_of(f"form[action={PATH}/{way}] #wrong")
    assert page.one(f"form[action={PATH}/{way}] input[aria-invalid]").get("value") == typed
    assert known().mailbox_id is None


@pytest.mark.usefixtures("found")
def test_servers_that_the_domain_names_are_filled_in(browser: FlaskClient, dovecot: Dovecot) -> None:
    page = Page(browser.get(PATH))
    assert page.text_of("h1") == "Connect info@firm.example"
    assert "The domain of the address names these servers." in page.text_of("main")
    assert page.one("#imap-port").get("value") == str(dovecot.port)
    assert page.one("#username").get("value") == "info@firm.example"
    assert page.one("#secret").get("value") is None
    assert page.one("details.wide").get("open") is None


def test_where_nothing_is_found_the_form_is_there_to_be_filled_in(browser: FlaskClient, send: Send) -> None:
    send(f"{PATH}/find", address="info@nowhere.example")
    page = Page(browser.get(PATH))
    assert "No servers were found" in page.text_of("main")
    assert page.one("details.wide").get("open") is not None


def test_a_provider_that_wants_something_first_says_so(browser: FlaskClient, send: Send) -> None:
    send(f"{PATH}/find", address="smith@gmail.com")
    assert "app password" in Page(browser.get(PATH)).text_of(".alert")


@pytest.mark.usefixtures("found")
def test_it_is_tried_kept_counted_and_then_fetched(
    browser: FlaskClient, send: Send, known: Known, dovecot: Dovecot, peer: SmtpPeer
) -> None:
    assert connect(send, dovecot, peer).location == PATH
    page = Page(browser.get(PATH))
    assert page.text_of("h1") == "info@firm.example"
    assert "Counting the mails there" in page.text_of("#pulse")
    assert page.all(f"form[action={PATH}/fetch]") == []
    assert send(f"{PATH}/fetch").status_code == 409
    with session.transaction() as db:
        db.execute(update(ImapSource).values(trial={"mails": 3, "threads": 2, "sent": 0}))
    assert browser.get(f"{PATH}/pulse").headers["HX-Refresh"] == "true"
    page = Page(browser.get(PATH))
    assert "3 mails in 2 conversations" in page.text_of("#pulse")
    assert len(page.all(f"form[action={PATH}/fetch]")) == 2
    assert send(f"{PATH}/fetch", old="all").location == "/start/test"
    assert known().done == {Step.MAILBOX}
    with session.reading() as db:
        row = db.execute(select(ImapSource.state, ImapSource.imports_old)).one()
    assert tuple(row) == (SourceState.ACTIVE.value, True)


@pytest.mark.usefixtures("found")
def test_a_wrong_password_is_told_and_can_be_typed_again(
    browser: FlaskClient, send: Send, known: Known, dovecot: Dovecot, peer: SmtpPeer
) -> None:
    assert connect(send, dovecot, peer, secret="wrong").location == PATH
    page = Page(browser.get(PATH))
    assert "did not accept user name and password" in page.text_of("#wrong")
    assert "wrong" not in [field.get("value") for field in page.all("input")]
    assert known().servers is not None
    assert known().mailbox_id is None
    connect(send, dovecot, peer)
    assert known().mailbox_id is not None


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("imap_host", "no host", "This is no host name."),
        ("imap_port", "x", "too small or too large"),
        ("secret", "", "A password is needed."),
        ("username", "", "A user name is needed."),
    ],
)
def test_what_cannot_be_comes_back_as_typed(
    send: Send, dovecot: Dovecot, peer: SmtpPeer, field: str, value: str, said: str
) -> None:
    answer = connect(send, dovecot, peer, **{field: value})
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.text_of("#wrong")
    assert page.one("#smtp-port").get("value") == str(peer.port)


@pytest.mark.usefixtures("found")
def test_what_was_typed_is_kept_as_typed(send: Send, known: Known, dovecot: Dovecot, peer: SmtpPeer) -> None:
    connect(send, dovecot, peer, secret="wrong", imap_host="127.0.0.1")
    servers = known().servers
    assert servers is not None
    assert servers.imap is not None
    assert (servers.origin, servers.imap.host) == (Origin.TYPED, "127.0.0.1")


@pytest.mark.usefixtures("found")
def test_the_password_of_the_account_is_asked_for_again_first(
    browser: FlaskClient, send: Send, known: Known, dovecot: Dovecot, peer: SmtpPeer
) -> None:
    let_proof_lapse()
    assert Page(browser.get(PATH)).all("#secret") == []
    assert connect(send, dovecot, peer).location.startswith("/prove?next=")
    assert known().mailbox_id is None


def test_connecting_what_nobody_named_leads_to_the_three_ways(
    send: Send, dovecot: Dovecot, peer: SmtpPeer
) -> None:
    assert connect(send, dovecot, peer).location == PATH
    assert send(f"{PATH}/fetch").location == PATH
    with session.reading() as db:
        assert db.execute(select(ImapSource.id)).first() is None


@pytest.mark.usefixtures("found")
def test_another_way_can_be_chosen(browser: FlaskClient, send: Send) -> None:
    assert send(f"{PATH}/again").location == PATH
    assert len(Page(browser.get(PATH)).all(".ways form")) == 3


def test_a_strangers_start_is_theirs(app: Flask, send: Send, world: World) -> None:
    send(f"{PATH}/forward", address="info@ours.example")
    theirs = app.test_client()
    theirs.set_cookie("session", world.stranger.cookie)
    assert "info@ours.example" not in theirs.get(PATH).text


def test_a_mailbox_that_was_connected_elsewhere_meanwhile_is_told(
    world: World, send: Send, known: Known, dovecot: Dovecot, peer: SmtpPeer, found: None
) -> None:
    connect(send, dovecot, peer)
    first = known().mailbox_id
    assert first is not None
    send(f"{PATH}/again")
    send(f"{PATH}/find", address="info@firm.example")
    connect(send, dovecot, peer)
    assert known().trouble == "desk|This mailbox has an IMAP account already."
    with session.reading() as db:
        assert imapsources.find_view(db, world.ours.actor, first) is not None


def test_an_address_that_is_ours_already_is_chosen(browser: FlaskClient, send: Send, known: Known) -> None:
    assert send(f"{PATH}/forward", address="Help@ours.example").location == PATH
    assert Page(browser.get(PATH)).text_of("h1") == "help@ours.example"
    with session.reading() as db:
        assert len(db.execute(select(Mailbox.id).where(Mailbox.address == "help@ours.example")).all()) == 1


@pytest.mark.usefixtures("found")
def test_nobody_guesses_a_password_elsewhere_through_us(
    send: Send, known: Known, dovecot: Dovecot, peer: SmtpPeer
) -> None:
    told = [connect(send, dovecot, peer, imap_port="1").status_code for _ in range(11)]
    assert told == [303] * 10 + [429]
    refused = connect(send, dovecot, peer)
    assert refused.status_code == 429
    assert "Too many tries" in Page(refused).text_of("#wrong")
    assert known().mailbox_id is None
