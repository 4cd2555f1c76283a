"""The page of what others see of oneself, and of when one is away."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway import clock
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Staff
from tests.hiring import hire, public_id_of, view_of
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.webui.people.test_views import KNOWN, browser_of, send
from tests.webui.signin.test_security import let_proof_lapse

PROFILE = "/account/profile"


@pytest.fixture
def sam(world: World) -> Actor:
    return hire(world.ours.account_id, "sam", now=clock.now())


@pytest.fixture
def theirs(app: Flask, sam: Actor) -> FlaskClient:
    return browser_of(app, sam)


def test_one_edits_what_is_known_of_oneself(theirs: FlaskClient, sam: Actor) -> None:
    form = KNOWN | {"last_name": "New", "postal_address": "Harbour 1\r\nHamburg", "company": "Ours"}
    answer = send(theirs, PROFILE, **form)
    assert answer.location == f"{PROFILE}?saved=1"
    page = Page(theirs.get(answer.location))
    assert page.text_of("[role=status]") == "Saved."
    assert page.one("#postal_address").text == "Harbour 1\nHamburg"
    assert (view_of(sam).name, view_of(sam).company) == ("Sam New", "Ours")


@pytest.mark.parametrize("field", ["login", "first_name", "last_name", "email"])
def test_what_is_required_is_checked(theirs: FlaskClient, sam: Actor, field: str) -> None:
    answer = send(theirs, PROFILE, **KNOWN | {field: " "})
    page = Page(answer)
    assert answer.status_code == 422
    (wrong,) = page.all("#details [aria-invalid=true]")
    assert wrong.get("name") == field
    assert page.text_of("#wrong")


def test_nothing_else_that_is_sent_along_changes_anything(
    theirs: FlaskClient, world: World, sam: Actor
) -> None:
    def row() -> dict[str, object]:
        with session.reading() as db:
            found = db.execute(select(Staff.__table__).where(Staff.id == sam.staff_id)).mappings().one()
            return dict(found)

    before = row()
    extra = {name: "1" for name in before if name not in KNOWN} | {
        "role": "owner",
        "account_id": str(world.stranger.account_id),
        "sees_all": "0",
        "groups": "x",
        "email_confirmed_at": "",
        "password_hash": "y",
        "stand_in_id": str(world.ours.owner_id),
        "salutation": "",
        "postal_address": "",
        "company": "",
    }
    assert send(theirs, PROFILE, **extra | KNOWN).status_code == 303
    assert row() == before


def test_the_password_is_asked_for_first(theirs: FlaskClient, sam: Actor) -> None:
    let_proof_lapse()
    page = Page(theirs.get(PROFILE))
    assert page.all("#first_name") == []
    assert "sam@people.example" in page.text_of("#details")
    assert send(theirs, PROFILE, **KNOWN | {"company": "x"}).location.startswith("/prove")
    assert view_of(sam).company == ""


def test_one_says_when_one_is_away_and_that_one_is_back(
    theirs: FlaskClient, world: World, sam: Actor
) -> None:
    today = f"{clock.now().astimezone():%Y-%m-%d}"
    form = {"from": today, "until": today, "stand_in": public_id_of(world.ours.actor)}
    assert send(theirs, "/account/away", **form).location == f"{PROFILE}#away"
    assert "ours stands in" in Page(theirs.get(PROFILE)).text_of("#away .tag")
    wrong = send(theirs, "/account/away", **form | {"stand_in": "p-sam"})
    assert (wrong.status_code, Page(wrong).text_of("#away .wrong")) == (422, "Please choose somebody else.")
    assert send(theirs, "/account/back").location == f"{PROFILE}#away"
    assert view_of(sam).away is None


def test_only_colleagues_who_work_here_stand_in(theirs: FlaskClient, world: World) -> None:
    hire(world.ours.account_id, "gone", now=clock.now(), deactivated_at=clock.now())
    hire(world.ours.account_id, "gast", Role.GUEST, now=clock.now())
    offered = [one.text for one in Page(theirs.get(PROFILE)).all("#stand_in option")]
    assert offered == ["nobody", "ours"]
