"""From one ticket to its neighbour in a real browser: the page stays, nothing of what was left does."""

import re
import time

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, Response, Route, expect

from gateway import clock
from gateway.desk import merging
from gateway.store import session
from tests.fakes.desk import eventually
from tests.webui import pages
from tests.webui.accessible import violations
from tests.webui.cast import World, mail

HEADING = "main h1"


@pytest.fixture
def first(page: Page, world: World) -> Page:
    """The first of three tickets, newest last, come to from the list; the page carries a mark."""
    for subject in ("Second", "Third"):
        world.ours.receive(mail(subject))
    page.goto("/?view=open")
    numbers = page.evaluate("JSON.parse(sessionStorage.list).numbers")
    page.evaluate("sessionStorage.list = JSON.stringify({ path: '/?view=open', numbers: ['1', '2', '3'] })")
    assert sorted(numbers) == ["1", "2", "3"]
    page.goto("/t/1")
    page.evaluate("window.mark = true")
    return page


def hold(page: Page, address: str) -> list[Route]:
    """What is asked for there waits, and is in the list."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def is_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.mark === true"))


def at(page: Page, number: int, subject: str) -> None:
    expect(page).to_have_url(re.compile(rf"/t/{number}$"))
    expect(page.locator(HEADING)).to_have_text(subject)
    expect(page).to_have_title(re.compile(rf"^#{number} {subject}"))


def test_the_neighbour_takes_the_middle_of_the_page_and_back_leads_back(first: Page) -> None:
    first.keyboard.press("]")
    at(first, 2, "Second")
    expect(first.locator("#main")).to_be_focused()
    expect(first.locator("#main")).to_have_css("outline-style", "none")  # no control: nothing to press
    first.keyboard.press("]")
    at(first, 3, "Third")
    first.go_back()
    at(first, 2, "Second")
    first.go_back()
    at(first, 1, "Look at this")
    first.go_forward()
    at(first, 2, "Second")
    first.keyboard.press("[")
    at(first, 1, "Look at this")
    assert is_same_page(first)
    first.keyboard.press("[")  # there is none before it
    first.keyboard.press("u")
    expect(first).to_have_url(re.compile(r"/\?view=open$"))


def test_who_presses_twice_goes_two_on(first: Page) -> None:
    held = hold(first, "**/t/2")
    first.keyboard.press("]")
    expect(first.locator("#main")).to_have_attribute("aria-busy", "true")
    first.keyboard.press("]")
    at(first, 3, "Third")
    held[0].abort()
    first.wait_for_timeout(100)
    at(first, 3, "Third")
    assert is_same_page(first)


def test_all_that_a_ticket_can_do_can_be_done_in_the_neighbour(first: Page, world: World) -> None:
    first.keyboard.press("]")
    at(first, 2, "Second")
    first.keyboard.press("v")
    expect(first.locator("html")).to_have_class(re.compile("quiet"))
    first.keyboard.press("v")
    expect(first.locator("html")).not_to_have_class(re.compile("quiet"))
    first.locator('.composer [data-format="bold"]').click()
    first.keyboard.type("Words")
    expect(first.locator("#text")).to_have_value("**Words**")
    first.locator(HEADING).click()
    first.keyboard.press(".")
    first.get_by_role("button", name="Make the link").click()
    expect(first.locator("#text")).to_have_value(re.compile("/remote#"))
    expect(first.locator("input[name=next]").first).to_have_value("3")
    first.get_by_role("button", name="Send", exact=True).click()
    expect(first.locator("li.article.outbound")).to_have_count(1)
    assert len(world.ours.ticket_number(2).articles) == 2
    assert len(world.ours.ticket.articles) == 1


def test_what_was_written_stays_with_its_ticket(first: Page, world: World) -> None:
    first.locator("#text").fill("For the first.")
    first.locator(HEADING).click()
    first.keyboard.press("]")
    at(first, 2, "Second")
    expect(first.locator("#text")).to_have_value("")
    first.locator("#text").fill("For the second.")
    expect(first.locator(".kept")).to_be_visible()
    first.locator(HEADING).click()
    first.keyboard.press("[")
    at(first, 1, "Look at this")
    expect(first.locator("#text")).to_have_value("For the first.")
    first.goto("/t/2")
    expect(first.locator("#text")).to_have_value("For the second.")


def test_who_comes_back_at_once_finds_what_they_wrote(first: Page) -> None:
    def late(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    first.route("**/t/1/draft", late)
    first.locator("#text").fill("In passing.")
    first.locator(HEADING).click()
    first.keyboard.press("]")
    at(first, 2, "Second")
    first.keyboard.press("[")
    at(first, 1, "Look at this")
    expect(first.locator("#text")).to_have_value("In passing.")


def test_what_is_typed_while_a_save_is_under_way_is_saved_when_one_turns_away(
    first: Page, world: World
) -> None:
    held = hold(first, "**/t/1/draft")
    with first.expect_request("**/t/1/draft"):
        first.locator("#text").fill("Begun")
    first.locator("#text").fill("Begun, and gone on.")
    first.locator(HEADING).click()
    first.keyboard.press("]")
    at(first, 2, "Second")
    with first.expect_request("**/t/2/draft"):
        first.locator("#text").fill("Beside it.")
    expect(first.locator(".kept")).to_be_visible()  # nothing of the second waits for the first
    held.pop(0).continue_()
    for _look in range(400):
        if held:
            break
        first.wait_for_timeout(50)
    held.pop(0).continue_()
    first.locator(HEADING).click()
    first.keyboard.press("[")
    at(first, 1, "Look at this")
    expect(first.locator("#text")).to_have_value("Begun, and gone on.")
    expect(first.locator(".superseded")).to_be_hidden()
    first.goto("/t/2")
    expect(first.locator("#text")).to_have_value("Beside it.")


def test_the_link_of_a_session_comes_into_the_ticket_that_it_was_made_for(first: Page) -> None:
    held = hold(first, "**/t/1/remote")
    first.keyboard.press(".")
    with first.expect_request("**/t/1/remote"):
        first.get_by_role("button", name="Make the link").click()
    first.keyboard.press("]")
    at(first, 2, "Second")
    with first.expect_request("**/t/1/draft"):
        for route in held:
            route.continue_()
    expect(first.locator("#text")).to_have_value("")
    first.keyboard.press("[")
    at(first, 1, "Look at this")
    expect(first.locator("#text")).to_have_value(re.compile("/remote#"))


def test_forward_before_back_has_come_stays_where_one_is(first: Page) -> None:
    first.keyboard.press("]")
    at(first, 2, "Second")
    held = hold(first, "**/t/1")
    with first.expect_request("**/t/1"):
        first.go_back()
    first.go_forward()
    at(first, 2, "Second")
    for route in held:
        route.abort()
    expect(first.locator("#main")).not_to_have_attribute("aria-busy", "true")
    first.unroute("**/t/1")
    first.keyboard.press("]")
    at(first, 3, "Third")
    first.go_back()
    at(first, 2, "Second")


def test_a_save_that_fails_after_the_turn_is_kept_by_the_browser_for_its_ticket(first: Page) -> None:
    held = hold(first, "**/t/1/draft")
    with first.expect_request("**/t/1/draft"):
        first.locator("#text").fill("On its way.")
    first.locator(HEADING).click()
    first.keyboard.press("]")
    at(first, 2, "Second")
    for route in held:
        route.fulfill(body="no answer of ours")
    first.unroute("**/t/1/draft")
    first.wait_for_function("sessionStorage.getItem('unsent-1') === 'On its way.'")
    expect(first.locator(".kept")).to_be_hidden()
    first.keyboard.press("[")
    at(first, 1, "Look at this")
    expect(first.locator("#text")).to_have_value("On its way.")


def test_one_is_seen_where_one_is_and_has_read_what_one_sees(first: Page, world: World) -> None:
    told: list[tuple[str, str]] = []
    first.on("request", lambda asked: told.append((asked.url.rpartition("/t/")[2], asked.post_data or "")))
    first.keyboard.press("]")
    at(first, 2, "Second")
    assert eventually(lambda: any(place == "2/seen" for place, _said in told), within=20)
    states = [(place, re.findall("state=([a-z]+)", said)) for place, said in told if "presence" in place]
    assert states == [("1/presence", ["gone"]), ("2/presence", ["viewing"])]
    first.goto("/?view=open")
    expect(first.locator('.row[data-number="2"]')).not_to_have_class(re.compile("unread"))
    expect(first.locator('.row[data-number="3"]')).to_have_class(re.compile("unread"))


def test_a_ticket_that_is_part_of_another_leads_there(first: Page, world: World) -> None:
    with session.transaction() as db:
        merging.merge(db, world.ours.actor, 2, 3, now=clock.now())
    first.keyboard.press("]")
    expect(first).to_have_url(re.compile("/t/3"))
    expect(first.locator(HEADING)).to_have_text("Third")


def test_who_is_signed_out_signs_in(first: Page) -> None:
    first.context.clear_cookies()
    first.keyboard.press("]")
    expect(first).to_have_url(re.compile("/sign-in"))


def test_a_new_release_brings_its_whole_page(first: Page) -> None:
    def other(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace("/static/css/app.css?v=", "/static/css/app.css?v=1")
        )

    first.route("**/t/2", other)
    first.keyboard.press("]")
    at(first, 2, "Second")
    assert not is_same_page(first)


def test_nobody_is_kept_out_after_a_turn(first: Page) -> None:
    first.keyboard.press("]")
    at(first, 2, "Second")
    assert violations(first) == []


@pytest.mark.parametrize("path", ["/?view=open", "/t/1"])
def test_a_page_needs_little_script_and_style(page: Page, browser: FlaskClient, path: str) -> None:
    """Compressed, as they travel; the style of paper comes beside, and nothing on the screen waits for it."""
    token = pages.Page(browser.get("/account")).token
    browser.post("/account/zone", data={"zone": "Europe/Berlin", "csrf_token": token})
    answers: list[Response] = []

    def note(answer: Response) -> None:
        if not answer.url.partition("?")[0].endswith("print.css"):
            answers.append(answer)

    page.on("response", note)
    page.goto(path)
    page.wait_for_load_state("load")
    for ending, most_bytes in ((".js", 30_000), (".css", 10_000)):
        found = [
            one
            for one in answers
            if one.url.partition("?")[0].endswith(ending) and "print.css" not in one.url
        ]
        assert {one.headers["content-encoding"] for one in found} == {"gzip"}
        assert 0 < sum(one.request.sizes()["responseBodySize"] for one in found) <= most_bytes
