"""Quarantine over the API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webui.cast import World, mail

LOOP = {"X-Loop": "help@ours.example"}


@pytest.fixture
def held(client: FlaskClient, world: World) -> list[Any]:
    for number in range(3):
        world.ours.receive(mail(f"Circle {number}", f"Round {number}\n", **LOOP))
    listed = client.get("/api/v1/quarantine", headers=world.ours.headers).json
    assert listed is not None
    found: list[Any] = listed["items"]
    return found


def test_what_waits_is_listed_page_by_page(client: FlaskClient, world: World, held: list[Any]) -> None:
    first = client.get("/api/v1/quarantine?limit=2", headers=world.ours.headers).json
    assert first is not None
    assert [item["subject"] for item in first["items"]] == ["Circle 2", "Circle 1"]
    second = client.get(f"/api/v1/quarantine?cursor={first['next']}", headers=world.ours.headers).json
    assert second is not None
    assert ([item["subject"] for item in second["items"]], second["next"]) == (["Circle 0"], None)
    assert held[0] | {"id": "", "arrived_at": "", "size": 0} == {
        "id": "",
        "reason": "loop",
        "from": {"name": "Ann Example", "address": "ann@customer.example"},
        "subject": "Circle 2",
        "snippet": "Round 2",
        "arrived_at": "",
        "size": 0,
        "ticket": None,
        "outcome": None,
    }


def test_a_mail_is_released_once(client: FlaskClient, world: World, held: list[Any]) -> None:
    path = f"/api/v1/quarantine/{held[0]['id']}"
    for key in ("one", "one", "two"):
        answer = client.post(f"{path}/release", headers={**world.ours.headers, "Idempotency-Key": key})
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["outcome"] == "released"
    ledger = client.get("/api/v1/ledger", headers=world.ours.headers).json
    assert ledger is not None
    assert (ledger["pending"], ledger["quarantined"], ledger["offered"]) == (1, 2, 4)
    assert client.post(f"{path}/dismiss", headers=world.ours.headers).status_code == 409


def test_a_mail_is_dismissed_and_still_there(client: FlaskClient, world: World, held: list[Any]) -> None:
    path = f"/api/v1/quarantine/{held[0]['id']}"
    answer = client.post(f"{path}/dismiss", headers=world.ours.headers)
    assert answer.json is not None
    assert answer.json["outcome"] == "dismissed"
    assert b"Circle 2" in client.get(f"{path}/raw", headers=world.ours.headers).data
    assert client.post(f"{path}/release", headers=world.ours.headers).status_code == 409


def test_a_stranger_finds_none_of_it(client: FlaskClient, world: World, held: list[Any]) -> None:
    theirs = world.stranger.headers
    assert client.get("/api/v1/quarantine", headers=theirs).json == {"items": [], "next": None}
    path = f"/api/v1/quarantine/{held[0]['id']}"
    assert client.get(f"{path}/raw", headers=theirs).status_code == 404
    for verb in ("release", "dismiss"):
        assert client.post(f"{path}/{verb}", headers=theirs).status_code == 404
