"""Export and import on the pages: nothing is changed before somebody has seen what it would be."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.errors import Unavailable
from gateway.inbound import csvfile
from gateway.rules.csvtable import MAX_BYTES
from tests.webui.cast import World
from tests.webui.customers.test_views import send
from tests.webui.pages import Page

FILE = b"""\
customer,domains,name,addresses,Fax
Smith,smith.example,Ann,ann@smith.example,1
Jones,smith.example,,,2
"""


def look(browser: FlaskClient, raw: bytes = FILE, name: str = "people.csv") -> TestResponse:
    token = Page(browser.get("/customers/import")).token
    fields = {"csrf_token": token, "file": (BytesIO(raw), name)}
    return browser.post("/customers/import", data=fields, content_type="multipart/form-data")


def held(answer: TestResponse) -> str:
    return str(Page(answer).one("[name=token]").get("value"))


def test_a_file_is_looked_at_and_then_imported(browser: FlaskClient) -> None:
    looked = look(browser)
    page = Page(looked)
    assert "Nothing is changed yet. Lines: 1 new, 1 error" in page.text_of("#look")
    assert "nobody knows them: Fax" in page.text_of("#look")
    lines = [" ".join(" ".join(li.itertext()).split()) for li in page.all("#look li")]
    assert lines == [
        "Line 3 Jones error: One of these domains belongs to another customer.",
        "Line 2 Smith · Ann new",
    ]
    assert "Smith" not in browser.get("/customers").text
    done = send(browser, "/customers/import/do", token=held(looked))
    assert (done.status_code, done.location) == (
        303,
        "/customers/import?created=1&changed=0&unchanged=0&error=1",
    )
    assert Page(browser.get(done.location)).text_of("#done") == "Imported. Lines: 1 new, 1 error"
    assert "Smith" in Page(browser.get("/customers")).text_of("ul.list")
    again = look(browser, FILE.rpartition(b"Jones")[0])
    assert "There is nothing in it to import." in Page(again).text_of("#look")


def test_a_long_report_is_cut_and_says_so(browser: FlaskClient) -> None:
    raw = b"customer\n" + b"".join(b"C%d\n" % number for number in range(502))
    page = Page(look(browser, raw))
    assert len(page.all("#look li")) == 500
    assert "And 2 further lines." in page.text_of("#look")


def test_the_customers_are_exported_for_the_readers_spreadsheet(browser: FlaskClient) -> None:
    send(browser, "/customers", name="=Smith", domains="smith.example")
    answer = send(browser, "/customers/export")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert "'=Smith,smith.example," in answer.text
    browser.set_cookie("locale", "de")
    german = send(browser, "/customers/export")
    assert german.headers["Content-Disposition"] == 'attachment; filename="Kunden.csv"'
    assert german.text.startswith("\ufeffKunden-ID;Kunde;")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a,b\n1,2\n", "The first line has to name the columns"),
        (b"customer\n" + b"x" * MAX_BYTES, "A file has at most 10 MiB."),
        (b"customer\n" + b"x\n" * 20_001, "at most 20000 lines"),
    ],
)
def test_what_cannot_be_read_is_said(browser: FlaskClient, raw: bytes, said: str) -> None:
    answer = look(browser, raw)
    assert (answer.status_code, said in Page(answer).text_of("#wrong")) == (422, True)
    assert look(browser, raw, name="").status_code == 422


def test_an_import_that_stops_half_way_says_so(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = look(browser)

    def stops(*_: object, **__: object) -> None:
        raise Unavailable  # the database goes while it works; no real part does so on demand

    monkeypatch.setattr(csvfile, "take", stops)
    done = send(browser, "/customers/import/do", token=held(looked))
    assert "The import stopped half-way." in Page(browser.get(done.location)).text_of("#wrong")


def test_a_file_is_imported_only_by_whoever_looked_at_it(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    looked = look(browser)
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    for token in (held(looked), "made up"):
        answer = send(stranger, "/customers/import/do", token=token)
        assert (answer.status_code, "held for a day only" in answer.text) == (422, True)
    assert "Smith" not in send(stranger, "/customers/export").text


def test_nobody_is_let_in_without_signing_in(client: FlaskClient, world: World) -> None:
    assert client.get("/customers/import").status_code in (302, 303, 401)


def test_a_form_without_its_token_does_nothing(browser: FlaskClient) -> None:
    for path in ("/customers/import", "/customers/import/do"):
        assert browser.post(path, data={}).status_code == 400


def test_the_page_carries_no_script_or_style_of_its_own(browser: FlaskClient) -> None:
    page = Page(look(browser))
    assert (page.inline(), page.elsewhere()) == ([], [])
