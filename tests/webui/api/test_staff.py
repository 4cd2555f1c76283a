"""The people of the account over the API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import groups
from gateway.rules.access import Actor, Role
from gateway.store import session
from tests.hiring import hire, public_id_of, view_of
from tests.webui.cast import World

PATH = "/api/v1/staff"
SAM = f"{PATH}/p-sam"


@pytest.fixture
def sam(world: World) -> Actor:
    return hire(world.ours.account_id, "sam", now=clock.now())


def patch(client: FlaskClient, world: World, body: dict[str, Any], path: str = SAM) -> Any:
    return client.patch(path, json=body, headers=world.ours.headers)


def test_who_can_be_given_a_ticket_is_listed_and_others_on_request(
    client: FlaskClient, world: World, sam: Actor
) -> None:
    hire(world.ours.account_id, "gone", now=clock.now(), deactivated_at=clock.now())
    hire(world.ours.account_id, "gast", Role.GUEST, now=clock.now())
    found: Any = client.get(PATH, headers=world.ours.headers).json
    assert [one["login"] for one in found["items"]] == ["ours", "sam"]
    assert found["items"][1] == {
        "id": "p-sam",
        "login": "sam",
        "name": "Sam Example",
        "role": "staff",
        "sees_all": True,
        "groups": [],
        "state": "active",
        "away": None,
    }
    for state, logins in (("deactivated", ["gone"]), ("all", ["gone", "ours", "sam"])):
        listed: Any = client.get(f"{PATH}?state={state}", headers=world.ours.headers).json
        assert [one["login"] for one in listed["items"]] == logins
    assert client.get(f"{PATH}?state=x", headers=world.ours.headers).status_code == 422


def test_all_that_is_known_is_told_and_changed(client: FlaskClient, world: World, sam: Actor) -> None:
    with session.transaction() as db:
        north = groups.create(db, world.ours.actor, name="North", now=clock.now())
    away = {"from": "2099-12-01", "until": "2099-12-24", "stand_in": public_id_of(world.ours.actor)}
    changed = patch(client, world, {"company": "Ours", "groups": [north], "away": away})
    told: Any = client.get(SAM, headers=world.ours.headers).json
    assert (changed.status_code, changed.json) == (200, told)
    assert (told["company"], told["sees_all"], told["away"]) == ("Ours", False, away)
    assert told["groups"] == [{"id": north, "name": "North"}]
    assert (told["email"], told["email_confirmed"]) == ("sam@people.example", True)
    made = patch(client, world, {"role": "admin", "away": None, "email": "sam@new.example"}).json
    assert (made["role"], made["away"], made["email_confirmed"]) == ("admin", None, False)


@pytest.mark.parametrize(
    "body",
    [
        {"role": "owner"},
        {"role": "guest"},
        {"login": "x"},
        {"first_name": ""},
        {"groups": ["x"]},
        {"sees_all": False},
        {"account_id": 1},
        {"away": {"from": "2020-01-01", "until": "2020-01-02"}},
        {"away": {"from": "2099-01-01", "until": "2099-01-02", "stand_in": "p-sam"}},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    client: FlaskClient, world: World, sam: Actor, body: dict[str, Any]
) -> None:
    before = view_of(sam)
    assert patch(client, world, {"company": "x"} | body).status_code == 422
    assert view_of(sam) == before


def test_a_program_acts_as_an_admin_so_the_owner_is_not_its_to_change(
    client: FlaskClient, world: World
) -> None:
    owner = f"{PATH}/{public_id_of(world.ours.actor)}"
    for body in ({"company": "x"}, {"role": "staff"}, {"away": None}):
        assert patch(client, world, body, owner).status_code == 403
    answer = client.post(f"{owner}/deactivate", json={}, headers=world.ours.headers)
    assert (answer.status_code, view_of(world.ours.actor).role) == (403, Role.OWNER)


def test_somebody_is_deactivated_and_reactivated(client: FlaskClient, world: World, sam: Actor) -> None:
    headers = world.ours.headers
    client.patch("/api/v1/tickets/1", json={"assignee": "sam"}, headers=headers)
    body, once = {"successor": public_id_of(world.ours.actor)}, headers | {"Idempotency-Key": "d"}
    for _ in range(2):  # the same request again is the same answer
        answer: Any = client.post(f"{SAM}/deactivate", json=body, headers=once)
        assert (answer.status_code, answer.json["state"]) == (200, "deactivated")
    assert world.ours.ticket.ticket.assignee == "ours"
    assert client.post(f"{SAM}/deactivate", json={}, headers=headers).status_code == 409
    back: Any = client.post(f"{SAM}/reactivate", headers=headers)
    assert (back.status_code, back.json["state"]) == (200, "active")
    assert client.post(f"{SAM}/reactivate", headers=headers).status_code == 409


def test_a_guest_and_a_stranger_are_not_there(client: FlaskClient, world: World, sam: Actor) -> None:
    hire(world.ours.account_id, "gast", Role.GUEST, now=clock.now())
    for headers, path in ((world.ours.headers, f"{PATH}/p-gast"), (world.stranger.headers, SAM)):
        assert client.get(path, headers=headers).status_code == 404
        assert client.patch(path, json={"role": "admin"}, headers=headers).status_code == 404
        assert client.post(f"{path}/deactivate", json={}, headers=headers).status_code == 404
