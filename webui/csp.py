"""The headers of every answer: nothing loads from elsewhere, nothing frames us, nothing is guessed."""

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
    "img-src 'self' data:; "
    "style-src 'unsafe-inline'; "
    "form-action 'none'; "
    "base-uri 'none'; "
    "frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""What the HTML of a mail may do, inside its frame."""

FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What a file that a mail brought may do when a browser shows it."""

PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; img-src 'self' data:"
"""Likewise for PDF, which browsers refuse to show in a sandbox."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: that makes browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"


def install(app: Flask, *, is_https: bool) -> None:
    """Put the headers on every answer; a view's own Content-Security-Policy and Cache-Control stand."""
    always = _ALWAYS | ({"Strict-Transport-Security": _HSTS} if is_https else {})

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.extend(always)
        if "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = POLICY
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "private, no-cache"
        return response
