"""The test mail of the guided start: sent, back, a ticket; and why none can be sent."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import guidedstart
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import DeliverabilityCheck, ImapSource, Mailbox, Staff
from tests.fakes.dns_server import DnsServer
from tests.fakes.smtp_peer import Answer, SmtpPeer
from tests.webui.cast import World
from tests.webui.pages import Page
from webui.app import create_app

Send = Callable[..., TestResponse]
PATH = "/start/test"


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    """The server of the installation, which wants no sign-in."""
    with SmtpPeer() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, dns: DnsServer, peer: SmtpPeer) -> Settings:
    return settings.with_values(dns_servers=dns.address, relay_url=peer.url)


def test_a_test_mail_goes_out_comes_back_and_is_a_ticket(
    browser: FlaskClient, send: Send, world: World, peer: SmtpPeer
) -> None:
    assert browser.get(f"{PATH}/list").status_code == 404
    assert len(Page(browser.get(PATH)).all(f"form[action={PATH}]")) == 1
    assert send(PATH).location == PATH
    away = Page(browser.get(PATH))
    assert away.one("#checks").get("hx-get") == f"{PATH}/list"
    assert away.text_of(".checks li").startswith("Sent")
    (sent,) = peer.mails
    assert sent.rcpt_to == "help@ours.example"
    world.ours.receive(sent.raw)
    with session.transaction() as db:
        began = clock.now() - timedelta(seconds=4)
        db.execute(update(DeliverabilityCheck).values(began_at=began, back_at=began + timedelta(seconds=4)))
    back = Page(browser.get(f"{PATH}/list"))
    assert back.one("#checks").get("hx-get") is None
    assert "Came back after 4 seconds" in back.text_of(".checks")
    assert back.one(".checks a").get("href") == "/t/2"
    assert world.ours.ticket_number(2).ticket.subject == "Test mail: it has arrived"
    assert "has no DMARC record" in back.text_of("dl")
    assert "came back: mail goes out" in Page(browser.get("/start/end")).text_of("main .list")


def test_its_words_are_in_the_language_of_the_page(
    browser: FlaskClient, send: Send, world: World, peer: SmtpPeer
) -> None:
    browser.set_cookie("locale", "de")
    send(PATH)
    world.ours.receive(peer.mails[0].raw)
    assert world.ours.ticket_number(2).ticket.subject == "Testmail: Sie ist angekommen"
    assert "Sie ist ein Ticket:" in Page(browser.get(PATH)).text_of(".checks")


def test_a_second_one_waits_for_its_minute(browser: FlaskClient, send: Send, peer: SmtpPeer) -> None:
    send(PATH)
    assert send(PATH).location == f"{PATH}?soon=1"
    assert "less than a minute ago" in Page(browser.get(f"{PATH}?soon=1")).text_of("#wrong")
    assert len(peer.mails) == 1


def test_a_server_that_refuses_is_told_with_its_words(
    browser: FlaskClient, send: Send, peer: SmtpPeer
) -> None:
    peer.at("rcpt", Answer("550 5.1.1 nobody here"))
    send(PATH)
    page = Page(browser.get(PATH))
    assert "nobody here" in page.text_of(".checks")
    assert len(page.all(".checks .light.bad")) == 1
    assert page.one("#checks").get("hx-get") is None


def test_one_that_does_not_come_back_is_told(browser: FlaskClient, send: Send) -> None:
    send(PATH)
    with session.transaction() as db:
        db.execute(update(DeliverabilityCheck).values(began_at=clock.now() - timedelta(minutes=6)))
    page = Page(browser.get(PATH))
    assert "It has not come back" in page.text_of(".checks")
    assert page.one("#checks").get("hx-get") is None
    assert "has not come back" in Page(browser.get("/start/end")).text_of("main .list")


def test_who_has_not_confirmed_their_address_sends_none(
    browser: FlaskClient, send: Send, world: World, peer: SmtpPeer
) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(email_confirmed_at=None))
    page = Page(browser.get(PATH))
    assert "confirm your e-mail address first" in page.text_of("main")
    assert page.all(f"form[action={PATH}]") == []
    assert send(PATH).status_code == 403
    assert peer.mails == []


def test_without_a_mailbox_it_leads_back_to_that(browser: FlaskClient, send: Send, world: World) -> None:
    with session.transaction() as db:
        db.execute(delete(Mailbox).where(Mailbox.account_id == world.ours.account_id))
    page = Page(browser.get(PATH))
    assert "There is no mailbox yet" in page.text_of("main")
    assert page.all(f"form[action={PATH}]") == []
    assert send(PATH).location == PATH


def test_what_is_not_fetched_yet_cannot_come_back(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.add(
            ImapSource(
                public_id="i" * 24,
                account_id=world.ours.account_id,
                mailbox_id=world.ours.mailbox_id,
                host="h",
                port=1,
                security="tls",
                auth="password",
                username="u",
                sealed_secret="",
                folders=["INBOX"],
                when_done="seen",
                state="trial",
                created_at=clock.now(),
            )
        )
    assert "nothing is fetched from it yet" in Page(browser.get(PATH)).text_of("main")


def test_the_mailbox_of_the_start_is_tested(send: Send, world: World, peer: SmtpPeer) -> None:
    send("/start/mailbox/forward", address="info@ours.example")
    send(PATH)
    assert [sent.rcpt_to for sent in peer.mails] == ["info@ours.example"]
    with session.transaction() as db:
        guidedstart.end(db, world.ours.actor)


def test_a_look_from_the_mailboxs_own_page_is_no_test_mail(
    browser: FlaskClient, send: Send, world: World
) -> None:
    with session.transaction() as db:
        public_id = db.get_one(Mailbox, world.ours.mailbox_id).public_id
    send(f"/mailboxes/{public_id}/test")
    assert Page(browser.get(PATH)).all("#checks") == []


def test_a_demo_says_that_nothing_leaves(
    settings: Settings, world: World, dns: DnsServer, peer: SmtpPeer
) -> None:
    demo = settings.with_values(demo=True, postbox_port=peer.port)
    browser = create_app(demo).test_client()
    browser.set_cookie("session", world.ours.cookie)
    assert "nothing leaves, so nothing comes back" in Page(browser.get(PATH)).text_of("main")
    browser.post(PATH, data={"csrf_token": Page(browser.get("/account")).token})
    page = Page(browser.get(PATH))
    assert "It is kept and shown here" in page.text_of(".checks")
    assert page.one("#checks").get("hx-get") is None
    assert "this is a demo" in Page(browser.get("/start/end")).text_of("main .list")
