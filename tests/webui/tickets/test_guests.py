"""The pages of guests."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import noting
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import Delivery, GuestNotice
from tests.admitting import add_guest, cookie_of
from tests.webui.cast import World, mail
from tests.webui.pages import Page


@pytest.fixture
def guest(world: World) -> Actor:
    """May answer and note in ticket 1; there is a ticket 2 as well."""
    world.ours.receive(mail("Other matter", "Not for guests."))
    with session.transaction() as db:
        noting.note(db, world.ours.actor, 1, "She never pays.", now=clock.now())
        noting.note(db, world.ours.actor, 1, "Look at the fuse.", is_shared=True, now=clock.now())
    return add_guest(world.ours.account_id, ticket=1, may=["note", "answer"])


@pytest.fixture
def theirs(app: Flask, guest: Actor) -> FlaskClient:
    """The guest's browser."""
    made = app.test_client()
    made.set_cookie("session", cookie_of(guest, now=clock.now()))
    return made


def send(browser: FlaskClient, **fields: object) -> TestResponse:
    token = Page(browser.get("/guest/1")).token
    form = {"csrf_token": token, **fields}
    return browser.post("/guest/1/articles", data=form, follow_redirects=True)


def test_the_list_has_what_is_shared(world: World, theirs: FlaskClient) -> None:
    text = theirs.get("/guest").text
    assert f"/guest/{1}" in text
    assert "Other matter" not in text
    assert "pays" not in text
    assert "/guest/1" in theirs.get("/guest?q=fuse").text
    assert "/guest/1" not in theirs.get("/guest?q=pays").text


def test_the_page_has_no_more_than_is_for_them(theirs: FlaskClient) -> None:
    text = theirs.get("/guest/1").text
    assert "Look at the fuse." in text
    assert "pays" not in text
    for word in ("/raw", "?forward=", "/t/", "/customers", "/mailboxes", "/?view=", "Assigned"):
        assert word not in text


def test_a_reader_has_no_form(app: Flask, world: World) -> None:
    browser = app.test_client()
    browser.set_cookie("session", cookie_of(add_guest(world.ours.account_id, ticket=1), now=clock.now()))
    assert 'action="/guest/1/articles' not in browser.get("/guest/1").text


def test_a_note_is_there_for_the_team(world: World, theirs: FlaskClient, browser: FlaskClient) -> None:
    assert "The fuse is fine." in send(theirs, kind="note", text="The fuse is fine.").text
    assert "The fuse is fine." in browser.get("/t/1").text


def test_an_answer_goes_to_the_customer_with_its_file(theirs: FlaskClient) -> None:
    file = (BytesIO(b"plan"), "plan.txt")
    shown = send(theirs, kind="reply", text="Is it in?", files=file, to="eve@evil.example")
    assert "Is it in?" in shown.text
    assert "plan.txt" in shown.text
    with session.reading() as db:
        assert db.execute(select(Delivery.recipient)).scalars().all() == ["ann@customer.example"]


def test_what_cannot_be_taken_comes_back(theirs: FlaskClient) -> None:
    shown = send(theirs, kind="note", text=" ", files=(BytesIO(b"plan"), "plan.txt"))
    assert shown.status_code == 422
    assert "Please write a text." in shown.text
    assert "plan.txt" in shown.text


def test_looking_is_noted(theirs: FlaskClient) -> None:
    token = Page(theirs.get("/guest/1")).token
    assert theirs.post("/guest/1/seen", data={"csrf_token": token}).status_code == 204
    with session.reading() as db:
        assert db.execute(select(GuestNotice.seen_at)).scalar() is not None


def test_staff_see_who_else_reads_and_may_share_a_note(
    guest: Actor, browser: FlaskClient, theirs: FlaskClient
) -> None:
    page = browser.get("/t/1")
    assert "Guests read it, too" in page.text
    form = {"csrf_token": Page(page).token, "kind": "note", "text": "For you, too.", "shared": "1"}
    browser.post("/t/1/articles", data=form)
    del form["shared"]
    browser.post("/t/1/articles", data={**form, "text": "For us alone."})
    text = theirs.get("/guest/1").text
    assert "For you, too." in text
    assert "For us alone." not in text


def test_staff_have_no_pages_of_guests(browser: FlaskClient) -> None:
    assert browser.get("/guest").status_code == 404
    assert browser.get("/guest/1").status_code == 404
