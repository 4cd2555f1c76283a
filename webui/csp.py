"""The headers of every answer: nothing loads from elsewhere, nothing frames us, nothing is guessed."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-src 'self'; "
    "frame-ancestors 'none'"
)
"""What a page of ours may do."""

MAIL_POLICY = (
    "default-src 'none'; "
    "img-src data:; "
    "style-src 'unsafe-inline'; "
    "form-action 'none'; "
    "base-uri 'none'; "
    "frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""What the HTML of a mail may do, inside its frame."""

MAIL_WITH_PICTURES_POLICY = MAIL_POLICY.replace("img-src data:", "img-src data: 'self'")
"""Likewise when its pictures are loaded through us."""

FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What a file that a mail brought may do, should a browser ever show it."""

_FEATURES = "camera=(), display-capture={}, geolocation=(), microphone=(), payment=(), usb=()"
WITH_SCREEN = _FEATURES.format("(self)")
"""What a page may use on which somebody shows their screen."""

_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: that makes browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": _FEATURES.format("()"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"


def with_relays(relay_urls: Iterable[str]) -> str:
    """Likewise for the pages of a remote session, which talk to one of these relays, too."""
    parts = [urlsplit(url) for url in relay_urls]
    reached = dict.fromkeys(f"{one.scheme}://{one.netloc}" for one in parts)
    return POLICY.replace("connect-src 'self'", " ".join(["connect-src 'self'", *reached]))


def install(app: Flask, *, is_https: bool) -> None:
    """Put the headers on every answer; those that a view has set itself stand."""
    always = _ALWAYS | ({"Strict-Transport-Security": _HSTS} if is_https else {})

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        return response
