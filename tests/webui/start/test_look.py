"""The guided start in a real browser: a mailbox is connected and tested, on a wide and a narrow screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from gateway import clock
from gateway.desk import guidedstart
from gateway.desk.servers.finding import find_servers
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import ImapSource
from tests.fakes.dns_server import DnsServer
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.smtp_peer import SmtpPeer
from tests.webui.accessible import violations
from tests.webui.cast import World
from webui import languages


@pytest.fixture
def settings(settings: Settings, dns: DnsServer, dovecot: Dovecot, peer: SmtpPeer) -> Settings:
    dns.zones |= {
        ("_imap._tcp.ours.example", "SRV"): [f"0 1 {dovecot.port} localhost."],
        ("_submission._tcp.ours.example", "SRV"): [f"0 1 {peer.port} localhost."],
    }
    return settings


def look(page: Page) -> None:
    """Everybody can use the page as it stands, on a wide and on a narrow screen."""
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize(("locale", "theme"), [("en", "dark"), ("de", "light")])
def test_a_newcomer_connects_a_mailbox_and_sees_a_test_mail_arrive(
    page: Page, served: str, world: World, dovecot: Dovecot, peer: SmtpPeer, locale: str, theme: str
) -> None:
    with session.transaction() as db:
        guidedstart.begin(db, world.ours.actor, now=clock.now())
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": served},
            {"name": languages.COOKIE, "value": locale, "url": served},
        ]
    )
    page.goto("/start")
    page.keyboard.type("Smith & Co")  # the field has the focus
    page.keyboard.press("Enter")
    page.locator("#find").fill(USER)
    page.locator("form[action$=find] button").click()
    expect(page.locator("h1")).to_contain_text(USER)
    look(page)
    page.locator("#secret").fill("wrong")
    for kind in ("imap", "smtp"):
        page.locator("details.wide summary").click() if kind == "imap" else None
        page.locator(f"#{kind}-security").select_option("plain")
    page.locator("form[action$=connect] button").click()
    expect(page.locator("#wrong")).to_be_visible()
    look(page)
    page.locator("#secret").fill(PASSWORD)
    page.locator("form[action$=connect] button").click()
    expect(page.locator("#pulse")).to_be_visible()
    look(page)
    with session.transaction() as db:  # what the fetching process does
        db.execute(update(ImapSource).values(trial={"mails": 0, "threads": 0, "sent": 0}))
    page.locator("form[action$=fetch] .primary").click()  # it appears by itself
    page.locator("form[action='/start/test'] button").click()
    expect(page.locator(".checks li")).to_have_count(2)
    world.ours.receive(peer.mails[0].raw)
    expect(page.locator(".checks a")).to_have_attribute("href", "/t/2")  # so does this
    page.locator("#checks summary").click()
    look(page)
    page.locator(".checks a").click()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "de"])
def test_forwarding_and_a_known_provider_are_explained_on_every_screen(
    page: Page, served: str, world: World, send: Callable[..., object], locale: str
) -> None:
    page.context.add_cookies([{"name": languages.COOKIE, "value": locale, "url": served}])
    send("/start/mailbox/forward", address="info@ours.example")
    page.goto("/start/mailbox")
    for summary in page.locator("details summary").all():
        summary.click()
    look(page)
    for address in ("smith@gmail.com", "smith@web.de", "smith@outlook.com"):
        with session.transaction() as db:
            found = find_servers(address, lambda _name, _kind: ())
            guidedstart.note_servers(db, world.ours.actor, address, found, now=clock.now())
        page.goto("/start/mailbox")
        look(page)
