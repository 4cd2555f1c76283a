"""Keeping a search as a view."""

from flask.testing import FlaskClient
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from tests.webui.forms import send
from tests.webui.pages import Page


def test_a_search_is_kept_shown_changed_and_removed(browser: FlaskClient) -> None:
    form = Page(browser.get("/?q=picture")).one("details.keep form")
    assert form.get("action") == "/views"
    place = send(browser, "/views", name="Pictures", query="look", order="oldest").location
    page = Page(browser.get(place))
    assert page.one("nav.views a[aria-current=page]").text_content().strip() == "Pictures"
    assert page.one("h1").text_content() == "Pictures"
    assert [a.get("href") for a in page.all("li.row a")] == ["/t/1"]
    public_id = place.partition("saved-")[2]
    assert send(browser, f"/views/{public_id}", name="Others", query="nothing", order="x").location == place
    page = Page(browser.get(place))
    assert (page.one("h1").text_content(), page.all("li.row")) == ("Others", [])
    assert send(browser, f"/views/{public_id}/remove").location == "/"
    assert browser.get(place).status_code == 404


def test_a_view_without_a_name_is_refused(browser: FlaskClient) -> None:
    assert send(browser, "/views", name=" ", query="x").status_code == 422


def test_numbers_of_saved_views_come_apart_from_the_page(browser: FlaskClient) -> None:
    place = send(browser, "/views", name="Pictures", query="look").location
    public_id = place.partition("saved-")[2]
    page = Page(browser.get("/"))
    assert page.text_of(f"#n-{public_id}") == ""
    answer = browser.get(page.one("[hx-get=/views/counts]").get("hx-get") or "")
    assert Page(answer).text_of(f"#n-{public_id}") == "1"
    assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("private, max-age=20", "Cookie")


def test_without_saved_views_nothing_is_asked_for(browser: FlaskClient) -> None:
    assert Page(browser.get("/")).all("[hx-get=/views/counts]") == []


def test_the_rail_keeps_its_numbers_when_it_is_told_news(page: BrowserPage, browser: FlaskClient) -> None:
    send(browser, "/views", name="Pictures", query="look")
    page.goto("/")
    number = page.locator("nav.views a", has_text="Pictures").locator(".count")
    expect(number).to_have_text("1")
    with page.expect_response("**/news*"):
        page.evaluate("document.querySelector('nav.views ul').dispatchEvent(new CustomEvent('refresh'))")
    page.wait_for_timeout(50)
    expect(number).to_have_text("1")
