"""Whether mail arrives, on a mailbox's page: the button, the list, the test mail that comes back."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk.deliverability import PAUSE
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import DeliverabilityCheck, Mailbox, Staff
from tests.fakes.dns_server import serving
from tests.fakes.smtp_peer import SmtpPeer
from tests.webui.cast import World
from tests.webui.pages import Page


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, peer: SmtpPeer) -> Iterator[Settings]:
    with serving({("example", "A"): ["192.0.2.1"]}) as dns:
        yield settings.with_values(dns_servers=dns.address, relay_url=peer.url)


@pytest.fixture
def box(world: World) -> str:
    with session.reading() as db:
        found = db.execute(select(Mailbox.public_id).where(Mailbox.id == world.ours.mailbox_id))
        return f"/mailboxes/{found.scalar_one()}"


def send(browser: FlaskClient, path: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token})


def test_a_click_sends_a_test_mail_and_shows_it_come_back(
    browser: FlaskClient, world: World, box: str, peer: SmtpPeer
) -> None:
    assert Page(browser.get(box)).all("#arrival-list") == []
    assert browser.get(f"{box}/test").status_code == 404
    looked = send(browser, f"{box}/test")
    assert (looked.status_code, looked.location) == (303, f"{box}#arrival")
    away = Page(browser.get(box))
    assert "on its way" in away.text_of("#arrival-list")
    assert away.one("#arrival-list").get("hx-get") == f"{box}/test"
    world.ours.receive(peer.mails[0].raw)
    back = Page(browser.get(f"{box}/test"))
    assert "It came back" in back.text_of("#arrival-list")
    assert back.one("#arrival-list").get("hx-get") is None
    assert "has no DMARC record" in Page(browser.get(box)).text_of("#arrival")


def test_a_mailbox_is_looked_at_once_a_minute_at_most(browser: FlaskClient, box: str, peer: SmtpPeer) -> None:
    assert send(browser, f"{box}/test").location == f"{box}#arrival"
    refused = send(browser, f"{box}/test")
    assert "less than a minute ago" in Page(browser.get(refused.location)).text_of("[role=alert]")
    assert len(peer.mails) == 1
    with session.transaction() as db:
        db.execute(update(DeliverabilityCheck).values(began_at=clock.now() - PAUSE))
    assert send(browser, f"{box}/test").location == f"{box}#arrival"
    assert len(peer.mails) == 2


def test_a_look_that_was_cut_off_shows_nothing(browser: FlaskClient, box: str) -> None:
    send(browser, f"{box}/test")
    with session.transaction() as db:
        db.execute(update(DeliverabilityCheck).values(facts=None))
    assert Page(browser.get(box)).all("#arrival-list") == []


def test_it_is_said_in_german_with_a_word_for_each_light(browser: FlaskClient, box: str) -> None:
    send(browser, f"{box}/test")
    page = Page(browser.get(box, headers={"Accept-Language": "de"}))
    assert page.all("#arrival-list .light")[0].get("aria-label") in ("gut", "good")


def test_a_strangers_mailbox_is_not_there(app: Flask, world: World, box: str, peer: SmtpPeer) -> None:
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    assert send(stranger, f"{box}/test").status_code == 404
    assert stranger.get(f"{box}/test").status_code == 404
    assert peer.mails == []


def test_staff_look_at_none(browser: FlaskClient, world: World, box: str) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == world.ours.owner_id).values(role="staff"))
    assert Page(browser.get(box)).all("#arrival") == []
    assert send(browser, f"{box}/test").status_code == 403
    assert browser.get(f"{box}/test").status_code == 403
