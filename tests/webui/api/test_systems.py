"""Systems over the API: listed, added by a code, renamed, asked, removed; never a stranger's."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import systems
from gateway.settings import Settings
from gateway.store import session
from gateway.store.queries.systems import SystemView
from tests.systems import calls_of, keys
from tests.webui.cast import World
from tests.webui.installed import come, customer_of, install

API = "/api/v1"


@pytest.fixture
def customer(world: World) -> str:
    return customer_of(world.ours)


@pytest.fixture
def system(world: World, settings: Settings, customer: str) -> SystemView:
    return install(world.ours, settings, customer)


def test_they_are_listed_with_whether_they_are_there(
    client: FlaskClient, world: World, customer: str, system: SystemView
) -> None:
    come(system, unattended=["view"])
    answer: Any = client.get(f"{API}/customers/{customer}/systems", headers=world.ours.headers)
    (found,) = answer.json["items"]
    assert (found["name"], found["online"], found["unattended"]) == ("Server 01", True, ["view"])
    assert found == client.get(f"{API}/systems/{found['id']}", headers=world.ours.headers).json


def test_a_code_is_shown_once(client: FlaskClient, world: World, settings: Settings, customer: str) -> None:
    path, headers = (
        f"{API}/customers/{customer}/system-codes",
        {**world.ours.headers, "Idempotency-Key": "one"},
    )
    first: Any = client.post(path, headers=headers)
    assert (first.status_code, first.headers["Location"]) == (201, f"{API}/customers/{customer}/systems")
    code = first.json["code"]
    assert code in first.json["command"]
    again: Any = client.post(path, headers=headers)
    assert again.json == {"code": "", "command": "", "expires_at": None}
    with session.transaction() as db:
        systems.enrol(db, keys().enrolment(code), key=settings.key(), now=clock.now())


def test_too_many_are_a_conflict(
    client: FlaskClient, world: World, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "MAX_OF_CUSTOMER", 0)
    path = f"{API}/customers/{customer}/system-codes"
    assert client.post(path, headers=world.ours.headers).status_code == 409


def test_one_is_renamed_and_removed(client: FlaskClient, world: World, system: SystemView) -> None:
    path, headers = f"{API}/systems/{system.public_id}", world.ours.headers
    changed: Any = client.patch(path, json={"name": "Reception"}, headers=headers)
    assert (changed.status_code, changed.json["name"]) == (200, "Reception")
    assert client.patch(path, json={"name": ""}, headers=headers).status_code == 422
    assert client.delete(path, headers=headers).status_code == 204
    assert client.get(path, headers=headers).status_code == 404


def test_one_is_asked_for_a_session(client: FlaskClient, world: World, system: SystemView) -> None:
    body, headers = {"system": system.public_id}, {**world.ours.headers, "Idempotency-Key": "one"}
    made: Any = client.post(f"{API}/tickets/1/remote-sessions", json=body, headers=headers)
    assert made.status_code == 201
    assert (made.json["system"], made.json["link"], made.json["code"]) == (system.public_id, "", "")
    again: Any = client.post(f"{API}/tickets/1/remote-sessions", json=body, headers=headers)
    assert again.json == made.json
    ((_, called, _),) = calls_of(system, now=clock.now()).calls
    assert called == made.json["id"]
    nobody: Any = client.post(
        f"{API}/tickets/1/remote-sessions", json={"system": "nobody"}, headers=world.ours.headers
    )
    assert nobody.status_code == 404


def test_a_strangers_are_not_there(
    client: FlaskClient, world: World, customer: str, system: SystemView
) -> None:
    headers, one = world.stranger.headers, f"{API}/systems/{system.public_id}"
    told = [
        client.get(f"{API}/customers/{customer}/systems", headers=headers),
        client.post(f"{API}/customers/{customer}/system-codes", headers=headers),
        client.get(one, headers=headers),
        client.patch(one, json={"name": "Mine"}, headers=headers),
        client.delete(one, headers=headers),
    ]
    assert {answer.status_code for answer in told} == {404}
