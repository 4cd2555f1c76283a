"""What goes with an error report: one line each, as its writer reads it before it goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from gateway.desk.errorreports import MAX_PART_CHARS, MOST_PARTS
from gateway.i18n import _, current_locale
from webui import recent, sessions
from webui.recent import Failure

_MOST_BROWSER_CHARS = 300


@dataclass(frozen=True, slots=True)
class Part:
    """A line, and whether it is left in."""

    text: str
    is_in: bool = True


def generated() -> tuple[Part, ...]:
    """What this request tells: no id of a row, no query, nothing of a ticket, no name but one's own login."""
    lately = recent.of_request()
    lines = [_("Version: %(version)s") % {"version": _version()}]
    if page := page_before():
        lines.append(_("Page: %(route)s") % {"route": page})
    if lately.acts:
        done = ", ".join(f"{_utc(act.at)} {act.name}" for act in lately.acts)
        lines.append(_("Done before: %(acts)s") % {"acts": done})
    lines += [_failure(one) for one in reversed(lately.failures)]
    if browser := " ".join(request.user_agent.string.split())[:_MOST_BROWSER_CHARS]:
        lines.append(_("Browser: %(browser)s") % {"browser": browser})
    lines.append(_("Language: %(language)s") % {"language": current_locale()})
    if person := sessions.find():
        lines.append(_("Your login, so that somebody may ask you: %(login)s") % {"login": person.login})
    return tuple(Part(line[:MAX_PART_CHARS]) for line in lines)


def as_sent(left_in: Iterable[str]) -> tuple[Part, ...]:
    """The lines of a form that comes back: what was left in still is, what was struck still is."""
    kept = [line for line in left_in if line.strip()][:MOST_PARTS]
    others = [Part(part.text, is_in=False) for part in generated() if part.text not in kept]
    return (*(Part(line[:MAX_PART_CHARS]) for line in kept), *others)


def page_before() -> str:
    """The route of the page from which one comes; "" for one that is not ours."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:  # brackets that hold no address
        return ""
    if before.netloc != request.host:
        return ""
    routes = current_app.url_map.bind(request.host)
    try:
        rule, _values = routes.match(before.path, method="GET", return_rule=True)
    except MethodNotAllowed as error:  # the page of a form that failed
        return _posted(before.path, error.valid_methods or ())
    except HTTPException:
        return ""
    return recent.plain(rule.rule)


def _posted(path: str, methods: Iterable[str]) -> str:
    routes = current_app.url_map.bind(request.host)
    rules = [routes.match(path, method=method, return_rule=True)[0] for method in list(methods)[:1]]
    return recent.plain(rules[0].rule) if rules else ""


def _failure(one: Failure) -> str:
    where = f"{one.method} {one.route}" if one.route else _("%(method)s, no page") % {"method": one.method}
    return _("Error: %(time)s, %(status)d %(kind)s, %(where)s, request %(id)s") % {
        "time": _utc(one.at),
        "status": one.status,
        "kind": one.kind,
        "where": where,
        "id": one.request_id,
    }


def _utc(at: datetime) -> str:
    return f"{at:%H:%M} UTC"


@cache
def _version() -> str:
    return version("manage4all")
