"""The pages of erasing in a real browser: accessible in both themes and languages, and narrow enough."""

from email.message import EmailMessage

import pytest
from playwright.sync_api import Page

from tests.webui.accessible import violations
from tests.webui.cast import World, mail
from tests.webui.privacy.test_erasures import contact
from tests.webui.privacy.test_receipts import fail

PAGES = ("/account/erasures", "/account/erasures/new?kind=ticket&of=1", "/t/2")


@pytest.fixture
def asked(world: World) -> str:
    """Ann asks for deletion, and Bob names her: the page of what would go with her."""
    fail(1)
    way = f"/account/erasures/new?kind=contact&of={contact()}"
    world.ours.receive(mail("Hello", "Please delete all my personal data.\n"))
    bob = EmailMessage()
    bob["From"], bob["To"], bob["Subject"] = "bob@other.example", "help@ours.example", "For Ann"
    bob["Message-ID"] = "<b@other.example>"
    bob.set_content("Please write to ann@customer.example as well; she knows more about it.\n")
    world.ours.receive(bob)
    return way


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_they_are_accessible_and_scroll_in_one_direction(
    page: Page, served: str, asked: str, theme: str, locale: str
) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    found: list[object] = []
    for path in (*PAGES, asked):
        page.goto(path)
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append((path, width))
        page.set_viewport_size({"width": 390, "height": 800})
        found += violations(page)
    page.goto("/account/erasures/new?kind=ticket&of=1")
    page.locator("form[action='/account/erasures'] button").click()
    page.locator("#erasure").wait_for()
    assert [*found, *violations(page)] == []
