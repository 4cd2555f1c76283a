"""Managing people in a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway import clock
from gateway.desk import groups, signin
from gateway.rules.access import Actor, Role
from gateway.store import session
from tests.hiring import hire, view_of
from tests.webui.accessible import violations
from tests.webui.cast import World


@pytest.fixture
def team(world: World) -> dict[str, Actor]:
    """Ada, an admin; Ben, who is away; Cleo, who sees one group; Dora, who has left."""
    now, account_id = clock.now(), world.ours.account_id
    with session.transaction() as db:
        for name in ("North", "South", "Practices and law firms"):
            groups.create(db, world.ours.actor, name=name, now=now)
    ada = hire(account_id, "ada", Role.ADMIN, now=now)
    return {
        "ada": ada,
        "ben": hire(
            account_id,
            "ben",
            now=now,
            away_from=now - timedelta(days=1),
            away_until=now + timedelta(days=9),
            stand_in_id=ada.staff_id,
        ),
        "cleo": hire(account_id, "cleo", now=now, sees_all=False, email_confirmed_at=None),
        "dora": hire(account_id, "dora", now=now, deactivated_at=now),
    }


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
@pytest.mark.usefixtures("team")
def test_people_are_managed_and_read_on_every_screen(
    page: Page, served: str, theme: str, locale: str
) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    for path in ("/people", "/people/p-ben", "/people/p-cleo", "/people/p-dora", "/account/profile"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        assert violations(page) == []
        for width in (320, 390, 700):
            page.set_viewport_size({"width": width, "height": 800})
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (path, width)


def test_an_owner_makes_an_admin_ends_an_open_browser_and_hands_the_account_on(
    chromium: Browser, page: Page, served: str, world: World, team: dict[str, Actor]
) -> None:
    with session.transaction() as db:
        secret = signin.open_session(db, team["cleo"].staff_id or 0, browser="", now=clock.now())
    context = chromium.new_context(base_url=served, locale="en-GB")
    context.add_cookies([{"name": "session", "value": secret, "url": served}])
    theirs = context.new_page()
    theirs.goto("/")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("All open")

    page.goto("/people")
    page.get_by_role("link", name="Ben Example").click()
    page.get_by_label("Role").select_option("admin")
    page.locator("#access button").click()
    expect(page.locator("h1 + p")).to_contain_text("Admin")

    page.goto("/people")
    page.get_by_role("link", name="Cleo Example").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("button", name="Reactivate")).to_be_visible()
    theirs.locator(".areas").get_by_role("link", name="Customers").click()
    expect(theirs).to_have_url(re.compile("/sign-in"))
    context.close()

    page.goto("/people")
    page.get_by_role("link", name="Ada Example").click()
    page.get_by_role("button", name="Make Ada Example the owner").click()
    expect(page.locator("main .alert").last).to_contain_text("owner, whom nobody else changes")
    roles = [view_of(who).role for who in (team["ada"], world.ours.actor, team["ben"])]
    assert roles == [Role.OWNER, Role.ADMIN, Role.ADMIN]


@pytest.mark.usefixtures("team")
def test_one_goes_away_and_the_ticket_says_so(page: Page) -> None:
    page.goto("/account/profile")
    today = f"{clock.now().astimezone():%Y-%m-%d}"
    for field in ("#from", "#until"):
        page.locator(field).fill(today)
    page.get_by_label("Who stands in").select_option(label="Ada Example")
    page.locator("#away form[action$=away] button").click()
    expect(page.locator("#away .tag")).to_contain_text("Ada Example stands in")
    page.goto("/t/1")
    page.get_by_label("Assigned to").select_option("ours")
    expect(page.locator(".panel")).to_contain_text("Ada Example stands in")
    assert violations(page) == []
