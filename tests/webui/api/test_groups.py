from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webui.cast import World

PATH = "/api/v1/groups"
CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def north(client: FlaskClient, world: World) -> Any:
    answer = client.post(PATH, json={"name": "North"}, headers=world.ours.headers)
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{PATH}/{answer.json['id']}")  # type: ignore[index]
    return answer.json


def test_a_group_is_made_listed_renamed_and_deleted(client: FlaskClient, world: World, north: Any) -> None:
    headers, path = world.ours.headers, f"{PATH}/{north['id']}"
    assert north == {"id": north["id"], "name": "North", "customer_count": 0}
    assert client.get(PATH, headers=headers).json == {"items": [north]}
    renamed = client.patch(path, json={"name": "Far north"}, headers=headers).json
    assert renamed == client.get(path, headers=headers).json == north | {"name": "Far north"}
    gone = client.delete(path, headers=headers)
    assert (gone.status_code, gone.data) == (204, b"")
    assert client.get(path, headers=headers).status_code == 404
    assert client.get(PATH, headers=headers).json == {"items": []}


def test_a_customer_is_put_into_groups_and_found_by_them(
    client: FlaskClient, world: World, north: Any
) -> None:
    headers = world.ours.headers
    acme: Any = client.post(CUSTOMERS, json={"name": "Acme", "groups": [north["id"]]}, headers=headers).json
    client.post(CUSTOMERS, json={"name": "Other"}, headers=headers)
    assert acme["groups"] == [{"id": north["id"], "name": "North"}]
    listed: Any = client.get(f"{CUSTOMERS}?group={north['id']}", headers=headers).json
    assert [one["name"] for one in listed["items"]] == ["Acme"]
    kept: Any = client.patch(f"{CUSTOMERS}/{acme['id']}", json={"name": "A"}, headers=headers).json
    assert kept["groups"] == acme["groups"]
    taken: Any = client.patch(f"{CUSTOMERS}/{acme['id']}", json={"groups": []}, headers=headers).json
    assert taken["groups"] == []


def test_a_name_that_is_taken_is_a_conflict(client: FlaskClient, world: World, north: Any) -> None:
    assert client.post(PATH, json={"name": "NORTH"}, headers=world.ours.headers).status_code == 409


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": "x", "id": "y"}])
def test_a_wrong_group_is_refused(client: FlaskClient, world: World, body: dict[str, str]) -> None:
    assert client.post(PATH, json=body, headers=world.ours.headers).status_code == 422


def test_the_same_post_again_makes_no_second_group(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers | {"Idempotency-Key": "g"}
    first, again = (client.post(PATH, json={"name": "Once"}, headers=headers).json for _ in range(2))
    assert first == again


def test_a_strangers_group_is_not_there(client: FlaskClient, world: World, north: Any) -> None:
    headers, path = world.stranger.headers, f"{PATH}/{north['id']}"
    assert client.get(path, headers=headers).status_code == 404
    assert client.patch(path, json={"name": "Mine"}, headers=headers).status_code == 404
    assert client.delete(path, headers=headers).status_code == 404
    assert client.get(f"{CUSTOMERS}?group={north['id']}", headers=headers).status_code == 404
    refused: Any = client.post(CUSTOMERS, json={"name": "x", "groups": [north["id"]]}, headers=headers)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/groups")
    assert client.get(CUSTOMERS, headers=headers).json == {"items": [], "next": None}
