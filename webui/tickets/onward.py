"""Where one goes when one is done with a ticket: the next one, the list, or nowhere; each as they like it.

The browser keeps what it likes in a cookie, and says which ticket comes next in the list that it came from.
"""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request

from webui.sessions import safe_next

COOKIE = "onward"
STAY, NEXT, LIST = "stay", "next", "list"
_MAX_DIGITS = 9


def liked() -> str:
    """What this browser likes: `stay`, `next` or `list`."""
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in (NEXT, LIST) else STAY


def place(here: str) -> str:
    """Where to go on from the page `here`, by the form that was sent."""
    likes = liked()
    if likes == STAY:
        return here
    number = request.form.get("next", "")
    if likes == NEXT and number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS:
        return f"/t/{number}"
    return safe_next(request.form.get("list"))


def with_act(path: str, public_id: str) -> str:
    """An address of ours that tells of an act besides what it said."""
    return with_value(path, "done", public_id)


def with_value(path: str, name: str, value: str) -> str:
    """An address of ours that says one thing more, and nothing of what was done before."""
    parts = urlsplit(path)
    values = [(key, kept) for key, kept in parse_qsl(parts.query) if key not in ("done", "sent")]
    return f"{parts.path}?{urlencode([*values, (name, value)])}"
