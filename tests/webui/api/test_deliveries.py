"""Mails that did not arrive, over the API."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from tests.fakes.holding import hold
from tests.webui.cast import World

ANN = "ann@customer.example"


@pytest.fixture
def failed(world: World) -> str:
    return world.ours.answer_in_vain()


def listed(client: FlaskClient, headers: dict[str, str]) -> list[Any]:
    answer = client.get("/api/v1/deliveries?state=failed", headers=headers).json
    assert answer is not None
    items: list[Any] = answer["items"]
    return items


def test_what_failed_is_listed(client: FlaskClient, world: World, failed: str) -> None:
    (item,) = listed(client, world.ours.headers)
    assert item | {"failed_at": ""} == {
        "article": failed,
        "ticket": 1,
        "subject": "Look at this",
        "author": "ours",
        "recipient": ANN,
        "state": "failed",
        "answer": "550 5.1.1 no such user",
        "failed_at": "",
    }


@pytest.mark.parametrize("query", ["", "?state=sent"])
def test_no_other_state_is_listed(client: FlaskClient, world: World, query: str) -> None:
    assert client.get(f"/api/v1/deliveries{query}", headers=world.ours.headers).status_code == 422


def test_it_is_sent_again_once(client: FlaskClient, world: World, failed: str) -> None:
    for key, status in (("one", 200), ("one", 200), ("two", 409)):
        answer = client.post(
            f"/api/v1/articles/{failed}/resend",
            headers={**world.ours.headers, "Idempotency-Key": key},
            json={"recipient": ANN},
        )
        assert answer.status_code == status
    assert listed(client, world.ours.headers) == []


def test_it_is_dismissed(client: FlaskClient, world: World, failed: str) -> None:
    path, body = f"/api/v1/articles/{failed}/dismiss", {"recipient": ANN}
    answer = client.post(path, headers=world.ours.headers, json=body)
    assert answer.json is not None
    assert answer.json["deliveries"][0]["state"] == "failed"
    assert listed(client, world.ours.headers) == []
    assert client.post(path, headers=world.ours.headers, json=body).status_code == 409


def test_a_stranger_finds_none_of_it(client: FlaskClient, world: World, failed: str) -> None:
    theirs = world.stranger.headers
    assert listed(client, theirs) == []
    for verb in ("resend", "dismiss"):
        path = f"/api/v1/articles/{failed}/{verb}"
        assert client.post(path, headers=theirs, json={"recipient": ANN}).status_code == 404


def test_another_answer_replaces_it(client: FlaskClient, world: World, failed: str) -> None:
    body = {"kind": "reply", "text": "Once more", "to": "ann2@customer.example", "replaces": failed}
    answer = client.post("/api/v1/tickets/1/articles", headers=world.ours.headers, json=body)
    assert answer.status_code == 201
    assert listed(client, world.ours.headers) == []


@pytest.fixture
def held(world: World) -> str:
    """An answer that is held back; its public id."""
    public_id = world.ours.answer()
    hold(public_id, now=clock.now())
    return public_id


def discard(client: FlaskClient, public_id: str, headers: dict[str, str]) -> TestResponse:
    path = f"/api/v1/articles/{public_id}/discard"
    return client.post(path, headers=headers, json={"recipient": ANN})


def test_what_is_held_is_listed_and_shown_in_its_ticket(client: FlaskClient, world: World, held: str) -> None:
    answer = client.get("/api/v1/deliveries/held", headers=world.ours.headers).json
    assert answer is not None
    (item,) = answer["items"]
    why = "More than 20 mails of this account in an hour"
    assert item | {"held_at": ""} == {
        "article": held,
        "ticket": 1,
        "subject": "Look at this",
        "author": "ours",
        "recipient": ANN,
        "reason": why,
        "held_at": "",
    }
    ticket = client.get("/api/v1/tickets/1", headers=world.ours.headers).json
    assert ticket is not None
    (delivery,) = ticket["articles"][-1]["deliveries"]
    assert (delivery["state"], delivery["answer"]) == ("held", why)


def test_a_held_one_is_discarded_once(client: FlaskClient, world: World, held: str) -> None:
    answer = discard(client, held, world.ours.headers)
    assert answer.json is not None
    assert answer.json["deliveries"][0]["state"] == "withdrawn"
    assert discard(client, held, world.ours.headers).status_code == 409


def test_a_stranger_finds_nothing_held(client: FlaskClient, world: World, held: str) -> None:
    answer = client.get("/api/v1/deliveries/held", headers=world.stranger.headers).json
    assert answer == {"items": [], "next": None}
    assert discard(client, held, world.stranger.headers).status_code == 404
