"""Remote sessions over the API: made with their link, looked at without it, ended, and never a stranger's."""

from typing import Any

from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import remote
from gateway.rules.remote import link_of
from gateway.store import session
from tests.remotes import key_hash
from tests.webui.cast import World

PATH = "/api/v1/remote-sessions"
OF_TICKET = "/api/v1/tickets/1/remote-sessions"


def test_one_is_made_found_and_ended(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers
    answer: Any = client.post(OF_TICKET, json={"scopes": ["control"]}, headers=headers)
    made = answer.json
    path = f"{PATH}/{made['id']}"
    assert (answer.status_code, answer.headers["Location"]) == (201, path)
    assert (made["state"], made["asked"], made["ticket"]) == ("waiting", ["view", "control"], 1)
    base, secret = made.pop("link").split("#")
    assert base == "http://127.0.0.1:8080/remote"
    assert len(made.pop("code")) == 9
    assert made.pop("code_expires_at") < made["expires_at"]
    assert client.get(path, headers=headers).json == made
    for listed in (PATH, OF_TICKET):
        assert client.get(listed, headers=headers).json == {"items": [made]}
    with session.transaction() as db:
        now, token_hash = clock.now(), link_of(secret).token_hash
        seat = remote.redeem(
            db, token_hash=token_hash, key_hash=key_hash(), way="client", relay_url="ws://x", now=now
        )
        assert (seat.who, seat.business) == ("ours", "ours")
    ended: Any = client.post(f"{path}/end", headers=headers).json
    assert (ended["state"], ended["why"], ended["way"]) == ("ended", "revoked", "client")
    assert client.post(f"{path}/end", headers=headers).json == ended
    assert client.get(PATH, headers=headers).json == {"items": []}


def test_the_same_post_again_makes_no_second_one(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers | {"Idempotency-Key": "one"}
    first: Any = client.post(OF_TICKET, json={}, headers=headers).json
    assert client.post(OF_TICKET, json={}, headers=headers).json == first
    client.post(f"{PATH}/{first['id']}/end", headers=world.ours.headers)
    over: Any = client.post(OF_TICKET, json={}, headers=headers).json
    assert (over["id"], over["link"], over["code"]) == (first["id"], "", "")


def test_nonsense_and_strangers_things_are_refused(client: FlaskClient, world: World) -> None:
    made: Any = client.post(OF_TICKET, json={}, headers=world.ours.headers).json
    wrong = client.post(OF_TICKET, json={"scopes": ["telepathy"]}, headers=world.ours.headers)
    assert wrong.status_code == 422
    stranger = world.stranger.headers
    assert client.post(OF_TICKET, json={}, headers=stranger).status_code == 404
    assert client.get(OF_TICKET, headers=stranger).status_code == 404
    assert client.get(PATH, headers=stranger).json == {"items": []}
    assert client.get(f"{PATH}/{made['id']}", headers=stranger).status_code == 404
    assert client.post(f"{PATH}/{made['id']}/end", headers=stranger).status_code == 404
