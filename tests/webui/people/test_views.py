"""The pages of people: listing, editing, deactivating, handing the account on."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import groups, signin, tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Delivery
from tests.hiring import hire, public_id_of, view_of
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.webui.signin.test_security import let_proof_lapse

SAM = "/people/p-sam"
KNOWN = {"login": "sam", "first_name": "Sam", "last_name": "Example", "email": "sam@people.example"}


@pytest.fixture
def sam(world: World) -> Actor:
    return hire(world.ours.account_id, "sam", now=clock.now())


def browser_of(app: Flask, who: Actor) -> FlaskClient:
    with session.transaction() as db:
        secret = signin.open_session(db, who.staff_id or 0, browser="", now=clock.now())
    made = app.test_client()
    made.set_cookie("session", secret)
    return made


def send(browser: FlaskClient, path: str, **fields: Any) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def test_the_list_tells_who_works_here_and_who_did(browser: FlaskClient, world: World, sam: Actor) -> None:
    hire(world.ours.account_id, "gone", now=clock.now(), deactivated_at=clock.now())
    hire(world.ours.account_id, "gast", Role.GUEST, now=clock.now())
    page = Page(browser.get("/people"))
    assert "Sam Example Staff sam" in page.text_of("#active")
    assert "ours Owner" in page.text_of("#active")
    assert "Gone Example" in page.text_of("#former")
    assert "Gast" not in page.text_of("main")
    links = {one.get("href") for one in page.all(".acts a")}
    assert links == {"/people/invite", "/people/invitations"}


def test_staff_see_the_list_and_no_more(app: Flask, sam: Actor) -> None:
    theirs = browser_of(app, sam)
    page = Page(theirs.get("/people"))
    assert page.all("#active a") == page.all("#active .end") == []
    assert [one.get("href") for one in page.all(".acts a")] == ["/people/invitations"]
    assert theirs.get(SAM).status_code == 403


def test_oneself_is_edited_on_a_page_of_ones_own(browser: FlaskClient, world: World) -> None:
    answer = browser.get(f"/people/{public_id_of(world.ours.actor)}")
    assert (answer.status_code, answer.location) == (302, "/account/profile")


def test_a_colleague_is_edited(browser: FlaskClient, sam: Actor) -> None:
    answer = send(browser, SAM, **KNOWN | {"salutation": "Dr.", "company": "Ours"})
    assert (answer.status_code, answer.location) == (303, f"{SAM}?saved=1")
    assert Page(browser.get(answer.location)).text_of("[role=status]") == "Saved."
    assert (view_of(sam).salutation, view_of(sam).company) == ("Dr.", "Ours")


def test_what_cannot_be_kept_comes_back_as_it_was_typed(browser: FlaskClient, sam: Actor) -> None:
    answer = send(browser, SAM, **KNOWN | {"last_name": "", "company": "Typed"})
    page = Page(answer)
    assert (answer.status_code, page.text_of("#wrong")) == (422, "Please fill this in.")
    assert page.one("#last_name").get("aria-invalid") == "true"
    assert page.one("#company").get("value") == "Typed"
    taken = send(browser, SAM, **KNOWN | {"login": "ours"})
    assert (taken.status_code, Page(taken).text_of("#wrong")) == (409, "This login is taken.")


def test_a_colleague_becomes_admin_or_sees_some_groups(
    browser: FlaskClient, world: World, sam: Actor
) -> None:
    with session.transaction() as db:
        north = groups.create(db, world.ours.actor, name="North", now=clock.now())
    assert send(browser, f"{SAM}/access", role="staff", sees="groups", groups=north).status_code == 303
    assert (view_of(sam).sees_all, view_of(sam).groups[0].name) == (False, "North")
    page = Page(browser.get(f"/groups/{north}"))
    assert [one.text for one in page.all("#staff a")] == ["ours", "Sam Example"]
    refused = send(browser, f"{SAM}/access", role="staff", sees="groups")
    assert (refused.status_code, Page(refused).text_of("#access .wrong")) == (
        422,
        "Please choose at least one group.",
    )
    send(browser, f"{SAM}/access", role="admin", sees="all")
    assert view_of(sam).role is Role.ADMIN


@pytest.mark.parametrize("role", ["owner", "guest", "token", ""])
def test_nobody_is_made_what_they_cannot_be(browser: FlaskClient, sam: Actor, role: str) -> None:
    assert send(browser, f"{SAM}/access", role=role, sees="all").status_code == 422
    assert view_of(sam).role is Role.STAFF


def test_an_absence_is_noted_shown_and_ended(browser: FlaskClient, world: World, sam: Actor) -> None:
    with session.transaction() as db:
        tickets.patch(db, world.ours.actor, 1, TicketChange(assignee="sam"), now=clock.now())
    today = f"{clock.now().astimezone():%Y-%m-%d}"
    owner = public_id_of(world.ours.actor)
    form = {"from": today, "until": today, "stand_in": owner}
    assert send(browser, f"{SAM}/away", **form).status_code == 303
    words = re.compile(r"away until \d+ \w+ \d{4}, ours stands in")
    for path, place in (("/people", "#active"), (SAM, "main"), ("/t/1", "#assignee"), ("/t/1", ".panel")):
        assert words.search(Page(browser.get(path)).text_of(place)), path
    assert Page(browser.get(SAM)).one("#from").get("value") == today
    refused = send(browser, f"{SAM}/away", **form | {"until": "2020-01-01"})
    page = Page(refused)
    assert (refused.status_code, page.text_of("#away .wrong")) == (
        422,
        "The last day comes before the first one.",
    )
    assert page.one("#until").get("value") == "2020-01-01"
    send(browser, f"{SAM}/back")
    assert view_of(sam).away is None


def test_who_is_deactivated_is_out_at_the_next_click_and_their_tickets_go_on(
    app: Flask, browser: FlaskClient, world: World, sam: Actor
) -> None:
    theirs = browser_of(app, sam)
    with session.transaction() as db:
        tickets.patch(db, world.ours.actor, 1, TicketChange(assignee="sam"), now=clock.now())
    assert theirs.get("/").status_code == 200
    assert "1 open ticket goes to" in Page(browser.get(SAM)).text_of("#active")
    answer = send(browser, f"{SAM}/deactivate", successor=public_id_of(world.ours.actor))
    assert answer.status_code == 303
    assert theirs.get("/").location.startswith("/sign-in")
    assert world.ours.ticket.ticket.assignee == "ours"
    assert "deactivated" in Page(browser.get(SAM)).text_of("main")
    again = send(browser, f"{SAM}/deactivate")
    assert (again.status_code, Page(again).text_of("#active .wrong")) == (
        409,
        "This person is deactivated already.",
    )
    send(browser, f"{SAM}/reactivate")
    assert view_of(sam).deactivated_at is None
    assert theirs.get("/").status_code == 303


def test_the_assignee_of_old_is_told_also_where_they_work_here_no_more(
    browser: FlaskClient, world: World, sam: Actor
) -> None:
    with session.transaction() as db:
        tickets.patch(db, world.ours.actor, 1, TicketChange(assignee="sam"), now=clock.now())
    send(browser, "/t/1/status", status="closed")
    send(browser, f"{SAM}/deactivate")
    page = Page(browser.get("/t/1"))
    assert "Sam Example (not here any more)" in page.text_of("#assignee")
    assert "ours assigned it to Sam Example" in page.text_of(".timeline")


def test_an_admin_manages_everybody_but_the_owner(app: Flask, world: World, sam: Actor) -> None:
    admin = browser_of(app, hire(world.ours.account_id, "ada", Role.ADMIN, now=clock.now()))
    owner = f"/people/{public_id_of(world.ours.actor)}"
    assert "owner, whom nobody else changes" in Page(admin.get(owner)).text_of("main")
    assert Page(admin.get(owner)).all("main form") == []
    before = view_of(world.ours.actor)
    for path in ("", "/access", "/away", "/back", "/deactivate", "/ownership"):
        today = f"{clock.now().astimezone():%Y-%m-%d}"
        fields = KNOWN | {"login": "x2", "role": "staff", "sees": "all", "from": today, "until": today}
        assert send(admin, f"{owner}{path}", **fields).status_code == 403, path
    assert view_of(world.ours.actor) == before
    assert Page(admin.get(SAM)).all("#ownership") == []
    assert send(admin, f"{SAM}/ownership").status_code == 403
    assert send(admin, f"{SAM}/access", role="admin", sees="all").status_code == 303


def test_the_account_is_handed_on_and_both_are_told(
    app: Flask, browser: FlaskClient, world: World, sam: Actor
) -> None:
    theirs = browser_of(app, sam)
    assert send(browser, f"{SAM}/ownership").status_code == 303
    assert (view_of(sam).role, view_of(world.ours.actor).role) == (Role.OWNER, Role.ADMIN)
    with session.reading() as db:
        sent = set(db.execute(select(Delivery.recipient)).scalars())
    assert sent == {"sam@people.example", "owner@ours.example"}
    assert send(browser, f"{SAM}/ownership").status_code == 403
    old = f"/people/{public_id_of(world.ours.actor)}"
    assert send(theirs, f"{old}/access", role="staff", sees="all").status_code == 303


def test_who_has_not_confirmed_their_address_becomes_no_owner(browser: FlaskClient, world: World) -> None:
    unknown = hire(world.ours.account_id, "ben", now=clock.now(), email_confirmed_at=None)
    answer = send(browser, "/people/p-ben/ownership")
    assert (answer.status_code, view_of(unknown).role) == (422, Role.STAFF)
    assert "confirmed their address" in Page(answer).text_of("#ownership")


def test_the_password_is_asked_for_again(browser: FlaskClient, sam: Actor) -> None:
    let_proof_lapse()
    page = Page(browser.get(SAM))
    assert page.all("main form") == []
    assert page.one("main .line-form a").get("href") == f"/prove?next={SAM}"
    for path in ("", "/access", "/deactivate", "/reactivate", "/ownership"):
        answer = send(browser, f"{SAM}{path}", **KNOWN | {"company": "x", "role": "admin", "sees": "all"})
        assert answer.location.startswith("/prove"), path
    assert (view_of(sam).company, view_of(sam).role, view_of(sam).deactivated_at) == ("", Role.STAFF, None)
