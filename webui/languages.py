"""The language of a page: what the person chose, else what the browser prefers."""

from flask import request

from gateway.i18n import LOCALES, negotiate
from webui import sessions

COOKIE = "locale"
"""Set by people who chose a language before they signed in."""


def of_page() -> str:
    """The locale to speak in this request."""
    person = sessions.find()
    chosen = (person.locale if person else "") or request.cookies.get(COOKIE, "")
    return chosen if chosen in LOCALES else of_browser()


def of_browser() -> str:
    """The first of our locales among those the browser names (RFC 9110 section 12.5.4)."""
    return negotiate([tag for tag, _ in request.accept_languages])
