import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.errors import (
    Conflict,
    DeskError,
    Invalid,
    NotFound,
    StorageFull,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from tests.webui.pages import Page


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """Pages that fail as their address says."""
    kinds = (Conflict, Invalid, NotFound, StorageFull, Unauthenticated, Unavailable, ValueError)

    def fail(kind: str) -> str:
        raise next(known for known in kinds if known.__name__ == kind)(
            "SECRET" if kind == "ValueError" else None
        )

    app.add_url_rule("/fail/<kind>", view_func=fail, endpoint="fail")
    app.add_url_rule("/api/v1/fail/<kind>", view_func=fail, endpoint="api_fail")
    return app.test_client()


@pytest.mark.parametrize("kind", [Conflict, Invalid, NotFound, StorageFull, Unauthenticated, Unavailable])
def test_an_expected_failure_has_its_page_and_its_problem(
    failing: FlaskClient, kind: type[DeskError]
) -> None:
    page, problem = (failing.get(f"{where}/fail/{kind.__name__}") for where in ("", "/api/v1"))
    assert (page.status_code, problem.status_code) == (kind.http, kind.http)
    assert page.mimetype == "text/html"
    assert problem.mimetype == "application/problem+json"


def test_a_surprise_says_nothing_about_itself(failing: FlaskClient) -> None:
    for path in ("/fail/ValueError", "/api/v1/fail/ValueError"):
        answer = failing.get(path)
        assert answer.status_code == 500
        assert "SECRET" not in answer.text


def test_a_page_names_its_request_and_a_program_hears_of_faults_of_ours(failing: FlaskClient) -> None:
    for kind, is_named in (("NotFound", False), ("Unavailable", True), ("ValueError", True)):
        page, problem = failing.get(f"/fail/{kind}"), failing.get(f"/api/v1/fail/{kind}")
        assert Page(page).text_of(".copy") == page.headers["X-Request-Id"]
        assert ("X-Request-Id" in problem.headers) is is_named
        assert page.headers["X-Request-Id"] != problem.headers.get("X-Request-Id")


def test_who_is_to_sign_in_has_met_no_error(failing: FlaskClient) -> None:
    page = failing.get("/fail/Unauthenticated")
    assert "X-Request-Id" not in page.headers
    assert Page(page).all(".copy") == []


def test_who_comes_too_early_is_told_when_to_return(failing: FlaskClient) -> None:
    for where in ("", "/api/v1"):
        assert failing.get(f"{where}/fail/Unavailable").headers["Retry-After"] == "5"


def test_who_tries_too_often_is_told_how_long_to_wait(app: Flask) -> None:
    def fail() -> str:
        raise TooMany(retry_after=61)

    app.add_url_rule("/fail", view_func=fail, endpoint="fail")
    app.add_url_rule("/api/v1/fail", view_func=fail, endpoint="api_fail")
    client = app.test_client()
    page, problem = client.get("/fail"), client.get("/api/v1/fail")
    for answer in (page, problem):
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "61")
    assert "Wait 2 minutes." in page.text
    assert problem.json is not None
    assert problem.json["type"] == "/problems/too-many"


def test_a_page_speaks_the_readers_language(failing: FlaskClient) -> None:
    page = failing.get("/fail/NotFound", headers={"Accept-Language": "de"})
    assert "Nicht gefunden" in page.text


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    for path in ("/healthz", "/api/v1/openapi.json"):
        assert "GET" in client.delete(path).headers["Allow"]
