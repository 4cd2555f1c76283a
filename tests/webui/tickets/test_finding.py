"""The items that the command palette shows."""

from flask.testing import FlaskClient

from tests.webui.cast import World, mail
from tests.webui.pages import Page


def test_items_lead_to_tickets_customers_and_people(world: World, browser: FlaskClient) -> None:
    world.ours.receive(mail("Ann <b> needs help", "Word."))
    page = Page(browser.get("/find?q=ann"))
    links = [link.get("href") or "" for link in page.all("li.found a")]
    assert links[0] == "/t/2"
    assert any(link.startswith("/contacts/") for link in links)
    assert "Ann <b> needs help" in page.text_of("li.ticket")


def test_nothing_is_offered_for_nothing(browser: FlaskClient) -> None:
    assert browser.get("/find?q=").text.strip() == ""


def test_the_error_report_is_found_by_its_name(browser: FlaskClient) -> None:
    for text, is_found in (("Report an", True), ("ERROR", True), ("an errors", False)):
        found = browser.get("/find", query_string={"q": text}).text
        assert ('href="/error-report"' in found) is is_found
