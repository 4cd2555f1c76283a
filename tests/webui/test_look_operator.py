"""The operator's pages and what they tell everybody, in a real browser: accessible, narrow enough."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from gateway import clock
from gateway.desk import broadcasting, legal, operating
from gateway.desk.legal import Document
from gateway.store import session
from gateway.store.bounds import Limits
from tests.webui.accessible import violations
from tests.webui.cast import World

TEXT = (
    "# Who we are\n\nA **small** firm.\n\n- one\n- two\n\n| What | How long |\n| - | - |\n| Mails | a year |"
)
WIDTHS = (1440, 700, 390, 320)


@pytest.fixture
def pages(world: World) -> tuple[str, ...]:
    """Ours is the operator's account; the other one is suspended, and everybody is told something."""
    now = clock.now()
    with session.transaction() as db:
        operating.appoint(db, "ours", now=now)
        operating.limit(db, None, "stranger", Limits(5, 10**9, 200), now=now)
        operating.suspend(db, None, "stranger", now=now)
        stranger = operating.get(db, None, "stranger").public_id
        words = (
            "The server is restarted tonight at ten; it takes a minute.",
            "Heute um zehn wird neu gestartet.",
        )
        broadcasting.announce(db, None, *words, until=now + timedelta(days=1), now=now)
    for text in ("Old", TEXT):
        with session.transaction() as db:
            legal.change(db, None, Document.PRIVACY, text, text, now=now)
    own = ("/operator", f"/operator/accounts/{stranger}", "/operator/texts/terms", "/operator/notice")
    return (*own, "/", "/t/1", "/privacy", "/privacy?version=1", "/terms", "/suggest")


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_they_are_accessible_and_never_scroll_sideways(
    page: Page, served: str, pages: tuple[str, ...], theme: str, locale: str
) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    found, wide = [], []
    for path in pages:
        page.goto(path)
        found += violations(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((path, width))
    assert (found, wide) == ([], [])


def test_a_notice_is_put_away_where_one_is(page: Page, pages: tuple[str, ...]) -> None:
    page.goto("/customers")
    page.get_by_role("button", name="Put away").click()
    page.wait_for_url("**/customers*")
    assert page.locator("#notice").count() == 0
