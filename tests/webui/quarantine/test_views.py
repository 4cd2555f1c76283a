"""The page of the quarantine."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webui.cast import World, mail
from tests.webui.pages import Page

LOOP = {"X-Loop": "help@ours.example"}


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/quarantine")).token
    return browser.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def held(browser: FlaskClient, world: World) -> list[str]:
    """The paths of two mails that wait, newest first."""
    for subject in ("First circle", "Second circle"):
        world.ours.receive(mail(subject, f"Round and round, {subject}.", **LOOP))
    buttons = Page(browser.get("/quarantine")).all("button.primary")
    return [(button.get("formaction") or "").rpartition("/")[0] for button in buttons]


def test_an_empty_one_says_what_would_be_here(browser: FlaskClient) -> None:
    page = Page(browser.get("/quarantine"))
    assert page.text_of(".empty h2") == "Nothing waits here"
    assert not page.all("nav.views a[aria-current] .count")


def test_what_waits_is_listed_with_its_reason_and_counted_in_the_rail(
    browser: FlaskClient, held: list[str]
) -> None:
    page = Page(browser.get("/quarantine"))
    shown = page.text_of("ol.held")
    for words in (
        "Second circle",
        "Loop: it goes in circles",
        "ann@customer.example",
        "Round and",
    ):
        assert words in shown
    assert page.text_of("nav.views a[aria-current]") == "Quarantine 2"
    assert Page(browser.get("/")).text_of("nav.views").endswith("Quarantine 2 Not delivered")
    assert (page.inline(), page.elsewhere()) == ([], [])


def test_a_released_mail_leaves_the_list_and_is_owed_a_ticket(browser: FlaskClient, held: list[str]) -> None:
    answer = send(browser, f"{held[0]}/release")
    assert answer.location == "/quarantine?released=1"
    page = Page(browser.get(answer.location))
    assert page.text_of("[role=status]").startswith("Released.")
    assert "Second circle" not in page.text_of("ol.held")
    assert "In progress" in Page(browser.get("/ledger")).text_of("table")


def test_a_dismissed_mail_is_kept_and_cannot_be_released(browser: FlaskClient, held: list[str]) -> None:
    assert send(browser, f"{held[0]}/dismiss").location == "/quarantine?dismissed=1"
    answer = send(browser, f"{held[0]}/release")
    assert answer.status_code == 409
    assert "dismissed already" in Page(answer).text_of("[role=alert]")
    assert browser.get(f"{held[0]}/raw").status_code == 200


def test_a_released_mail_cannot_be_dismissed(browser: FlaskClient, held: list[str]) -> None:
    send(browser, f"{held[0]}/release")
    answer = send(browser, f"{held[0]}/dismiss")
    assert answer.status_code == 409
    assert "released already" in Page(answer).text_of("[role=alert]")


def test_all_of_a_sender_are_dismissed_with_one_click(browser: FlaskClient, held: list[str]) -> None:
    assert send(browser, f"{held[0]}/dismiss", alike="1").location == "/quarantine?dismissed=2"
    assert Page(browser.get("/quarantine")).all(".empty")


def test_the_raw_mail_can_be_looked_at(browser: FlaskClient, held: list[str]) -> None:
    raw = browser.get(f"{held[0]}/raw")
    assert raw.mimetype == "message/rfc822"
    assert b"Subject: Second circle" in raw.data


def test_a_stranger_finds_none_of_it(app: Flask, world: World, held: list[str]) -> None:
    theirs = app.test_client()
    theirs.set_cookie("session", world.stranger.cookie)
    assert Page(theirs.get("/quarantine")).all(".empty")
    assert theirs.get(f"{held[0]}/raw").status_code == 404
    for verb in ("release", "dismiss"):
        assert send(theirs, f"{held[0]}/{verb}").status_code == 404


def test_nobody_looks_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/quarantine").status_code in (302, 303)


def test_the_ledger_says_why(browser: FlaskClient, held: list[str]) -> None:
    assert "Loop: it goes in circles 2" in Page(browser.get("/ledger")).text_of("table")
