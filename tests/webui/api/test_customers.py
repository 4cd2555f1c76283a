from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webui.cast import World

PATH = "/api/v1/customers"


@pytest.fixture
def acme(client: FlaskClient, world: World) -> Any:
    answer = client.post(PATH, json={"name": "Acme", "domains": ["acme.example"]}, headers=world.ours.headers)
    assert answer.status_code == 201
    return answer.json


def test_a_customer_is_made_listed_and_read(client: FlaskClient, world: World, acme: Any) -> None:
    assert (acme["name"], acme["domains"], acme["contacts"]) == ("Acme", ["acme.example"], [])
    listed = client.get(PATH, headers=world.ours.headers).json
    assert listed is not None
    assert [(c["id"], c["name"], c["contact_count"]) for c in listed["items"]] == [(acme["id"], "Acme", 0)]
    assert client.get(f"{PATH}/{acme['id']}", headers=world.ours.headers).json == acme


def test_a_customer_is_changed(client: FlaskClient, world: World, acme: Any) -> None:
    answer = client.patch(f"{PATH}/{acme['id']}", json={"name": "Acme 2"}, headers=world.ours.headers)
    assert answer.json == acme | {"name": "Acme 2"}


def test_a_customer_has_a_note_is_found_and_deleted(client: FlaskClient, world: World, acme: Any) -> None:
    headers, path = world.ours.headers, f"{PATH}/{acme['id']}"
    noted = client.patch(path, json={"note": "Pays late"}, headers=headers).json
    assert noted == acme | {"note": "Pays late"}
    client.post(PATH, json={"name": "Other", "note": "New"}, headers=headers)
    found: Any = client.get(f"{PATH}?q=acme.example", headers=headers).json
    assert [one["name"] for one in found["items"]] == ["Acme"]
    assert client.delete(path, headers=headers).status_code == 204
    assert client.get(path, headers=headers).status_code == 404


def test_a_contact_comes_with_its_tickets(client: FlaskClient, world: World, acme: Any) -> None:
    body = {"name": "Ann", "address": "ann@customer.example"}
    answer = client.post(f"{PATH}/{acme['id']}/contacts", json=body, headers=world.ours.headers)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["contacts"][0]["addresses"] == ["ann@customer.example"]
    ticket = client.get("/api/v1/tickets/1", headers=world.ours.headers).json
    assert ticket is not None
    assert ticket["customer"] == {"id": acme["id"], "name": "Acme"}


def test_a_strangers_customer_is_not_there(client: FlaskClient, world: World, acme: Any) -> None:
    headers, path = world.stranger.headers, f"{PATH}/{acme['id']}"
    assert client.get(path, headers=headers).status_code == 404
    assert client.patch(path, json={"name": "Mine"}, headers=headers).status_code == 404
    assert client.delete(path, headers=headers).status_code == 404
    body = {"address": "x@y.example"}
    assert client.post(f"{path}/contacts", json=body, headers=headers).status_code == 404
    listed = client.get(PATH, headers=headers).json
    assert listed == {"items": [], "next": None}


@pytest.mark.parametrize("name", ["x", "x" * 200])
def test_a_name_may_be_as_long_as_said(client: FlaskClient, world: World, name: str) -> None:
    assert client.post(PATH, json={"name": name}, headers=world.ours.headers).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": "x", "domains": ["not a domain"]}, "/domains"),
        ({"name": "x", "id": "mine"}, "/id"),
    ],
)
def test_a_wrong_customer_is_pointed_at(
    client: FlaskClient, world: World, body: dict[str, object], pointer: str
) -> None:
    answer = client.post(PATH, json=body, headers=world.ours.headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == pointer


def test_a_domain_has_one_customer(client: FlaskClient, world: World, acme: Any) -> None:
    body = {"name": "Other", "domains": ["acme.example"]}
    answer = client.post(PATH, json=body, headers=world.ours.headers)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/conflict")  # type: ignore[index]


def test_the_same_post_again_makes_no_second_customer(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers | {"Idempotency-Key": "c"}
    first, again = (client.post(PATH, json={"name": "Once"}, headers=headers).json for _ in range(2))
    assert first == again
    listed = client.get(PATH, headers=world.ours.headers).json
    assert listed is not None
    assert len(listed["items"]) == 1
