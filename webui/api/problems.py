"""Errors of the API: problem details (RFC 9457), each `type` stable, with pointers to what is wrong."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.desk.replying import Changed
from gateway.errors import (
    Conflict,
    Denied,
    DeskError,
    Gone,
    Invalid,
    NotFound,
    StorageFull,
    Suspended,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = "5"
_OF_CHANGES = {"seen", "articles"}
_TYPES: tuple[tuple[type[DeskError], str], ...] = (
    (NotFound, "not-found"),
    (Gone, "gone"),
    (Suspended, "suspended"),
    (Denied, "denied"),
    (Unauthenticated, "unauthenticated"),
    (Invalid, "invalid"),
    (Changed, "changed"),
    (Conflict, "conflict"),
    (TooLarge, "too-large"),
    (TooMany, "too-many"),
    (StorageFull, "storage-full"),
    (Unavailable, "unavailable"),
)
_OF_STATUS = {
    400: "malformed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    421: "misdirected",
    422: "invalid",
}


class Fault(BaseModel):
    """One thing that is wrong with the input; `pointer` is a JSON pointer (RFC 6901) into it."""

    model_config = ConfigDict(extra="forbid")

    detail: str
    pointer: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Stable address of the kind of problem.")
    title: str
    status: int
    detail: str = ""
    errors: list[Fault] = Field(default_factory=list)
    seen: str = Field("", description="Of a ticket that has changed: what is there now.")
    articles: list[str] = Field(default_factory=list, description="Ids of those that are new in it.")


def wanted() -> bool:
    """Whether whoever asks expects problem details rather than a page."""
    return request.path.startswith(PREFIX)


def of_desk_error(error: DeskError) -> Response:
    """An expected failure."""
    kind = next((name for known, name in _TYPES if isinstance(error, known)), "internal")
    field = error.field if isinstance(error, Invalid) else ""
    faults = [Fault(detail=error.public, pointer=_pointer(field.split(".")))] if field else []
    if isinstance(error, Changed):
        new = [article.public_id for article in error.difference.articles]
        return _answer(error.http, kind, error.public, (), seen=str(error.difference.seen), articles=new)
    answer = _answer(error.http, kind, error.public, faults)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def of_status(status: int, detail: str = "") -> Response:
    """A failure that the framework found."""
    return _answer(status, _OF_STATUS.get(status, "internal"), detail, ())


def of_validation_error(error: ValidationError) -> Response:
    """Input that does not fit its model."""
    faults = [Fault(detail=e["msg"], pointer=_pointer(e["loc"])) for e in error.errors(include_url=False)]
    return _answer(422, "invalid", Invalid.words, faults)


def _pointer(location: Iterable[str | int]) -> str:
    """A JSON pointer; `~` and `/` in names are escaped (RFC 6901 section 3)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


def _answer(status: int, kind: str, detail: str, faults: Iterable[Fault], **more: Any) -> Response:
    problem = Problem(
        type=f"/problems/{kind}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(faults),
        **more,
    )
    answer = make_response(problem.model_dump_json(exclude=_OF_CHANGES - more.keys()), status)
    answer.headers["Content-Type"] = MEDIA_TYPE
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = _RETRY_SECONDS
    return answer
