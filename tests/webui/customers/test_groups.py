"""The pages of groups."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webui.cast import World
from tests.webui.customers.test_views import send
from tests.webui.pages import Page


@pytest.fixture
def smith(browser: FlaskClient) -> str:
    return send(browser, "/customers", name="Smith", domains="customer.example").location


@pytest.fixture
def north(browser: FlaskClient) -> str:
    return send(browser, "/groups", name="North").location


def id_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


def test_a_group_is_named_freely_and_listed(browser: FlaskClient, north: str) -> None:
    assert "No groups yet" not in browser.get("/groups").text
    assert Page(browser.get("/groups")).text_of("ul.list") == "North 0 customers"


def test_what_cannot_be_taken_comes_back_with_the_reason(browser: FlaskClient, north: str) -> None:
    for path in ("/groups", send(browser, "/groups", name="South").location):
        for name, said in (("north", "with this name already"), ("x" * 101, "1 to 100 characters")):
            answer = send(browser, path, name=name)
            assert answer.status_code in (409, 422)
            assert said in Page(answer).text_of("#wrong")
            assert Page(answer).one("#name").get("value") == name


def test_a_customer_goes_in_and_out_on_its_own_page(browser: FlaskClient, smith: str, north: str) -> None:
    assert Page(browser.get(smith)).text_of("#group option") == "North"
    assert send(browser, f"{smith}/groups", group=id_of(north)).location == f"{smith}#groups"
    page = Page(browser.get(smith))
    assert page.text_of("#groups ul") == "North Take out"
    assert not page.all("#group")
    send(browser, f"{smith}/groups/leave", group=id_of(north))
    assert not Page(browser.get(smith)).all("#groups ul")


def test_customers_are_listed_by_group_and_show_theirs(browser: FlaskClient, smith: str, north: str) -> None:
    send(browser, "/customers", name="Jones")
    assert "No customer is in this group yet" in browser.get(f"/customers?group={id_of(north)}").text
    send(browser, f"{smith}/groups", group=id_of(north))
    page = Page(browser.get(f"/customers?group={id_of(north)}"))
    assert page.text_of("ul.list") == "Smith North 0 contacts"
    assert page.one("#group option[selected]").text == "North"
    assert "Jones" in Page(browser.get("/customers?group=")).text_of("ul.list")


def test_a_ticket_shows_the_groups_of_its_customer(browser: FlaskClient, smith: str, north: str) -> None:
    send(browser, f"{smith}/contacts", name="", address="ann@customer.example")
    send(browser, f"{smith}/groups", group=id_of(north))
    link = Page(browser.get("/t/1")).one(f"[href=/customers?group={id_of(north)}]")
    assert link.text == "North"


def test_a_group_is_renamed_left_and_deleted_while_its_customers_stay(
    browser: FlaskClient, smith: str, north: str
) -> None:
    send(browser, f"{smith}/groups", group=id_of(north))
    send(browser, north, name="Far north")
    page = Page(browser.get(north))
    assert (page.text_of("h1"), page.text_of("ul.list")) == ("Far north", "Smith Take out")
    send(browser, f"{north}/take-out", customer=id_of(smith))
    assert not Page(browser.get(north)).all("ul.list")
    assert send(browser, f"{north}/remove").location == "/groups"
    assert browser.get(north).status_code == 404
    assert browser.get(smith).status_code == 200


def test_a_customer_is_looked_for_and_put_in(browser: FlaskClient, smith: str, north: str) -> None:
    send(browser, "/customers", name="Jones")
    page = Page(browser.get(f"{north}?find=smith"))
    assert page.text_of("#more ul") == "Smith Put in"
    send(browser, f"{north}/put-in", customer=id_of(smith))
    assert Page(browser.get(north)).text_of("ul.list") == "Smith Take out"
    assert "No customer has these words" in browser.get(f"{north}?find=nobody").text


def test_a_stranger_finds_and_changes_nothing(
    app: Flask, browser: FlaskClient, world: World, smith: str, north: str
) -> None:
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    send(browser, f"{smith}/groups", group=id_of(north))
    own = send(stranger, "/customers", name="Own").location
    assert stranger.get(north).status_code == 404
    assert stranger.get(f"/customers?group={id_of(north)}").status_code == 404
    for path, fields in (
        (north, {"name": "Mine"}),
        (f"{north}/remove", {}),
        (f"{north}/put-in", {"customer": id_of(own)}),
        (f"{north}/take-out", {"customer": id_of(smith)}),
        (f"{own}/groups", {"group": id_of(north)}),
        (f"{smith}/groups", {"group": id_of(north)}),
        (f"{smith}/groups/leave", {"group": id_of(north)}),
    ):
        assert send(stranger, path, **fields).status_code == 404
    assert "North" not in stranger.get("/groups").text
    assert Page(browser.get(north)).text_of("ul.list") == "Smith Take out"


def test_a_form_without_its_token_does_nothing(browser: FlaskClient, smith: str, north: str) -> None:
    for path in ("/groups", north, f"{north}/remove", f"{north}/take-out", f"{smith}/groups"):
        assert browser.post(path, data={"name": "X", "group": id_of(north)}).status_code == 400
    assert Page(browser.get(north)).text_of("h1") == "North"


def test_its_due_times_and_hours_are_kept_and_shown(browser: FlaskClient, north: str) -> None:
    assert Page(browser.get(north)).one("[name=own_hours]").get("checked") is None
    typed = {"next_answer": "2 h", "own_hours": "on", "zone": "UTC", "day-0": "08:00-20:00"}
    assert send(browser, f"{north}/targets", **typed).location == f"{north}#targets"
    page = Page(browser.get(north))
    assert page.one("#next_answer").get("value") == "2 h"
    assert page.one("#day-0").get("value") == "08:00-20:00"
    assert page.one("[name=own_hours]").get("checked") is not None
    assert (page.inline(), page.elsewhere()) == ([], [])


def test_a_due_time_that_is_none_comes_back_with_the_reason(browser: FlaskClient, north: str) -> None:
    answer = send(browser, f"{north}/targets", **{"own_hours": "on", "zone": "UTC", "day-1": "late"})
    assert answer.status_code == 422
    assert "Tuesday: A span reads 09:00-17:00" in Page(answer).text_of("[role=alert]")
