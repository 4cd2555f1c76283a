"""Canned replies over the API."""

from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import canned
from gateway.store import session
from tests.webui.cast import World


def test_they_are_read_by_name_and_by_words(client: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        for name, text in (("Restart", "Dear {{contact.name}}"), ("Hours", "Till five")):
            canned.create(db, world.ours.actor, name=name, text=text, now=clock.now())
    answer = client.get("/api/v1/canned-replies", headers=world.ours.headers).json
    assert answer is not None
    assert [item["name"] for item in answer["items"]] == ["Hours", "Restart"]
    found = client.get("/api/v1/canned-replies?q=dear", headers=world.ours.headers).json
    assert found is not None
    assert [item["text"] for item in found["items"]] == ["Dear {{contact.name}}"]
    assert client.get("/api/v1/canned-replies", headers=world.stranger.headers).json == {"items": []}
