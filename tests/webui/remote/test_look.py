"""The pages of remote sessions in a real browser: accessible in both themes and languages, and narrow."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from gateway import clock
from gateway.desk import remote, systems
from gateway.desk.remote import Made
from gateway.settings import Settings
from gateway.store import session
from tests.remotes import redeem
from tests.webui.accessible import violations
from tests.webui.cast import World
from tests.webui.installed import come, customer_of, install

WIDTHS = (1440, 640, 390, 320)
MEASURED = (1440, 390)
SMALL = 44
_NOTHING = "export {};"


def quiet(page: Page) -> None:
    """The scripts of the relay's two sides are other parts'."""

    def give(route: Route) -> None:
        route.fulfill(body=_NOTHING, content_type="text/javascript")

    for name in ("share", "viewer"):
        page.route(f"**/static/remote/{name}.js", give)


def look(page: Page, name: str, folder: Path) -> list[str]:
    """What is wrong with the page as it stands: with how it is made, wide and narrow, and with each width.

    And a picture of it for who wants to look.
    """
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if width in MEASURED:
            found += violations(page)
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name} is wider than {width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_customers_pages(
    chromium: Browser, served: str, made: Made, tmp_path: Path, locale: str, scheme: str
) -> None:
    context = chromium.new_context(base_url=served, locale=locale, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    quiet(page)
    found = []
    page.goto("/remote")
    found += look(page, f"code-{locale}-{scheme}", tmp_path)
    page.goto(f"/remote#{made.secret}")
    expect(page.locator("#offer h1")).to_be_visible()
    page.locator("[data-way=client]").click()
    page.locator(".not-me summary").click()
    found += look(page, f"offer-{locale}-{scheme}", tmp_path)
    small = page.evaluate(
        "[...document.querySelectorAll('#remote :is(button, a.button, summary, input)')]"
        f".filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < {SMALL})"
        ".map((e) => e.outerHTML)"
    )
    page.locator("[data-way=browser]").click()
    found += look(page, f"consent-{locale}-{scheme}", tmp_path)
    page.evaluate("for (const part of ['#share', '#shared']) document.querySelector(part).hidden = false")
    found += look(page, f"share-{locale}-{scheme}", tmp_path)
    context.close()
    assert (found, small) == ([], [])


def test_a_phone_is_told_that_it_cannot_show_its_screen(chromium: Browser, served: str, made: Made) -> None:
    context = chromium.new_context(base_url=served, locale="en-GB", viewport={"width": 390, "height": 844})
    page = context.new_page()
    quiet(page)
    page.add_init_script("delete MediaDevices.prototype.getDisplayMedia")
    page.goto(f"/remote#{made.secret}")
    expect(page.locator(".phone")).to_be_visible()
    expect(page.locator("[data-way=browser]")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("de-DE", "dark")])
def test_the_pages_of_systems(
    chromium: Browser,
    served: str,
    world: World,
    settings: Settings,
    tmp_path: Path,
    locale: str,
    scheme: str,
) -> None:
    context = chromium.new_context(base_url=served, locale=locale, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": served}])
    page, name = context.new_page(), f"{locale}-{scheme}"
    customer = customer_of(world.ours)
    page.goto(f"/customers/{customer}")
    found = look(page, f"none-{name}", tmp_path)
    there = install(world.ours, settings, customer, "Reception with a long name of its own, ground floor")
    away = install(world.ours, settings, customer, "Server 01")
    come(there, unattended=["view", "control"])
    with session.transaction() as db:
        for one in (there, away):
            asked = one.public_id
            systems.ask(db, world.ours.actor, 1, asked, scopes=(), key=settings.key(), now=clock.now())
    for which, path in (
        ("customer", f"/customers/{customer}"),
        ("system", f"/systems/{there.public_id}"),
        ("remove", f"/systems/{away.public_id}/remove"),
    ):
        page.goto(path)
        found += look(page, f"{which}-{name}", tmp_path)
    page.goto(f"/customers/{customer}")
    page.locator("#systems form button").click()
    expect(page.locator("#fresh")).to_be_visible()
    found += look(page, f"code-{name}", tmp_path)
    page.goto("/t/1")
    found += look(page, f"ticket-{name}", tmp_path)
    page.locator("#remoting summary").click()
    found += look(page, f"asking-{name}", tmp_path)
    context.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_staffs_pages(
    page: Page, made: Made, tmp_path: Path, scheme: str, world: World, settings: Settings
) -> None:
    quiet(page)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    with session.transaction() as db:
        over = remote.make(db, world.ours.actor, 1, scopes=(), key=settings.key(), now=clock.now())
        remote.end_by(db, world.ours.actor, over.public_id, now=clock.now())
    found = []
    page.goto("/t/1")
    found += look(page, f"ticket-{scheme}", tmp_path)
    page.locator("#remoting summary").click()
    found += look(page, f"new-{scheme}", tmp_path)
    seat = redeem(made, now=clock.now())
    with session.transaction() as db:
        remote.note_state(db, seat.session_id, state="live", granted=["view"], now=clock.now())
    for name, path in (("running", "/remote-sessions"), ("viewer", f"/t/1/remote/{made.public_id}")):
        page.goto(path)
        found += look(page, f"{name}-{scheme}", tmp_path)
    page.evaluate("for (const part of document.querySelectorAll('.viewer [hidden]')) part.hidden = false")
    found += look(page, f"viewer-full-{scheme}", tmp_path)
    assert found == []
