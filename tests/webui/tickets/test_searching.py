"""The page of what a search found, as a browser without JavaScript shows it."""

from urllib.parse import quote

from flask.testing import FlaskClient

from tests.webui.cast import World, mail
from tests.webui.pages import Page


def search(browser: FlaskClient, text: str, tail: str = "") -> Page:
    answer = browser.get(f"/?q={quote(text)}{tail}")
    assert answer.status_code == 200
    return Page(answer)


def test_what_was_understood_stands_above_and_can_be_taken_away(browser: FlaskClient) -> None:
    page = search(browser, "smokes status:open")
    assert page.text_of("ul.chips") == "smokes × status: New, Open ×"
    links = [link.get("href") for link in page.all("ul.chips a")]
    assert links == ["/?q=status%3Aopen", "/?q=smokes"]


def test_what_was_not_understood_is_said_and_the_rest_is_searched(browser: FlaskClient) -> None:
    page = search(browser, "smokes status:opne")
    assert "does not know “opne”" in page.text_of("main")
    assert "#1" in page.text_of("li.row")


def test_closed_tickets_are_offered_where_the_state_hides_them(world: World, browser: FlaskClient) -> None:
    hidden = [link.get("href") for link in search(browser, "smokes status:pending").all("p.hint a")]
    assert hidden == ["/?q=smokes"]
    assert search(browser, "smokes status:closed").all("p.hint a") == []
    assert search(browser, "smokes").all("p.hint a") == []


def test_a_number_leads_to_its_ticket(browser: FlaskClient) -> None:
    for text in ("1", "#1"):
        assert search(browser, text).one("p.goto a").get("href") == "/t/1"
    assert search(browser, "7").all("p.goto a") == []


def test_an_empty_result_names_the_search_and_a_way_on(browser: FlaskClient) -> None:
    page = search(browser, "nowhere <b>")
    assert "“nowhere <b>”" in page.text_of("div.empty")
    assert page.one("div.empty a").get("href") == "/"


def test_pages_go_on_by_a_link(world: World, browser: FlaskClient) -> None:
    for number in range(60):
        world.ours.receive(mail(f"Request {number}", "More smokes."))
    first = search(browser, "smokes")
    assert len(first.all("li.row")) == 50
    second = Page(browser.get(str(first.one("p.more a").get("href"))))
    assert len(second.all("li.row")) == 11
    assert second.all("p.more a") == []


def test_matches_are_marked_and_escaped(world: World, browser: FlaskClient) -> None:
    world.ours.receive(mail("Fax", "A <b>bold</b> faxgerät."))
    answer = browser.get("/?q=faxgeraet")
    assert "A &lt;b&gt;bold&lt;/b&gt; <mark>faxgerät</mark>." in answer.text


def test_the_language_is_explained(browser: FlaskClient) -> None:
    assert "status:open" in search(browser, "smokes").text_of("details.help-search")


def test_a_foreign_cursor_is_refused(browser: FlaskClient) -> None:
    assert browser.get("/?q=smokes&after=none").status_code == 422
