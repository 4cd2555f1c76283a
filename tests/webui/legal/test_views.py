"""Privacy policy and terms, as everybody reads them."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import legal
from gateway.desk.legal import Document
from gateway.store import session
from tests.webui.pages import Page

PATHS = {Document.PRIVACY: "/privacy", Document.TERMS: "/terms"}


def change(document: Document, en: str, de: str = "", *, days: int = 0) -> None:
    with session.transaction() as db:
        legal.change(db, None, document, en, de, now=clock.now() - timedelta(days=days))


@pytest.mark.parametrize("path", PATHS.values())
def test_without_a_text_visitors_are_told_so(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert (page.status_code, "has not put a text here yet" in page.text) == (200, True)
    assert "noch keinen Text hinterlegt" in client.get(path, headers={"Accept-Language": "de"}).text


@pytest.mark.parametrize(("document", "path"), PATHS.items())
def test_the_text_stands_there_in_the_readers_language(
    client: FlaskClient, document: Document, path: str
) -> None:
    change(document, "# Who\n\nWe <script>alert(1)</script> **are** at https://firm.example", "Wir sind’s")
    page = Page(client.get(path))
    assert page.text_of(".rich strong") == "are"
    assert page.one(".rich a").get("href") == "https://firm.example"
    assert page.all(".rich script") == []
    assert page.text_of("#changed").startswith("Last changed on ")
    german = Page(client.get(path, headers={"Accept-Language": "de"}))
    assert (german.text_of(".rich"), german.one(".rich").get("lang")) == ("Wir sind’s", "de")


def test_where_one_language_is_missing_the_other_is_shown_and_said_to_be(client: FlaskClient) -> None:
    change(Document.TERMS, "Be kind")
    page = Page(client.get("/terms", headers={"Accept-Language": "de"}))
    assert page.one(".rich").get("lang") == "en"
    assert "In Ihrer Sprache gibt es noch keinen Text." in page.text_of(".legal")


def test_earlier_versions_stay_readable_and_say_that_they_hold_no_more(client: FlaskClient) -> None:
    change(Document.PRIVACY, "First", days=9)
    assert Page(client.get("/privacy")).all("#versions") == []
    change(Document.PRIVACY, "Second")
    now = Page(client.get("/privacy"))
    assert now.text_of(".rich") == "Second"
    links = [one.get("href") for one in now.all("#versions a")]
    assert links == ["/privacy", "/privacy?version=1"]
    before = Page(client.get("/privacy?version=1"))
    assert before.text_of(".rich") == "First"
    assert "holds no more" in before.text_of(".alert")
    assert client.get("/privacy?version=9").status_code == 404


def test_public_pages_lead_there(client: FlaskClient) -> None:
    for path in ("/sign-in", "/sign-up", "/privacy", "/nothing"):
        page = Page(client.get(path))
        assert page.all("footer [href=/privacy]")
        assert page.all("footer [href=/terms]")
