"""What the browser itself shows, by the page's own live stream, before real web processes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from gateway import clock
from gateway.desk import noting
from gateway.rules.access import Actor, Role
from gateway.rules.quiet import Quiet
from gateway.store import session
from tests.admitting import add_person
from tests.fakes.web import Web
from tests.hiring import set_columns
from tests.webui.cast import World

# A browser without a window has no page that nobody looks at, so the page is told that it is one. The
# notifications are the browser's own: what is written down is that it has shown them.
HIDDEN_AND_RECORDING = """
Object.defineProperty(document, "hidden", { get: () => true });
window.shown = [];
window.Notification = class extends Notification {
  constructor(title, options) {
    super(title, options);
    this.addEventListener("show", () => window.shown.push(title));
  }
};
"""


@pytest.fixture
def anna(world: World) -> Actor:
    """A colleague."""
    key = add_person(world.ours.account_id, Role.ADMIN, now=clock.now())
    return Actor(world.ours.account_id, Role.ADMIN, key, "Admin")


@pytest.fixture
def page(chromium: Browser, web: Web, world: World) -> Iterator[Page]:
    """A page of our owner, who wants to see mentions in the browser and has allowed it."""
    set_columns(world.ours.actor, browser_kinds=["mention"])
    url = f"http://127.0.0.1:{web.port}"
    context = chromium.new_context(base_url=url, locale="en-GB", permissions=["notifications"])
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": url}])
    context.add_init_script(HIDDEN_AND_RECORDING)
    made = context.new_page()
    with made.expect_response("**/live"):
        made.goto("/")
    made.wait_for_timeout(500)
    yield made
    context.close()


def mention(by: Actor) -> None:
    with session.transaction() as db:
        noting.note(db, by, 1, "@ours look", now=clock.now())


def shown(page: Page, count: int) -> list[str]:
    """What the browser has shown, once there is so much."""
    titles: list[str] = []
    for _ in range(100):
        titles = page.evaluate("shown")
        if len(titles) >= count:
            break
        page.wait_for_timeout(100)
    return titles


def test_a_mention_is_shown_by_the_browser_once(page: Page, anna: Actor) -> None:
    mention(anna)
    assert shown(page, 1) == ["#1: You were mentioned"]
    with page.expect_response("**/notifications/fresh"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:heard'))")
    mention(anna)
    assert shown(page, 2) == ["#1: You were mentioned"] * 2


def test_in_quiet_hours_the_page_hears_of_it_and_the_browser_shows_nothing(
    page: Page, world: World, anna: Actor
) -> None:
    today = clock.now().weekday()
    quiet = Quiet(0, 0, frozenset({today, (today - 1) % 7, (today + 1) % 7}))
    set_columns(world.ours.actor, quiet=quiet.as_stored())
    with page.expect_response("**/notifications/fresh") as answer:
        mention(anna)
    assert "#1" not in answer.value.text()
    set_columns(world.ours.actor, quiet=None, browser_kinds=["assigned"])
    with page.expect_response("**/notifications/fresh"):
        mention(anna)
    assert page.evaluate("shown") == []
