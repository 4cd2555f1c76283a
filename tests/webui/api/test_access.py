import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import tokens
from gateway.rules.throttling import MOST, Counted
from gateway.store.session import transaction
from tests.webui.cast import World


def operations(app: Flask) -> list[tuple[str, str]]:
    spec = app.test_client().get("/api/v1/openapi.json").json
    assert spec is not None
    return [(method, path) for path, item in spec["paths"].items() for method in item]


def test_no_path_of_the_description_answers_without_a_token(app: Flask, world: World) -> None:
    found = operations(app)
    assert len(found) >= 15
    for method, path in found:
        url = path.replace("{number}", "1").replace("{id}", "x")
        answer = app.test_client().open(url, method=method.upper())
        assert (method, path, answer.status_code) == (method, path, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic eDp5", "bearer  ", "Bearer é", "x" * 10_000])
def test_what_is_no_token_is_401(client: FlaskClient, world: World, header: str) -> None:
    assert client.get("/api/v1/tickets", headers={"Authorization": header}).status_code == 401


def test_the_scheme_is_known_in_any_case(client: FlaskClient, world: World) -> None:
    header = {"Authorization": f"bEARER {world.ours.token}"}
    assert client.get("/api/v1/tickets", headers=header).status_code == 200


def test_a_revoked_token_is_worth_nothing(client: FlaskClient, world: World) -> None:
    with transaction() as db:
        (token,) = tokens.list_tokens(db, world.ours.account_id)
        tokens.revoke(db, world.ours.account_id, token.public_id, now=clock.now())
    assert client.get("/api/v1/tickets", headers=world.ours.headers).status_code == 401


def test_a_browsers_session_is_no_token(browser: FlaskClient) -> None:
    assert browser.get("/api/v1/tickets").status_code == 401


def test_wrong_tokens_without_end_are_refused_and_the_right_one_works_on(
    client: FlaskClient, world: World
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [
        client.get("/api/v1/tickets", headers=wrong).status_code for _ in range(MOST[Counted.SECRET] + 1)
    ]
    assert answers == [401] * MOST[Counted.SECRET] + [429]
    assert client.get("/api/v1/tickets", headers=world.ours.headers).status_code == 200
