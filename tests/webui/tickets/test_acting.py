"""What is done to one ticket from its page."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.rules.priority import Priority
from gateway.rules.status import Status
from gateway.store.queries.tickets import TicketRow
from tests.hiring import hire
from tests.webui.cast import World, mail
from tests.webui.forms import send
from tests.webui.pages import Page
from tests.webui.people.test_views import browser_of


def row(world: World, number: int = 1) -> TicketRow:
    return world.ours.ticket_number(number).ticket


@pytest.mark.parametrize(
    ("path", "fields", "column", "value"),
    [
        ("status", {"status": "closed"}, "status", Status.CLOSED),
        ("assignee", {"assignee": "ours"}, "assignee", "ours"),
        ("take", {}, "assignee", "ours"),
        ("subject", {"subject": " Other  words "}, "subject", "Other words"),
        ("priority", {"priority": "2"}, "priority", Priority.HIGH),
        ("tags", {"tags": "red, blue"}, "tags", ("red", "blue")),
    ],
)
def test_each_form_changes_its_part_and_is_undone(
    world: World, browser: FlaskClient, path: str, fields: dict[str, str], column: str, value: object
) -> None:
    before = getattr(row(world), column)
    place = send(browser, f"/t/1/{path}", **fields).location
    assert getattr(row(world), column) == value
    toast = Page(browser.get(place)).one("form.toast")
    assert send(browser, toast.get("action") or "", back="/t/1").location.startswith("/t/1?done=")
    assert getattr(row(world), column) == before


def test_a_tag_is_taken_off_by_its_cross(world: World, browser: FlaskClient) -> None:
    send(browser, "/t/1/tags", tags="red, blue")
    assert [b.get("value") for b in Page(browser.get("/t/1")).all("p.marks button[name=drop]")] == [
        "red",
        "blue",
    ]
    send(browser, "/t/1/tags", drop="red")
    assert row(world).tags == ("blue",)


def test_a_ticket_sleeps_and_is_woken(world: World, browser: FlaskClient) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    send(browser, "/t/1/sleep", instant=until.isoformat())
    assert row(world).wake_at == until
    assert "Sleeps until" in Page(browser.get("/t/1")).text_of("p.marks")
    send(browser, "/t/1/sleep", wake="1")
    assert (row(world).wake_at, row(world).status) == (None, Status.OPEN)


def test_who_is_done_goes_where_they_like(browser: FlaskClient) -> None:
    browser.set_cookie("onward", "list")
    fields = {"next": "", "list": "/?view=mine"}
    assert send(browser, "/t/1/status", status="open", **fields).location.startswith("/t/1?")
    assert send(browser, "/t/1/status", status="closed", **fields).location.startswith("/?view=mine&done=")


def test_a_message_becomes_a_ticket_of_its_own(world: World, browser: FlaskClient) -> None:
    world.ours.receive(mail("Re: Look at this [#1]", "Something else."))
    page = Page(browser.get("/t/1"))
    links = [a.get("href") or "" for a in page.all("a.onward") if "split=" in (a.get("href") or "")]
    assert len(links) == 2
    article = links[1].partition("=")[2].partition("#")[0]
    form = Page(browser.get(f"/t/1?split={article}")).one("#split")
    assert form.get("action") == "/t/1/split"
    assert send(browser, "/t/1/split", article=article, subject="Else").location.startswith("/t/2?done=")
    assert row(world, 2).subject == "Else"
    assert "#2 Else" in Page(browser.get("/t/1")).text_of("aside.panel")


def test_tickets_are_linked_and_unlinked(world: World, browser: FlaskClient) -> None:
    world.ours.receive(mail("Second"))
    send(browser, "/t/1/link", other="#2")
    assert "#2 Second" in Page(browser.get("/t/1")).text_of("aside.panel")
    send(browser, "/t/1/unlink", other="2")
    assert Page(browser.get("/t/1")).all("button[formaction='/t/1/unlink']") == []


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("subject", {"subject": ""}, 422),
        ("sleep", {"until": "yesterday"}, 422),
        ("sleep", {"until": "2020-01-01T00:00"}, 422),
        ("merge", {"into": "1"}, 422),
        ("merge", {"into": "x"}, 422),
        ("link", {"other": "1"}, 422),
        ("link", {"other": "99"}, 404),
        ("split", {"article": "x", "subject": "y"}, 404),
        ("priority", {"priority": "9"}, 422),
        ("tags", {"tags": ""}, 422),
        ("tags", {"tags": "x" * 51}, 422),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    world: World, browser: FlaskClient, path: str, fields: dict[str, str], status: int
) -> None:
    before = row(world)
    assert send(browser, f"/t/1/{path}", **fields).status_code == status
    assert row(world) == before


def test_a_note_is_offered_to_be_undone_and_comes_back_into_the_composer(
    world: World, browser: FlaskClient
) -> None:
    place = send(browser, "/t/1/articles", kind="note", text="Not for here.").location
    path, _, anchor = place.partition("#")
    page = Page(browser.get(path))
    assert anchor == page.all("li.article")[-1].get("id")
    assert page.text_of("form.toast p") == "Note added to #1"
    undo = page.one("form.toast").get("action") or ""
    place = send(browser, undo, back="/t/1").location
    assert place.endswith("#composer")
    page = Page(browser.get(place.partition("#")[0]))
    assert page.text_of("form.toast p") == "Undone: Note added to #1"
    assert page.text_of("#text") == "Not for here."
    assert len(page.all("li.article")) == 1


def test_it_is_too_late_twice(browser: FlaskClient) -> None:
    place = send(browser, "/t/1/status", status="closed").location
    undo = Page(browser.get(place)).one("form.toast").get("action") or ""
    assert send(browser, undo, back="//evil.example").location.startswith("/?done=")
    assert send(browser, undo).status_code == 409


def test_one_follows_a_ticket_and_leaves_it_by_the_same_button(world: World, browser: FlaskClient) -> None:
    button = "[data-key=w]"
    assert Page(browser.get("/t/1")).one(button).get("value") == "1"
    place = send(browser, "/t/1/follow", follows="1").location
    page = Page(browser.get(place))
    assert page.one(button).get("value") == "0"
    send(browser, "/t/1/follow", follows="0")
    assert Page(browser.get("/t/1")).one(button).get("value") == "1"


def test_a_mention_is_marked_in_its_note_and_counted_in_the_rail(
    world: World, browser: FlaskClient, app: Flask
) -> None:
    anna = hire(world.ours.account_id, "anna", now=clock.now())
    send(browser, "/t/1/articles", kind="note", text="Ask @anna, not `@anna`.")
    page = Page(browser.get("/t/1"))
    assert [mark.text for mark in page.all(".mention")] == ["@anna"]
    assert "Anna Example" in [option.text for option in page.all("#people option")]
    theirs = browser_of(app, anna)
    listed = Page(theirs.get("/?view=mentions"))
    assert listed.text_of(".views [aria-current=page]") == "Mentions 1"


def test_a_colleague_who_does_not_see_the_ticket_is_named_before_a_note_is_saved(
    world: World, browser: FlaskClient
) -> None:
    hire(world.ours.account_id, "blind", now=clock.now(), sees_all=False)
    answer = send(browser, "/t/1/articles", kind="note", text="@blind")
    assert answer.status_code == 422
    assert "blind does not see this ticket" in Page(answer).text_of("#wrong")
    assert [option.get("value") for option in Page(answer).all("#people option")] == []
