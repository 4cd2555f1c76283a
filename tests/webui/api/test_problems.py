from typing import Any

import pytest
from flask import Flask

from gateway import errors
from gateway.errors import DeskError, Invalid
from webui.api import problems


def problem(app: Flask, error: DeskError) -> Any:
    with app.test_request_context("/api/v1/x"):
        return problems.of_desk_error(error).json


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (errors.NotFound, "not-found"),
        (errors.Denied, "denied"),
        (errors.Unauthenticated, "unauthenticated"),
        (errors.Invalid, "invalid"),
        (errors.Conflict, "conflict"),
        (errors.TooLarge, "too-large"),
        (errors.StorageFull, "storage-full"),
        (errors.Unavailable, "unavailable"),
        (errors.DeskError, "internal"),
    ],
)
def test_each_failure_has_a_type_of_its_own(app: Flask, kind: type[DeskError], name: str) -> None:
    found = problem(app, kind())
    assert (found["type"], found["status"], found["detail"]) == (f"/problems/{name}", kind.http, kind.words)


def test_what_is_for_the_log_is_not_told(app: Flask) -> None:
    assert "SECRET" not in str(problem(app, errors.Unavailable(detail="SECRET")))


@pytest.mark.parametrize(
    ("field", "pointer"), [("to", "/to"), ("to.0", "/to/0"), ("a/b", "/a~1b"), ("a~b", "/a~0b")]
)
def test_a_field_is_pointed_at(app: Flask, field: str, pointer: str) -> None:
    assert problem(app, Invalid("no", field=field))["errors"] == [{"detail": "no", "pointer": pointer}]


@pytest.mark.parametrize(("path", "wanted"), [("/api/v1/x", True), ("/", False), ("/apiary", False)])
def test_programs_get_problems_and_people_pages(app: Flask, path: str, *, wanted: bool) -> None:
    with app.test_request_context(path):
        assert problems.wanted() is wanted


def test_a_status_of_the_framework_is_a_problem_too(app: Flask) -> None:
    with app.test_request_context("/api/v1/x"):
        assert problems.of_status(405).json["type"] == "/problems/method-not-allowed"  # type: ignore[index]
        assert problems.of_status(418).json["type"] == "/problems/internal"  # type: ignore[index]
