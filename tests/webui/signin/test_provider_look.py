"""Signing in by a certified provider in a real browser, to which the two are different sites."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from gateway.desk.openid.provider import BACK_PATH, Client, Provider
from tests.fakes import oidc_provider
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET
from tests.webui.cast import World
from tests.webui.signin.test_look import look
from webui import office


@pytest.fixture
def desk(app: Flask, served: str, page: Page) -> Iterator[str]:
    """The desk's address, by a name that the provider's does not have."""
    # The provider's pages want a font from elsewhere, and tests ask nobody else for anything.
    page.context.route(re.compile("^https:"), lambda route: route.fulfill(body=""))
    named = served.replace("127.0.0.1", "localhost")
    with oidc_provider.provider(f"{named}{BACK_PATH}") as real:
        made = Provider(Client(real.issuer, CLIENT_ID, CLIENT_SECRET, real.back, "Home"))
        office.install(app, replace(office.of(app), provider=made))
        yield named


def sign_in_there(page: Page, login: str) -> None:
    """What the provider asks: who one is, and whether the desk may know."""
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill("any")
    page.locator("[type=submit]").click()
    page.locator("[type=submit]").click()


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_one_links_oneself_and_comes_in_by_a_click(
    page: Page, desk: str, world: World, theme: str, locale: str
) -> None:
    kept = {"session": world.ours.cookie, "theme": theme, "locale": locale}
    page.context.add_cookies([{"name": name, "value": value, "url": desk} for name, value in kept.items()])
    page.goto(f"{desk}/account/security")
    look(page)
    page.locator("#provider button").click()
    sign_in_there(page, "ann")
    expect(page.locator(".alert[role=status]")).to_contain_text("Home")
    expect(page.locator("#provider .light.ok")).to_have_count(1)
    look(page)
    page.goto(f"{desk}/account")
    page.locator("form[action='/sign-out'] button").click()
    look(page)
    page.get_by_role("link", name="Home").click()  # where one is signed in still
    expect(page).to_have_url(f"{desk}/")
    page.context.clear_cookies()
    page.goto(f"{desk}/sign-in?next=/t/1")
    page.get_by_role("link", name="Home").click()
    sign_in_there(page, "bob")
    expect(page).to_have_url(re.compile("/sign-in.provider=unknown&next=/t/1$"))
    expect(page.locator("[role=alert]")).to_contain_text("Home")
    look(page)


def test_the_page_on_the_way_there_can_be_read_and_left(page: Page, desk: str, world: World) -> None:
    page.context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": desk}])
    page.goto(f"{desk}/account/security")
    # Some browsers let people switch off that a page leads on by itself.
    page.route("**/account/provider", lambda route: route.fulfill(response=route.fetch(), headers={}))
    page.locator("#provider button").click()
    expect(page.locator("h1")).to_have_text("On to Home")
    page.unroute_all()
    look(page)
    page.get_by_role("link", name="Go on").click()
    sign_in_there(page, "ann")
    expect(page.locator(".alert[role=status]")).to_contain_text("Home")
