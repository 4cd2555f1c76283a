"""The page of mails that did not arrive."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import Staff
from tests.fakes.holding import hold
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


@pytest.fixture
def held(world: World) -> list[str]:
    """Two answers that are held back; their public ids."""
    answers = [world.ours.answer() for _ in range(2)]
    for answer in answers:
        hold(answer, now=clock.now())
    return answers


def test_held_mail_is_listed_with_its_reason_and_warned_of_on_every_page(
    browser: FlaskClient, held: list[str]
) -> None:
    page = Page(browser.get("/undelivered"))
    shown = page.text_of("#held")
    for words in (
        "Held back 2",
        "More than 20 mails of this account in an hour",
        f"to {ANN}",
        "#1 Look at this",
    ):
        assert words in shown
    assert not page.all(".empty, .banner")
    assert (page.inline(), page.elsewhere()) == ([], [])
    for path in ("/", "/t/1", "/customers", "/account"):
        assert "held back" in Page(browser.get(path)).text_of(".banner"), path


def test_one_is_released_and_all_to_an_address(browser: FlaskClient, held: list[str]) -> None:
    buttons = Page(browser.get("/undelivered")).all("#held li .acts button")
    assert [button.text for button in buttons[:4]] == [
        "Release",
        "Release all to this address",
        "Discard",
        "Discard all to this address",
    ]
    answer = send(browser, buttons[0].get("formaction") or "")
    assert answer.location == "/undelivered?released=1#held"
    page = Page(browser.get(answer.location))
    assert page.text_of("[role=status]").startswith("1 mail released.")
    assert len(page.all("#held li")) == 1
    assert send(browser, buttons[1].get("formaction") or "").location == "/undelivered?released=1#held"
    assert Page(browser.get("/undelivered")).all(".empty")
    assert not Page(browser.get("/")).all(".banner")


@pytest.mark.parametrize("verb", ["released", "discarded"])
def test_all_are_done_at_once_and_once(browser: FlaskClient, held: list[str], verb: str) -> None:
    token = Page(browser.get("/undelivered")).token
    path = {"released": "/held/release", "discarded": "/held/discard"}[verb]
    answer = browser.post(path, data={"csrf_token": token})
    assert answer.location == f"/undelivered?{verb}=2#held"
    again = browser.post(path, data={"csrf_token": token})
    assert again.status_code == 409
    assert "Nothing of this is held back" in Page(again).text_of("[role=alert]")


def test_its_ticket_says_that_it_is_held_and_leads_to_the_list(browser: FlaskClient, held: list[str]) -> None:
    page = Page(browser.get("/t/1"))
    shown = page.text_of(".deliveries")
    assert f"Held back, not sent to {ANN} More than 20 mails of this account in an hour" in shown
    assert page.one(".deliveries a").get("href") == "/undelivered#held"
    assert [line.text_content() for line in page.all(".undo span")] == [
        "Waits until somebody releases it."
    ] * 2
    send(browser, f"/held/discard?article={held[0]}")
    assert "ours discarded the message" in Page(browser.get("/t/1")).text_of(".timeline")


def test_staff_see_it_and_cannot_release_it(browser: FlaskClient, held: list[str]) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.STAFF.value))
    page = Page(browser.get("/undelivered"))
    assert "The owner or an admin can release" in page.text_of("#held")
    assert (page.all("#held button"), Page(browser.get("/")).all(".banner")) == ([], [])
    for verb in ("release", "discard"):
        assert send(browser, f"/held/{verb}").status_code == 403


def test_a_stranger_finds_nothing_held(app: Flask, world: World, held: list[str]) -> None:
    theirs = app.test_client()
    theirs.set_cookie("session", world.stranger.cookie)
    page = Page(theirs.get("/undelivered"))
    assert (page.all("#held"), page.all(".banner")) == ([], [])
    for verb in ("release", "discard"):
        assert send(theirs, f"/held/{verb}").status_code == 409
        assert send(theirs, f"/held/{verb}?article={held[0]}").status_code == 404
