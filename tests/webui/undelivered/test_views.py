"""The page of mails that did not arrive."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webui.cast import World
from tests.webui.pages import Page

ANN = "ann@customer.example"


def send(browser: FlaskClient, path: str, recipient: str = ANN) -> TestResponse:
    token = Page(browser.get("/undelivered")).token
    return browser.post(path, data={"csrf_token": token, "recipient": recipient})


@pytest.fixture
def failed(world: World) -> str:
    return world.ours.answer_in_vain()


def test_an_empty_one_says_what_would_be_here(browser: FlaskClient) -> None:
    page = Page(browser.get("/undelivered"))
    assert page.text_of(".empty h2") == "Everything has arrived"
    assert page.text_of("nav.views a[aria-current]") == "Not delivered"


def test_what_failed_is_listed_with_its_reason_and_counted_in_the_rail(
    browser: FlaskClient, failed: str
) -> None:
    page = Page(browser.get("/undelivered"))
    shown = page.text_of("ol.held")
    for words in (f"Not delivered to {ANN}", "#1 Look at this", "550 5.1.1 no such user", "no such address"):
        assert words in shown
    assert page.text_of("nav.views a[aria-current]") == "Not delivered 1"
    assert (page.inline(), page.elsewhere()) == ([], [])


@pytest.mark.parametrize(
    ("answer", "buttons"),
    [
        ("550 5.1.1 no such user", ["Edit and send anew", "Send again", "Dismiss"]),
        ("552 5.2.2 full", ["Send again", "Edit and send anew", "Dismiss"]),
    ],
)
def test_what_helps_is_the_first_button(
    browser: FlaskClient, world: World, answer: str, buttons: list[str]
) -> None:
    world.ours.answer_in_vain(said=answer)
    acts = list(Page(browser.get("/undelivered")).one(".acts"))
    assert [e.text for e in acts] == buttons
    assert ["primary" in (e.get("class") or "") for e in acts] == [True, False, False]


def test_it_is_sent_again_and_leaves_the_list(browser: FlaskClient, failed: str) -> None:
    answer = send(browser, f"/articles/{failed}/resend")
    assert answer.location == "/undelivered?resent=1"
    page = Page(browser.get(answer.location))
    assert page.text_of("[role=status]").startswith("It is being sent again.")
    assert page.all(".empty")
    again = send(browser, f"/articles/{failed}/resend")
    assert again.status_code == 409
    assert "nothing to send again" in Page(again).text_of("[role=alert]")


def test_from_its_ticket_it_is_sent_again_there(browser: FlaskClient, failed: str) -> None:
    button = Page(browser.get("/t/1")).one(".deliveries button")
    assert button.get("value") == ANN
    answer = send(browser, button.get("formaction") or "")
    assert answer.location == f"/t/1#m-{failed}"
    assert "Waiting to be sent to" in Page(browser.get("/t/1")).text_of(".deliveries")


def test_a_dismissed_one_is_shown_in_its_ticket_as_before(browser: FlaskClient, failed: str) -> None:
    assert send(browser, f"/articles/{failed}/dismiss").location == "/undelivered?dismissed=1"
    assert Page(browser.get("/undelivered")).all(".empty")
    assert "Not delivered to" in Page(browser.get("/t/1")).text_of(".deliveries")


def test_a_stranger_finds_none_of_it(app: Flask, world: World, failed: str) -> None:
    theirs = app.test_client()
    theirs.set_cookie("session", world.stranger.cookie)
    assert Page(theirs.get("/undelivered")).all(".empty")
    for verb in ("resend", "dismiss"):
        assert send(theirs, f"/articles/{failed}/{verb}").status_code == 404


def test_nobody_looks_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/undelivered").status_code in (302, 303)
