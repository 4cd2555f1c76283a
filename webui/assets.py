"""Static files under addresses with a hash of their content, so that browsers may keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request
from markupsafe import Markup

_DIRECTORY = Path(__file__).parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"
_HASH_CHARS = 8


def install(app: Flask) -> None:
    """Tell browsers to keep what was asked for by its hash."""

    @app.after_request
    def keep_for_good(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v") and response.status_code in (200, 304):
            response.headers["Cache-Control"] = _FOR_GOOD
        return response


@cache
def asset(name: str) -> str:
    """The address of a file below `static`; FileNotFoundError if there is none."""
    content = (_DIRECTORY / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:_HASH_CHARS]}"


@cache
def icon(name: str) -> Markup:
    """A picture of the set, for the eye alone."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="%s#%s"/></svg>') % (
        asset("icons/icons.svg"),
        name,
    )
