from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webui.cast import World

PATH = "/api/v1/contacts"
CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def ann(client: FlaskClient, world: World) -> Any:
    """Who wrote ticket 1."""
    listed: Any = client.get(f"{PATH}?q=ann", headers=world.ours.headers).json
    (only,) = listed["items"]
    return only


def test_contacts_are_listed_found_and_read(client: FlaskClient, world: World, ann: Any) -> None:
    assert (ann["name"], ann["addresses"], ann["customer"]) == ("Ann Example", ["ann@customer.example"], None)
    whole: Any = client.get(f"{PATH}/{ann['id']}", headers=world.ours.headers).json
    assert whole == ann | {"note": "", "created_at": whole["created_at"], "merges": []}
    assert client.get(f"{PATH}?q=nobody", headers=world.ours.headers).json == {"items": [], "next": None}


def test_a_contact_is_changed_in_what_is_named(client: FlaskClient, world: World, ann: Any) -> None:
    headers, path = world.ours.headers, f"{PATH}/{ann['id']}"
    body = {"note": "Early riser", "addresses": ["ann@customer.example", "ann@home.example"]}
    changed: Any = client.patch(path, json=body, headers=headers).json
    assert (changed["name"], changed["note"]) == ("Ann Example", "Early riser")
    assert changed["addresses"] == body["addresses"]
    renamed: Any = client.patch(path, json={"name": "A"}, headers=headers).json
    assert renamed == changed | {"name": "A"}


def test_a_contact_moves_with_the_tickets_that_are_named(client: FlaskClient, world: World, ann: Any) -> None:
    headers, path = world.ours.headers, f"{PATH}/{ann['id']}"
    client.patch("/api/v1/tickets/1", json={"status": "closed"}, headers=headers)
    acme: Any = client.post(CUSTOMERS, json={"name": "Acme"}, headers=headers).json
    here = {"id": acme["id"], "name": "Acme"}
    for tickets, of_ticket in (("open", None), ("all", here)):
        moved: Any = client.patch(
            path, json={"customer": acme["id"], "tickets": tickets}, headers=headers
        ).json
        ticket: Any = client.get("/api/v1/tickets/1", headers=headers).json
        assert (moved["customer"], ticket["customer"]) == (here, of_ticket)
    listed: Any = client.get(f"{PATH}?customer={acme['id']}", headers=headers).json
    assert [one["id"] for one in listed["items"]] == [ann["id"]]
    assert client.patch(path, json={"customer": None}, headers=headers).json["customer"] is None  # type: ignore[index]


def test_an_address_of_somebody_else_is_a_conflict(client: FlaskClient, world: World, ann: Any) -> None:
    headers, path = world.ours.headers, f"{PATH}/{ann['id']}"
    acme: Any = client.post(CUSTOMERS, json={"name": "Acme"}, headers=headers).json
    body = {"name": "Bob", "address": "bob@elsewhere.example"}
    client.post(f"{CUSTOMERS}/{acme['id']}/contacts", json=body, headers=headers)
    answer: Any = client.patch(path, json={"addresses": [body["address"]]}, headers=headers)
    assert (answer.status_code, answer.json["detail"]) == (409, "This address belongs to Bob.")


def test_two_become_one_and_two_again(client: FlaskClient, world: World, ann: Any) -> None:
    headers = world.ours.headers
    acme: Any = client.post(CUSTOMERS, json={"name": "Acme"}, headers=headers).json
    body = {"name": "Bob", "address": "bob@elsewhere.example"}
    made: Any = client.post(f"{CUSTOMERS}/{acme['id']}/contacts", json=body, headers=headers).json
    bob = made["contacts"][0]["id"]
    once = headers | {"Idempotency-Key": "m"}
    merged: Any = [
        client.post(f"{PATH}/{ann['id']}/merge", json={"into": bob}, headers=once).json for _ in range(2)
    ]
    assert merged[0] == merged[1]
    assert (merged[0]["id"], len(merged[0]["addresses"])) == (bob, 2)
    assert client.get(f"{PATH}/{ann['id']}", headers=headers).json == merged[0]
    undo = f"/api/v1/contact-merges/{merged[0]['merges'][0]['id']}/undo"
    assert client.post(undo, headers=world.stranger.headers).status_code == 404
    apart: Any = [client.post(undo, headers=headers | {"Idempotency-Key": "u"}).json for _ in range(2)]
    assert apart[0] == apart[1]
    assert (apart[0]["id"], apart[0]["addresses"]) == (ann["id"], ann["addresses"])
    assert client.post(f"{PATH}/{bob}/merge", json={"into": bob}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "body", [{"customer": "x"}, {"name": "x" * 301}, {"tickets": "some"}, {"addresses": ["no"]}, {"id": "y"}]
)
def test_a_wrong_contact_is_refused(client: FlaskClient, world: World, ann: Any, body: Any) -> None:
    assert client.patch(f"{PATH}/{ann['id']}", json=body, headers=world.ours.headers).status_code == 422


def test_a_strangers_contact_is_not_there(client: FlaskClient, world: World, ann: Any) -> None:
    headers, path = world.stranger.headers, f"{PATH}/{ann['id']}"
    assert client.get(path, headers=headers).status_code == 404
    assert client.patch(path, json={"name": "Mine"}, headers=headers).status_code == 404
    assert client.post(f"{path}/merge", json={"into": ann["id"]}, headers=headers).status_code == 404
    assert client.get(PATH, headers=headers).json == {"items": [], "next": None}
