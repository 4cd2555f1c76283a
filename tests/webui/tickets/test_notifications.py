"""The page of what one was told of."""

from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.rules.quiet import Quiet
from tests.hiring import hire, set_columns
from tests.webui.cast import World
from tests.webui.forms import send
from tests.webui.pages import Page
from tests.webui.people.test_views import browser_of


def test_a_bell_counts_and_the_page_leads_to_what_happened(
    app: Flask, world: World, browser: FlaskClient
) -> None:
    anna = hire(world.ours.account_id, "anna", now=clock.now())
    theirs = browser_of(app, anna)
    assert Page(theirs.get("/notifications")).text_of("main p").startswith("Nothing yet.")
    send(browser, "/t/1/articles", kind="note", text="@anna")
    send(browser, "/t/1/assignee", assignee="anna")
    page = Page(theirs.get("/notifications"))
    assert page.text_of(".views [aria-current=page]") == "Notifications 2"
    assert [line.get("class") for line in page.all(".notices li")] == ["is-new", "is-new"]
    note = world.ours.ticket.articles[-1].public_id
    assert [link.get("href") for link in page.all(".notices a")] == ["/t/1", f"/t/1#m-{note}"]
    assert send(theirs, "/notifications/read").location == "/notifications"
    assert Page(theirs.get("/notifications")).all(".is-new") == []
    assert Page(browser.get("/news")).text_of("li") == "Notifications"


def test_the_browser_is_given_what_is_unread_and_wanted(
    app: Flask, world: World, browser: FlaskClient
) -> None:
    anna = hire(world.ours.account_id, "anna", now=clock.now())
    theirs = browser_of(app, anna)
    send(browser, "/t/1/assignee", assignee="anna")
    assert "#1" not in theirs.get("/notifications/fresh").text
    send(theirs, "/account/notifications", shown="assigned", begins="18:00", ends="08:00")
    link = Page(theirs.get("/notifications/fresh")).one("a")
    assert (link.get("href"), link.text_content()) == ("/t/1", "#1: Assigned to you")
    send(theirs, "/notifications/read")
    assert "#1" not in theirs.get("/notifications/fresh").text


def test_in_quiet_hours_the_browser_is_given_nothing(app: Flask, world: World, browser: FlaskClient) -> None:
    anna = hire(world.ours.account_id, "anna", now=clock.now(), browser_kinds=["assigned"])
    theirs = browser_of(app, anna)
    now = clock.now()
    quiet = Quiet(0, 0, frozenset({now.weekday(), (now.weekday() - 1) % 7}))
    set_columns(anna, quiet=quiet.as_stored(), zone="UTC")
    send(browser, "/t/1/assignee", assignee="anna")
    assert "#1" not in theirs.get("/notifications/fresh").text
    assert Page(theirs.get("/notifications")).text_of(".views [aria-current=page]") == "Notifications 1"
    set_columns(anna, quiet=None)
    assert "#1" in theirs.get("/notifications/fresh").text
