"""Two people at work, each in a browser of their own, before real web processes."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gateway import clock
from gateway.desk import noting, tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor, Role
from gateway.rules.status import Status
from gateway.settings import Settings
from gateway.store import session
from tests.admitting import add_person, cookie_of
from tests.fakes.web import Web
from tests.webui.accessible import violations
from tests.webui.cast import World, mail
from tests.webui.installed import come, customer_of, install

Open = Callable[[str], Page]
SECOND = 1000


@pytest.fixture
def anna(world: World) -> Actor:
    """A colleague."""
    key = add_person(world.ours.account_id, Role.ADMIN, now=clock.now())
    return Actor(world.ours.account_id, Role.ADMIN, key, "Admin")


@pytest.fixture
def open_as(chromium: Browser, web: Web) -> Iterator[Open]:
    """A page in a fresh browser, in which the holder of the cookie is signed in."""
    opened: list[BrowserContext] = []
    url = f"http://127.0.0.1:{web.port}"

    def make(cookie: str) -> Page:
        context = chromium.new_context(base_url=url, viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.add_cookies([{"name": "session", "value": cookie, "url": url}])
        opened.append(context)
        return context.new_page()

    yield make
    for context in opened:
        context.close()


def listening(page: Page, path: str) -> Page:
    """The page, once its stream stands."""
    with page.expect_response("**/live"):
        page.goto(path)
    page.wait_for_timeout(500)
    return page


def test_a_colleagues_note_appears_while_one_writes(open_as: Open, world: World, anna: Actor) -> None:
    page = listening(open_as(world.ours.cookie), "/t/1")
    page.get_by_text("Show with formatting").click()
    text = page.locator("#text")
    text.fill("Dear Ann, half a sentence")
    text.evaluate("area => area.setSelectionRange(4, 8)")
    with session.transaction() as db:
        noting.note(db, anna, 1, "I have called her.", now=clock.now())
    expect(page.get_by_text("I have called her.")).to_be_visible(timeout=5 * SECOND)
    assert text.input_value() == "Dear Ann, half a sentence"
    expect(text).to_be_focused()
    expect(page.frame_locator("iframe").locator("p")).to_be_visible()
    assert text.evaluate("area => [area.selectionStart, area.selectionEnd]") == [4, 8]


def test_a_list_changes_where_it_stands_and_says_what_is_new_above(
    open_as: Open, world: World, anna: Actor
) -> None:
    world.ours.receive(mail("The second"))
    page = listening(open_as(world.ours.cookie), "/")
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("link", name="Look at this").focus()
    with session.transaction() as db:
        tickets.patch(db, anna, 1, TicketChange(status=Status.PENDING, subject="Renamed"), now=clock.now())
    renamed = page.get_by_role("link", name="Renamed")
    expect(renamed).to_be_visible(timeout=5 * SECOND)
    expect(renamed).to_be_focused()
    expect(page.locator(".row").first).to_contain_text("Renamed")
    expect(page.locator(".row.pending")).to_have_count(1)
    expect(page.locator(".views [aria-current] .count")).to_have_text("1", timeout=5 * SECOND)
    world.ours.receive(mail("The third"))
    expect(page.locator("#news")).to_contain_text("1 ticket with news", timeout=5 * SECOND)
    expect(page.locator(".row")).to_have_count(2)
    assert page.locator("#lost").inner_text() == ""


def test_the_tabs_of_a_browser_share_one_stream(open_as: Open, world: World, anna: Actor) -> None:
    first = listening(open_as(world.ours.cookie), "/t/1")
    others = [first.context.new_page() for _ in range(7)]
    for other in others:
        other.goto("/t/1")  # with a stream each, the seventh would wait for a connection for good
    first.close()
    with session.transaction() as db:
        noting.note(db, anna, 1, "To all of you.", now=clock.now())
    for other in others:
        expect(other.get_by_text("To all of you.")).to_have_count(1, timeout=5 * SECOND)


def test_who_comes_back_to_the_net_sees_what_was_missed(open_as: Open, world: World, anna: Actor) -> None:
    page = listening(open_as(world.ours.cookie), "/t/1")
    page.context.set_offline(True)
    with session.transaction() as db:
        noting.note(db, anna, 1, "While you were out.", now=clock.now())
    page.context.set_offline(False)
    expect(page.get_by_text("While you were out.")).to_be_visible(timeout=25 * SECOND)


def test_colleagues_see_each_other_come_write_and_go(open_as: Open, world: World, anna: Actor) -> None:
    page = listening(open_as(world.ours.cookie), "/t/1")
    listing = listening(open_as(world.ours.cookie), "/")
    other = open_as(cookie_of(anna, now=clock.now()))
    other.goto("/t/1")
    here = page.locator(".onlookers li")
    expect(here).to_contain_text("looking", timeout=5 * SECOND)
    other.locator("#text").press_sequentially("Dear")
    expect(here).to_contain_text("writing", timeout=5 * SECOND)
    expect(page.get_by_role("status").filter(has_text="is writing, too.")).to_be_visible()
    expect(listing.locator(".row .here")).to_contain_text("writing", timeout=5 * SECOND)
    assert violations(page) == []
    assert violations(listing) == []
    other.goto("/")
    expect(here).to_have_count(0, timeout=5 * SECOND)


def test_a_draft_returns_in_another_browser_and_colleagues_see_it_grow(
    open_as: Open, world: World, anna: Actor
) -> None:
    page = listening(open_as(world.ours.cookie), "/t/1")
    colleague = listening(open_as(cookie_of(anna, now=clock.now())), "/t/1")
    page.locator("#text").press_sequentially("Dear Ann, half a")
    expect(page.locator(".kept")).to_contain_text("Draft saved", timeout=5 * SECOND)
    expect(colleague.get_by_text("Draft by ours")).to_be_visible(timeout=5 * SECOND)
    colleague.get_by_text("Draft by ours").click()
    page.locator("#text").press_sequentially(" sentence")
    expect(colleague.get_by_text("Dear Ann, half a sentence")).to_be_visible(timeout=5 * SECOND)
    second = open_as(world.ours.cookie)
    second.goto("/t/1")
    expect(second.locator("#text")).to_have_value("Dear Ann, half a sentence")
    with second.expect_response("**/draft"):
        second.locator("#text").fill("Changed elsewhere")
    page.locator("#text").press_sequentially("!")
    expect(page.get_by_text("In another tab or browser")).to_be_visible(timeout=5 * SECOND)
    assert violations(page) == []
    with page.expect_response("**/draft"):
        page.get_by_role("button", name="Keep this one").click()
    second.reload()
    expect(second.locator("#text")).to_have_value("Dear Ann, half a sentence!")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".article.outbound")).to_have_count(1)
    expect(page.locator("#text")).to_have_value("")


def test_what_no_server_could_keep_is_still_there_after_a_reload(
    open_as: Open, world: World, web: Web
) -> None:
    page = listening(open_as(world.ours.cookie), "/t/1")
    page.route("**/draft", lambda route: route.abort())
    page.locator("#text").fill("Typed in a tunnel")
    expect(page.locator(".kept")).to_contain_text("no connection", timeout=5 * SECOND)
    page.unroute("**/draft")
    page.evaluate("navigator.sendBeacon = () => false")
    page.reload()
    expect(page.locator("#text")).to_have_value("Typed in a tunnel")
    expect(page.locator(".kept")).to_contain_text("Draft saved", timeout=5 * SECOND)


def test_a_system_that_comes_shows_at_once(open_as: Open, world: World, settings: Settings) -> None:
    customer = customer_of(world.ours)
    system = install(world.ours, settings, customer)
    ticket = listening(open_as(world.ours.cookie), "/t/1")
    there = listening(open_as(world.ours.cookie), f"/customers/{customer}")
    come(system)
    expect(ticket.locator("#systems")).to_contain_text("Server 01 online", timeout=5 * SECOND)
    expect(there.locator("#systems [data-live]")).to_contain_text("online", timeout=5 * SECOND)
