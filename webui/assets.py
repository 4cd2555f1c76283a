"""Static files under addresses with a hash of their content, so that browsers may keep them for good."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request
from markupsafe import Markup
from werkzeug.security import safe_join

_DIRECTORY = Path(__file__).parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"
_HASH_CHARS = 8
_TEXTS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def install(app: Flask) -> None:
    """Tell browsers to keep what was asked for by its hash; texts of these travel compressed."""

    @app.before_request
    def hand_out_compressed() -> Response | None:
        if request.endpoint != "static" or not request.args.get("v") or "Range" in request.headers:
            return None
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return None
        name = (request.view_args or {}).get("filename", "")
        body = _compressed(name) if Path(name).suffix in _TEXTS else None
        if body is None:
            return None
        answer = Response(body, content_type=f"{_TEXTS[Path(name).suffix]}; charset=utf-8")
        answer.headers["Content-Encoding"] = "gzip"
        return answer

    @app.after_request
    def keep_for_good(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v") and response.status_code in (200, 304):
            response.headers["Cache-Control"] = _FOR_GOOD
            response.vary.add("Accept-Encoding")
        return response


@cache
def asset(name: str) -> str:
    """The address of a file below `static`; FileNotFoundError if there is none."""
    content = (_DIRECTORY / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:_HASH_CHARS]}"


def _compressed(name: str) -> bytes | None:
    """A file below `static` as it travels; None if there is none."""
    path = safe_join(str(_DIRECTORY), name)
    found = Path(path).resolve() if path else None
    return _packed(found) if found and found.is_file() else None


@cache
def _packed(path: Path) -> bytes:
    """Of each file that there is, however its name is spelt."""
    return gzip.compress(path.read_bytes(), mtime=0)


@cache
def icon(name: str) -> Markup:
    """A picture of the set, for the eye alone."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="%s#%s"/></svg>') % (
        asset("icons/icons.svg"),
        name,
    )
