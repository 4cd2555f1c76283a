"""Signed mail on a mailbox's page: make a key, copy its record, look, remove."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk.dkimkeys import DkimView
from gateway.i18n import speaking
from gateway.mail.dkimsigning import Seen
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import DkimKey, Mailbox, Staff
from tests.fakes.dns_server import DnsServer, serving
from tests.webui.cast import World
from tests.webui.pages import Page
from webui.mailboxes import dkim


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with serving({("ours.example", "A"): ["192.0.2.1"]}) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, dns: DnsServer) -> Settings:
    return settings.with_values(dns_servers=dns.address)


@pytest.fixture
def box(world: World) -> str:
    with session.reading() as db:
        found = db.execute(select(Mailbox.public_id).where(Mailbox.id == world.ours.mailbox_id))
        return f"/mailboxes/{found.scalar_one()}"


def send(browser: FlaskClient, path: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token})


def record(browser: FlaskClient, box: str) -> tuple[str, str]:
    """Name and value as one copies them."""
    name, value = (one.text_content() for one in Page(browser.get(box)).all("#dkim .copy")[:2])
    return str(name), str(value)


def test_a_click_makes_a_key_and_a_look_makes_it_sign(browser: FlaskClient, box: str, dns: DnsServer) -> None:
    assert Page(browser.get(box)).all("#dkim .copy") == []
    assert send(browser, f"{box}/dkim/look").status_code == 404
    assert send(browser, f"{box}/dkim/make").location == f"{box}#dkim"
    name, value = record(browser, box)
    assert (name.endswith("._domainkey.ours.example"), value.startswith("v=DKIM1; k=rsa; p=")) == (True, True)
    assert "Waits for its record" in Page(browser.get(box)).text_of("#dkim")
    looked = send(browser, f"{box}/dkim/look")
    assert (looked.status_code, looked.location) == (303, f"{box}#dkim")
    assert "does not show the record yet" in Page(browser.get(box)).text_of("#dkim")
    dns.zones[name, "TXT"] = [value]
    send(browser, f"{box}/dkim/look")
    assert "Mail is signed" in Page(browser.get(box)).text_of("#dkim")


def test_a_new_key_waits_beside_the_old_one_and_both_can_go(browser: FlaskClient, box: str) -> None:
    send(browser, f"{box}/dkim/make")
    with session.transaction() as db:
        db.execute(update(DkimKey).values(is_active=True, seen="shown"))
    before = record(browser, box)
    send(browser, f"{box}/dkim/make")
    assert record(browser, box) != before
    assert len(Page(browser.get(box)).all("#dkim dl")) == 2
    assert send(browser, f"{box}/dkim/remove").location == f"{box}#dkim"
    assert Page(browser.get(box)).all("#dkim dl") == []


@pytest.mark.parametrize("verb", ["make", "look", "remove"])
def test_a_strangers_mailbox_is_not_there(app: Flask, world: World, box: str, verb: str) -> None:
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    assert send(stranger, f"{box}/dkim/{verb}").status_code == 404


@pytest.mark.parametrize("verb", ["make", "look", "remove"])
def test_staff_change_nothing(browser: FlaskClient, world: World, box: str, verb: str) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == world.ours.owner_id).values(role="staff"))
    assert Page(browser.get(box)).all("#dkim") == []
    assert send(browser, f"{box}/dkim/{verb}").status_code == 403


@pytest.mark.parametrize(
    ("seen", "is_active", "light", "words"),
    [
        (None, False, "wait", "Wartet auf seinen Eintrag"),
        (Seen.SHOWN, True, "ok", "Mails werden signiert"),
        (Seen.MISSING, False, "wait", "zeigt den Eintrag noch nicht"),
        (Seen.OTHER, False, "bad", "einen anderen Eintrag"),
        (Seen.UNKNOWN, False, "wait", "nicht geantwortet"),
        (Seen.UNKNOWN, True, "ok", "nicht geantwortet"),
    ],
)
def test_each_state_has_its_words_and_light(
    app: Flask, seen: Seen | None, light: str, words: str, *, is_active: bool
) -> None:
    key = DkimView("ours.example", "s", "AAAA", is_active=is_active, seen=seen, looked_at=clock.now())
    with app.test_request_context(), speaking("de"):
        shown = dkim.shown(key, clock.now())
    assert (shown.light, words in shown.state) == (light, True)
