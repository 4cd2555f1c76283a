"""Where systems enrol: exactly as the protocol says, without cookie or form token, in few tries."""

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import systems
from gateway.desk.systems import Enrolment
from gateway.rules.throttling import MOST, Counted
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import RemoteSystem
from tests.systems import keys
from tests.webui.cast import World
from tests.webui.installed import customer_of

PATH = "/remote/systems"


@pytest.fixture
def code(world: World, settings: Settings) -> str:
    """Of our customer."""
    customer = customer_of(world.ours)
    with session.transaction() as db:
        made = systems.make_code(db, world.ours.actor, customer, key=settings.key(), now=clock.now())
    return made.code


def b64u(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def told(asked: Enrolment) -> dict[str, Any]:
    """As a program sends it."""
    return {
        "code": asked.code,
        "name": asked.name,
        "platform": asked.platform,
        "sign": b64u(asked.sign_key),
        "box": b64u(asked.box_key),
        "proof": b64u(asked.proof),
    }


def count() -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(RemoteSystem)).scalar_one()


def post(client: FlaskClient, sent: dict[str, Any], **headers: str) -> TestResponse:
    return client.post(PATH, json=sent, headers=headers)


def test_a_program_with_a_code_becomes_a_system(client: FlaskClient, code: str, world: World) -> None:
    answer = post(client, told(keys().enrolment(code, "Reception", "Windows 11")))
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    made: Any = answer.json
    assert sorted(made) == ["business", "customer", "relay", "system"]
    assert (made["business"], made["customer"]) == ("ours", "Example Inc")
    assert made["relay"].startswith("ws")
    with session.reading() as db:
        found = systems.get(db, world.ours.actor, made["system"])
    assert (found.name, found.platform) == ("Reception", "Windows 11")


def test_no_other_code_is_told_from_a_used_one(client: FlaskClient, code: str) -> None:
    assert post(client, told(keys().enrolment(code))).status_code == 201
    answers = [post(client, told(keys().enrolment(one))) for one in (code, "AAAA-AAAA-AAAA", "none", "")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    german = post(client, told(keys().enrolment(code)), **{"Accept-Language": "de"})
    assert "Code" in german.get_json()["wrong"]
    assert german.text != answers[0].text


@pytest.mark.parametrize(
    "wrong",
    [
        {"more": "x"},
        {"name": ""},
        {"name": "x" * 81},
        {"name": 1},
        {"platform": "x" * 41},
        {"sign": "AAAA"},
        {"box": b64u(bytes(32))},
        {"box": b64u(bytes(32)) + "="},
        {"box": "%%%"},
        {"proof": b64u(bytes(64))},
        {"proof": "ä"},
        {"name": "x" * 4096},
    ],
)
def test_what_is_malformed_is_refused_and_uses_nothing_up(
    client: FlaskClient, code: str, wrong: dict[str, Any]
) -> None:
    asked = told(keys().enrolment(code))
    assert post(client, asked | wrong).status_code == 400
    assert count() == 0
    assert post(client, asked).status_code == 201


def test_what_lacks_a_field_or_is_no_object_is_malformed(client: FlaskClient, code: str) -> None:
    asked = told(keys().enrolment(code))
    for name in asked:
        assert post(client, {key: asked[key] for key in asked if key != name}).status_code == 400
    twice = '{"code": "A", ' + client.application.json.dumps(asked)[1:]
    for raw in (b"", b"[]", b"\xff", b"[" * 4000, b"null", twice.encode()):
        assert client.post(PATH, data=raw).status_code == 400


def test_few_tries_are_looked_at(client: FlaskClient, code: str) -> None:
    most = MOST[Counted.DIGITS_HERE]
    for _ in range(most):
        assert post(client, told(keys().enrolment("AAAA-AAAA-AAAA"))).status_code == 404
    late = post(client, told(keys().enrolment(code)))
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    assert count() == 0


def test_a_right_code_is_no_try(client: FlaskClient, world: World, settings: Settings) -> None:
    customer, most = customer_of(world.ours), MOST[Counted.DIGITS_HERE]
    for _ in range(most + 2):
        with session.transaction() as db:
            made = systems.make_code(db, world.ours.actor, customer, key=settings.key(), now=clock.now())
        assert post(client, told(keys().enrolment(made.code))).status_code == 201


def test_a_browser_of_another_site_is_refused(client: FlaskClient, code: str) -> None:
    asked = told(keys().enrolment(code))
    assert post(client, asked, Origin="https://evil.example").status_code == 403
    assert count() == 0
