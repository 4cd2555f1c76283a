from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from gateway.store import session
from gateway.store.models import Delivery
from tests.webui.cast import World
from tests.webui.invited import IDA, KIM, guest, invite
from tests.webui.signin.test_invited import ACCEPT, NEW, send

PATH = "/api/v1/invitations"
GUEST = {"address": IDA, "role": "guest", "ticket": 1}


def mails() -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(Delivery)).scalar_one()


def test_a_guest_is_invited_listed_changed_and_revoked(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers
    answer: Any = client.post(PATH, json=GUEST | {"may_note": True}, headers=headers)
    made = answer.json
    path = f"{PATH}/{made['id']}"
    assert (answer.status_code, answer.headers["Location"], mails()) == (201, path, 1)
    assert (made["state"], made["ticket"], made["may_note"], made["until"]) == ("open", 1, True, None)
    assert client.get(path, headers=headers).json == made
    for query in ("", "?state=open", "?ticket=1", "?ticket=1&state=open"):
        assert client.get(f"{PATH}{query}", headers=headers).json == {"items": [made], "next": None}
    for query in ("?state=revoked", "?ticket=2", f"?ticket={2**70}"):
        assert client.get(f"{PATH}{query}", headers=headers).json == {"items": [], "next": None}
    day = "2035-12-31"
    changed: Any = client.patch(path, json={"may_note": False, "until": day}, headers=headers).json
    assert (changed["may_note"], changed["until"]) == (False, day)
    kept: Any = client.patch(path, json={"may_join": True}, headers=headers).json
    assert (kept["may_join"], kept["until"]) == (True, day)
    revoked: Any = client.post(f"{path}/revoke", headers=headers).json
    assert (revoked["state"], revoked["revoked_at"] is not None) == ("revoked", True)
    for again in (
        client.patch(path, json={}, headers=headers),
        client.post(f"{path}/resend", headers=headers),
    ):
        assert again.status_code == 409


def test_a_colleague_is_invited_and_sent_another_link(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers
    made: Any = client.post(PATH, json={"address": KIM, "role": "admin"}, headers=headers).json
    assert (made["role"], made["sees_all"], made["invited_by"]) == ("admin", True, "")
    again: Any = client.post(f"{PATH}/{made['id']}/resend", headers=headers)
    assert (again.status_code, again.json["id"], mails()) == (200, made["id"], 2)
    twice = client.post(PATH, json={"address": KIM, "role": "staff"}, headers=headers)
    assert (twice.status_code, mails()) == (409, 2)
    assert client.patch(f"{PATH}/{made['id']}", json={}, headers=headers).status_code == 404


def test_the_same_post_again_sends_no_second_mail(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers
    keyed = [headers | {"Idempotency-Key": key} for key in "abc"]
    first, second = (client.post(PATH, json=GUEST, headers=keyed[0]).json for _ in range(2))
    assert first == second
    path = f"{PATH}/{first['id']}"  # type: ignore[index]  # JSON that was just compared
    for verb, key in (("resend", keyed[1]), ("revoke", keyed[2])):
        told = [client.post(f"{path}/{verb}", headers=key).status_code for _ in range(2)]
        assert told == [200, 200]
    assert mails() == 2


def test_who_accepted_is_named_by_login_and_no_answer_has_a_secret(client: FlaskClient, world: World) -> None:
    public_id, secret = invite(world.ours, guest())
    headers = world.ours.headers
    before = client.get(f"{PATH}/{public_id}", headers=headers)
    send(client, ACCEPT, code=secret, **NEW)
    after: Any = client.get(f"{PATH}/{public_id}", headers=headers)
    assert (after.json["state"], after.json["login"]) == ("accepted", "ida")
    assert [secret in one.text for one in (before, after)] == [False, False]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        (GUEST | {"role": "owner"}, 422),
        (GUEST | {"address": "nobody"}, 422),
        (GUEST | {"group": "x"}, 422),
        (GUEST | {"until": "2020-01-01"}, 422),
        (GUEST | {"ticket": 99}, 404),
        ({"address": IDA, "role": "guest", "customer": "x"}, 404),
        ({"address": IDA, "role": "staff", "sees_all": False}, 422),
        ({"address": IDA, "role": "staff", "sees_all": False, "groups": ["x"]}, 404),
        ({"address": "owner@ours.example", "role": "staff"}, 409),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_mailed(
    client: FlaskClient, world: World, body: dict[str, Any], status: int
) -> None:
    assert client.post(PATH, json=body, headers=world.ours.headers).status_code == status
    assert mails() == 0


def test_a_strangers_invitation_is_not_there(client: FlaskClient, world: World) -> None:
    public_id, _ = invite(world.ours, guest())
    headers, path = world.stranger.headers, f"{PATH}/{public_id}"
    told = [
        client.get(path, headers=headers),
        client.patch(path, json={}, headers=headers),
        client.post(f"{path}/resend", headers=headers),
        client.post(f"{path}/revoke", headers=headers),
        client.post(PATH, json=GUEST, headers=headers),
    ]
    assert {answer.status_code for answer in told} == {404}
    assert client.get(PATH, headers=headers).json == {"items": [], "next": None}
