"""What goes wrong, said once: an error page in the person's language, or problem details under /api.

An error page names its request by an id that the log has, too, and leads to a report of it.
"""

import math

from flask import Flask, Response, g, make_response, request
from werkzeug.exceptions import HTTPException

from gateway import log
from gateway.errors import DeskError, TooMany, Unauthenticated
from gateway.i18n import _, ngettext
from webui import pages, recent
from webui.api import problems

_RETRY_SECONDS = "5"
_SERVER_FAULT = 500
_SIGNED_OUT = 401
_UNFORESEEN = "unforeseen"


def install(app: Flask) -> None:
    """Answer every exception of a view."""
    app.register_error_handler(DeskError, _on_desk_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_surprise)


def _on_desk_error(error: DeskError) -> Response:
    kind = type(error).__name__
    if error.http >= _SERVER_FAULT:
        log.get("web").error("request.failed", error=kind, detail=error.detail)
    if problems.wanted():
        return _problem(problems.of_desk_error(error))
    title = _("Please sign in.") if isinstance(error, Unauthenticated) else _(error.public)
    wait = error.retry_after if isinstance(error, TooMany) else 0
    return _page(error.http, title, kind, retry_after=wait)


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None:  # a redirect, or an answer made elsewhere
        return make_response(error.response)
    status = error.code or _SERVER_FAULT
    if problems.wanted():
        answer = _problem(problems.of_status(status))
    else:
        answer = _page(status, _status_text(status), error.name)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _on_surprise(_error: Exception) -> Response:
    """An exception nobody foresaw: logged with its traceback, answered without a word of it."""
    log.get("web").exception("request.failed", endpoint=request.endpoint)
    if problems.wanted():
        return _problem(problems.of_status(_SERVER_FAULT))
    g.signed_in = None  # whatever failed may fail again: the error page asks for nothing
    return _page(_SERVER_FAULT, _status_text(_SERVER_FAULT), _UNFORESEEN)


def _page(status: int, text: str, kind: str, *, retry_after: int = 0) -> Response:
    minutes = math.ceil(retry_after / 60)
    wait = ngettext("Wait a minute.", "Wait %(num)s minutes.", minutes) % {"num": minutes}
    is_told = recent.is_told() and status != _SIGNED_OUT
    page = pages.render(
        "web/error.html",
        status=status,
        text=text,
        wait=wait if minutes else "",
        request_id=g.request_id if is_told else "",
    )
    answer = make_response(page, status)
    if status == 503 or retry_after:
        answer.headers["Retry-After"] = str(retry_after or _RETRY_SECONDS)
    if is_told:
        recent.note_failure(answer, status, kind, g.request_id)
        if status < _SERVER_FAULT:
            log.get("web").info("request.refused", status=status, error=kind, endpoint=request.endpoint)
        _named(answer)
    return answer


def _problem(answer: Response) -> Response:
    return _named(answer) if answer.status_code >= _SERVER_FAULT else answer


def _named(answer: Response) -> Response:
    """With the id of a request that the log has."""
    answer.headers["X-Request-Id"] = g.request_id
    return answer


def _status_text(status: int) -> str:
    texts = {
        400: _("This request could not be understood. Please reload the page and try again."),
        404: _("Not found."),
        405: _("This cannot be done here."),
        413: _("This is too large to be taken."),
        421: _("This address is not served here."),
    }
    return texts.get(status, _("Something went wrong on our side. Please try again later."))
