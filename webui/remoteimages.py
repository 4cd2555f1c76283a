"""Pictures in the Internet that a mail shows, on a click and through us: signed addresses, and answers.

The frame of a mail has an origin of its own, so browsers send no cookie with what it loads. The address
itself is the permission: it is signed, holds account and picture, and ends after some minutes.
"""

from flask import Response
from itsdangerous import BadData, URLSafeTimedSerializer

from gateway import log
from gateway.errors import NotFound
from gateway.outbound.remoteimage import MAX_URL_CHARS
from webui import csp, signing
from webui.bridge import Told
from webui.later import Later
from webui.office import office

PATH = "/remote-image/"
VALID_SECONDS = 15 * 60
MAX_PICTURES = 200
"""Of one mail; further ones stay gaps."""


def address(account_id: int, url: str) -> str | None:
    """Where a picture in the Internet is got from for one reading; None for an address too long."""
    return f"{PATH}{_serializer().dumps([account_id, url])}" if len(url) <= MAX_URL_CHARS else None


def answer(token: str) -> Response:
    """The picture that a signed address stands for; NotFound when it is not ours or too old."""
    try:
        _account_id, url = _serializer().loads(token, max_age=VALID_SECONDS)
    except BadData:
        raise NotFound(detail="remote image: signature") from None
    images = office().images

    def work() -> Told:
        try:
            found = images.fetch(url)
        except NotFound as error:
            log.get("web").info("remote_image.none", detail=error.detail)
            return Told("404 Not Found", [("Content-Type", "text/plain")])
        return Told("200 OK", [("Content-Type", found.content_type)], found.content)

    later = Later(work)
    later.headers["Content-Security-Policy"] = csp.FILE_POLICY
    later.headers["Content-Disposition"] = 'attachment; filename="image"'
    later.headers["Cache-Control"] = f"private, max-age={VALID_SECONDS}"
    # The frame is of another origin than we are: without this it would not be shown its pictures.
    later.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return later


def _serializer() -> URLSafeTimedSerializer:
    return signing.serializer("remote-image")
