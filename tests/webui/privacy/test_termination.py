"""Ending an account on its page: what it says before, what it asks for, and what is left to its owner."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from gateway import clock
from gateway.desk import operating, terminating
from gateway.rules.access import Actor, Role
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Account, Erasure, Farewell, Staff
from tests.admitting import add_person, cookie_of
from tests.webui.cast import PASSWORD, World
from tests.webui.forms import send
from tests.webui.pages import Page

PAGE = "/account/terminate"
ALL = {"name": "ours", "password": PASSWORD}


@pytest.fixture
def settings(settings: Settings, grace_days: int) -> Settings:
    return settings.with_values(termination_grace_days=grace_days)


@pytest.fixture
def grace_days() -> int:
    return 14


def stands(world: World) -> str:
    with session.reading() as db:
        columns = Account.terminates_at, Account.terminated_at
        ends, ended = db.execute(select(*columns).where(Account.id == world.ours.account_id)).one()
    return "ended" if ended else "ends" if ends else "goes on"


def test_the_owner_reads_what_goes_and_what_happens(browser: FlaskClient, world: World) -> None:
    assert PAGE in browser.get("/account/privacy").text
    page = Page(browser.get(PAGE))
    assert "Tickets 1" in " ".join(page.text_of("#goes").split())
    assert "For 14 days you can take it back." in page.text_of("#happens")
    assert "Type the name of the account: ours" in page.text_of("#terminate")
    german = browser.get(PAGE, headers={"Accept-Language": "de"})
    assert "Konto kündigen" in german.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({**ALL, "name": "our"}, "name"),
        ({**ALL, "name": ""}, "name"),
        ({**ALL, "password": "wrong password"}, "password"),
        ({**ALL, "password": ""}, "password"),
        ({**ALL, "password": "x" * 2000}, "password"),
    ],
)
def test_it_takes_the_name_and_the_password(
    browser: FlaskClient, world: World, typed: dict[str, str], field: str
) -> None:
    answer = send(browser, PAGE, **typed)
    assert answer.status_code == 422
    assert Page(answer).one(f"#{field}").get("aria-invalid") == "true"
    assert stands(world) == "goes on"


def test_for_admins_there_is_no_such_page(app: Flask, browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.ADMIN.value))
    assert PAGE not in browser.get("/account/privacy").text
    assert browser.get(PAGE).status_code == 403
    assert send(browser, PAGE, **ALL).status_code == 403
    assert send(browser, f"{PAGE}/back").status_code == 403
    assert stands(world) == "goes on"


def test_the_operators_account_says_that_it_cannot_end(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        operating.appoint(db, "ours", now=clock.now())
    page = Page(browser.get(PAGE))
    assert "operator’s own account" in page.text_of(".alert")
    assert page.all("#terminate") == []
    assert send(browser, PAGE, **ALL).status_code == 409
    assert stands(world) == "goes on"


def test_in_its_days_the_owner_takes_it_back_and_sees_nothing_else(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    colleague = app.test_client()
    key = add_person(world.ours.account_id, Role.ADMIN)
    by = Actor(world.ours.account_id, Role.ADMIN, key)
    colleague.set_cookie("session", cookie_of(by, now=clock.now()))
    assert colleague.get("/").status_code == 200
    answer = send(browser, PAGE, **ALL)
    assert (answer.status_code, answer.location, stands(world)) == (303, PAGE, "ends")
    assert colleague.get("/").location.startswith("/sign-in")
    for path in ("/", "/t/1", "/account/privacy", "/account/exports", "/people"):
        assert browser.get(path).location == PAGE
    page = Page(browser.get(PAGE))
    assert "Until" in page.text_of("main")
    told = app.test_client().get("/api/v1/tickets", headers=world.ours.headers)
    assert (told.status_code, (told.json or {})["detail"]) == (403, "This account is terminated.")
    back = browser.post(f"{PAGE}/back", data={"csrf_token": page.token})
    assert (back.location, stands(world)) == ("/account", "goes on")
    assert browser.get("/t/1").status_code == 200


def test_a_colleague_is_told_at_the_sign_in_and_the_owner_is_let_in(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    send(browser, PAGE, **ALL)
    again = app.test_client()
    token = Page(again.get("/sign-in")).token
    typed = {"csrf_token": token, "login": "ours", "password": PASSWORD}
    assert again.post("/sign-in", data=typed).location == "/"
    assert again.get("/").location == PAGE
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == world.ours.owner_id).values(role=Role.ADMIN.value))
    later = app.test_client()
    answer = later.post("/sign-in", data={**typed, "csrf_token": Page(later.get("/sign-in")).token})
    assert answer.status_code == 403
    assert "This account is terminated." in answer.text


def test_it_is_too_late_once_the_erasure_has_begun(browser: FlaskClient, world: World) -> None:
    send(browser, PAGE, **ALL)
    page = Page(browser.get(PAGE))
    with session.transaction() as db:
        later = clock.now() + timedelta(days=15)
        assert terminating.finish(db, world.ours.account_id, now=later)
    answer = browser.post(f"{PAGE}/back", data={"csrf_token": page.token})
    assert (answer.location or "").startswith("/sign-in")
    assert stands(world) == "ended"


@pytest.mark.parametrize("grace_days", [0])
def test_without_grace_it_is_erased_at_once_and_the_owner_is_out(browser: FlaskClient, world: World) -> None:
    assert "At once everything is erased" in Page(browser.get(PAGE)).text_of("#happens")
    answer = send(browser, PAGE, **ALL)
    assert (answer.status_code, answer.location, stands(world)) == (303, "/terminated", "ended")
    with session.reading() as db:
        assert db.execute(select(Erasure.account_id, Erasure.kind)).all() == [
            (world.ours.account_id, "account")
        ]
        assert db.execute(select(Farewell.recipient)).scalars().all() == ["owner@ours.example"]
    assert browser.get("/").location.startswith("/sign-in")
    told = browser.get("/terminated")
    assert (told.status_code, "ours" in Page(told).text_of("main")) == (200, False)
