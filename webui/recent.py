"""What failed lately at this browser and what was done before, kept in it alone, for an error report.

A signed cookie of half an hour that no script reads: routes, kinds of failure and request ids, never what was
typed or whose ticket it was. The server keeps none of it; docs/adr/0023-error-reports.md says why so.
"""

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from flask import Flask, Response, g, request
from itsdangerous import BadData, URLSafeSerializer

from webui.office import office

LASTS = timedelta(minutes=30)
MOST = 5
"""Failures, and as many acts."""

_SALT = "recent-1"
"""With another number where what is kept has another shape: an older cookie is then none of ours."""

_MOST_CHARS = 4000
_MINUTE = timedelta(minutes=1)
_DONE = (302, 303)
"""A form that did something leads on; what pages send by themselves does not."""

_UNTOLD = frozenset({"suggestions", "ops"})
"""Areas of which nothing is kept, anywhere."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that failed: in which minute since 1970, with which status, where, how, as which request."""

    minute: int
    status: int
    method: str
    route: str
    kind: str
    request_id: str

    @property
    def at(self) -> datetime:
        """The beginning of its minute."""
        return _moment(self.minute)


@dataclass(frozen=True, slots=True)
class Act:
    """A form that was sent and led on, by the name of its view."""

    minute: int
    name: str

    @property
    def at(self) -> datetime:
        """The beginning of its minute."""
        return _moment(self.minute)


@dataclass(frozen=True, slots=True)
class Recent:
    """Both, the oldest first."""

    failures: tuple[Failure, ...] = ()
    acts: tuple[Act, ...] = ()

    def since(self, moment: datetime) -> Self:
        """What is not older than this."""
        return type(self)(
            tuple(one for one in self.failures if one.at >= moment)[-MOST:],
            tuple(one for one in self.acts if one.at >= moment)[-MOST:],
        )


def of_request() -> Recent:
    """What this browser brings along; nothing for what is not ours or too old."""
    held = request.cookies.get(cookie_name(), "")
    if not held or len(held) > _MOST_CHARS:
        return Recent()
    try:
        failures, acts = _signer().loads(held)
    except BadData:
        return Recent()
    read = Recent(tuple(Failure(*one) for one in failures), tuple(Act(*one) for one in acts))
    return read.since(_now() - LASTS)


def note_failure(answer: Response, status: int, kind: str, request_id: str) -> None:
    """Let the browser remember that this request failed."""
    if not is_told():
        return
    known = of_request()
    failure = Failure(_minute(), status, request.method, route(), kind, request_id)
    _keep(answer, Recent((*known.failures, failure), known.acts))


def forget(answer: Response) -> None:
    """Have the browser forget all of it."""
    g.forgets_recent = True
    answer.delete_cookie(cookie_name(), secure=office().is_https, httponly=True, samesite="Lax", path="/")


def is_told() -> bool:
    """Whether anything of this request may be remembered or logged when it is refused."""
    return request.endpoint != "static" and request.blueprint not in _UNTOLD


def route() -> str:
    """The route of this request, with names in place of ids; "" for what is none."""
    return plain(request.url_rule.rule) if request.url_rule else ""


def plain(rule: str) -> str:
    """A rule as people read it: `/t/<number>`."""
    parts = rule.split("<")
    return parts[0] + "".join("<" + part.split(":")[-1] for part in parts[1:])


def cookie_name() -> str:
    """The cookie's name."""
    return "__Host-recent" if office().is_https else "recent"


def install(app: Flask) -> None:
    """Have forms remembered that did something; failures are noted where they are answered."""

    @app.after_request
    def note_act(answer: Response) -> Response:
        is_act = request.method == "POST" and answer.status_code in _DONE and request.endpoint
        if is_act and is_told() and g.get("signed_in") and not g.get("forgets_recent"):
            known = of_request()
            _keep(answer, Recent(known.failures, (*known.acts, Act(_minute(), str(request.endpoint)))))
        return answer


def _keep(answer: Response, recent: Recent) -> None:
    kept = recent.since(_now() - LASTS)
    text = _signer().dumps([[astuple(one) for one in kept.failures], [astuple(one) for one in kept.acts]])
    answer.set_cookie(
        cookie_name(),
        str(text),
        max_age=LASTS,
        secure=office().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(office().settings.key(), salt=_SALT)


def _now() -> datetime:
    return office().clock.now()


def _minute() -> int:
    return int(_now().timestamp() // _MINUTE.total_seconds())


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * _MINUTE.total_seconds(), UTC)
