"""Getting in, in a real browser."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from gateway import clock
from gateway.store import session
from gateway.store.models import Staff
from tests.webui.accessible import violations
from tests.webui.cast import PASSWORD, World
from tests.webui.signin.test_letters import secret_of
from tests.webui.signin.test_security import let_proof_lapse


def look(page: Page) -> None:
    """Everybody can use the page as it stands, on a wide and on a narrow screen."""
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_the_banner_leads_to_a_link_that_leaves_the_address_bar_at_once(
    page: Page, served: str, world: World, theme: str, locale: str
) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(email_confirmed_at=None))
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    page.goto("/")
    look(page)
    page.locator(".banner button").click()
    expect(page.locator(".alert")).to_contain_text("owner@ours.example")
    look(page)
    page.goto("about:blank")
    page.goto(f"/confirm#{secret_of(world.ours.blobs)}")
    expect(page).to_have_url(re.compile("/confirm$"))
    expect(page.locator("#code")).to_be_hidden()
    look(page)
    page.locator("button.primary").click()
    expect(page).to_have_url(re.compile("/account"))
    expect(page.locator(".banner")).to_have_count(0)


def test_a_lost_password_is_replaced_with_what_the_link_carries(page: Page, world: World) -> None:
    page.goto("/forgotten")
    page.locator("#login").fill("ours")
    page.locator("button.primary").click()
    expect(page.locator(".alert")).to_contain_text("on its way")
    look(page)
    page.goto("about:blank")
    page.goto(f"/reset#{secret_of(world.ours.blobs)}")
    page.locator("#password").fill("another horse battery")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Your new password is set")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_password_is_asked_for_again_and_one_goes_on(
    page: Page, served: str, world: World, theme: str
) -> None:
    let_proof_lapse()
    page.context.add_cookies([{"name": "theme", "value": theme, "url": served}])
    page.goto("/mailboxes")
    page.get_by_text("help@ours.example", exact=True).click()
    page.get_by_text("Fetch from an IMAP mailbox instead").click()
    look(page)
    page.get_by_role("link", name="Give the password").click()
    look(page)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Fetch from an IMAP mailbox instead").click()
    expect(page.locator("#secret")).to_be_visible()


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_a_second_factor_is_set_up_and_asked_for(page: Page, served: str, locale: str, theme: str) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    page.goto("/account/second-factor")
    page.locator("button.primary").click()
    look(page)
    app = pyotp.TOTP(page.locator(".copy").inner_text().replace(" ", ""))
    page.locator("#code").fill(app.at(clock.now()))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    look(page)
    code = page.locator(".codes .copy").first.inner_text()
    page.goto("/account")
    page.locator("form[action='/sign-out'] button").click()
    page.locator("#login").fill("ours")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    look(page)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served}/")
