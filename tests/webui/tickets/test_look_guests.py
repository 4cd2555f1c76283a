"""What a guest has on the screen: accessible, narrow enough, worked by keyboard; and what staff see of it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from gateway import clock
from gateway.desk import noting
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import GuestNotice
from tests.admitting import add_guest, add_limited, cookie_of, group_of
from tests.webui.accessible import violations
from tests.webui.cast import World, mail


@pytest.fixture
def guest(world: World) -> Actor:
    """May answer and note in ticket 1, until in ten days."""
    with session.transaction() as db:
        noting.note(db, world.ours.actor, 1, "She never pays.", now=clock.now())
        noting.note(db, world.ours.actor, 1, "Look at the **fuse**.", is_shared=True, now=clock.now())
    until = clock.now() + timedelta(days=10)
    return add_guest(world.ours.account_id, ticket=1, may=["note", "answer", "join"], until=until)


def browse(chromium: Browser, served: str, by: Actor, locale: str = "en-GB") -> BrowserContext:
    """A browser in which they are signed in."""
    context = chromium.new_context(base_url=served, locale=locale)
    context.add_cookies([{"name": "session", "value": cookie_of(by, now=clock.now()), "url": served}])
    return context


@pytest.mark.parametrize(("theme", "locale"), [("light", "de"), ("dark", "en")])
def test_a_guests_pages_are_accessible_on_every_screen(
    chromium: Browser, served: str, guest: Actor, theme: str, locale: str
) -> None:
    context = browse(chromium, served, guest)
    for name, value in (("theme", theme), ("locale", locale)):
        context.add_cookies([{"name": name, "value": value, "url": served}])
    page = context.new_page()
    for path in ("/guest", "/guest?q=nothing", "/guest/1", "/guest/99", "/account", "/t/1"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        assert violations(page) == [], path
        for width in (320, 390, 700):
            page.set_viewport_size({"width": width, "height": 800})
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (path, width)
    context.close()


def test_a_guest_answers_and_notes_and_staff_share_a_note_with_them(
    chromium: Browser, page: Page, served: str, guest: Actor
) -> None:
    context = browse(chromium, served, guest)
    theirs = context.new_page()
    theirs.goto("/")
    expect(theirs).to_have_url(f"{served}/guest")
    theirs.get_by_role("link", name="Look at this").click()
    expect(theirs.locator(".timeline")).to_contain_text("Look at the fuse.")
    expect(theirs.locator(".timeline")).not_to_contain_text("pays")
    theirs.locator("#text").fill("Is the fuse in?")
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.locator(".timeline")).to_contain_text("Is the fuse in?")
    theirs.keyboard.press("n")
    theirs.locator("#text").fill("It was the plug.")
    theirs.get_by_role("button", name="Save note").click()
    expect(theirs.locator(".timeline")).to_contain_text("It was the plug.")

    page.goto("/t/1")
    expect(page.locator("#guests")).to_contain_text("Guest")
    expect(page.locator(".timeline")).to_contain_text("It was the plug.")
    page.keyboard.press("n")
    page.get_by_label("Guests read it, too").check()
    page.locator("#text").fill("Thank you, it was.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".timeline")).to_contain_text("Note, shared with guests")
    theirs.reload()
    expect(theirs.locator(".timeline")).to_contain_text("Thank you, it was.")
    with session.reading() as db:
        assert db.execute(select(GuestNotice.seen_at)).scalar() is not None
    context.close()


def test_who_works_for_one_group_has_its_customers_alone(
    chromium: Browser, served: str, world: World
) -> None:
    world.ours.receive(mail("Other matter", "Not for them."))
    key, _ = group_of(world.ours.actor, "North")
    context = browse(chromium, served, add_limited(world.ours.account_id, [key]))
    page = context.new_page()
    for path in ("/", "/customers", "/groups", "/contacts", "/undelivered", "/people"):
        page.goto(path)
        assert violations(page) == [], path
        expect(page.locator("body")).not_to_contain_text("Other matter")
    expect(page.locator(".views")).not_to_contain_text("Quarantine")
    context.close()
