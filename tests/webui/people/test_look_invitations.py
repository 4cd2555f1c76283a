"""Inviting and being invited, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from gateway import clock
from gateway.desk import groups
from gateway.store import session
from tests.webui.cast import PASSWORD, World
from tests.webui.people.test_invitations import INVITE, LIST, invitation, mailed
from tests.webui.signin.test_look import look


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_a_guest_is_invited_from_the_ticket_and_looks_at_it_in_peace(
    page: Page, served: str, world: World, theme: str, locale: str
) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    page.goto("/t/1")
    page.locator(f"a[href^='{INVITE}']").click()
    page.locator("#address").fill("ida@freelance.example")
    page.locator("[name=may_answer]").check()
    page.locator("#until").fill("2035-12-31")
    page.keyboard.press("Enter")
    expect(page.locator(".held h2")).to_have_text("ida@freelance.example")
    look(page)
    page.locator(".held h2 a").click()
    expect(page.locator("[name=may_answer]")).to_be_checked()
    look(page)
    page.context.clear_cookies(name="session")
    page.goto(f"/invitation#{mailed(world.ours)[-1][1]}")
    expect(page).to_have_url(re.compile("/invitation$"))
    expect(page.locator("#code")).to_be_hidden()
    look(page)
    page.locator("button.primary").click()
    expect(page.locator(".facts")).to_contain_text("#1 Look at this")
    page.locator("summary").click()
    look(page)
    assert invitation().accepted_at is None


def test_a_colleague_is_given_groups_and_joins_by_keyboard(page: Page, world: World) -> None:
    with session.transaction() as db:
        groups.create(db, world.ours.actor, name="North", now=clock.now())
    page.goto(INVITE)
    page.locator("#address").fill("kim@ours.example")
    page.get_by_label("these groups only").check()
    page.get_by_label("North").check()
    look(page)
    page.locator("#address").press("Enter")
    expect(page.locator(".held")).to_contain_text("Staff · North")
    page.context.clear_cookies(name="session")
    page.goto(f"/invitation#{mailed(world.ours)[-1][1]}")
    page.locator("button.primary").focus()
    page.keyboard.press("Enter")
    for field, typed in (("first_name", "Kim"), ("last_name", "Klein"), ("password", PASSWORD)):
        page.locator(f"#{field}").fill(typed)
    page.keyboard.press("Enter")
    expect(page.locator(".foot")).to_contain_text("Kim Klein")


def test_a_form_that_comes_back_says_what_is_wrong_where_it_is(page: Page) -> None:
    page.goto(INVITE)
    page.locator("#address").fill("help@ours.example")
    page.locator("#address").press("Enter")
    expect(page.locator("#wrong")).to_contain_text("a mailbox here")
    look(page)
    page.goto(LIST)
    expect(page.locator(".empty")).to_be_visible()
