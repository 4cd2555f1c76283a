"""The sanitised HTML of a mail as a document of its own, for a frame without rights.

The page shows it by `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src=…>`. Such a
frame has an origin of its own, so browsers send no cookie with what it loads: the mail's own
pictures are put into the document instead of being linked.
"""

import base64
import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

from flask import Response

from gateway.errors import NotFound
from gateway.store.queries.articles import AttachmentView
from webui import csp
from webui.office import office

MAX_PICTURES_BYTES = 10 * 1024 * 1024
"""Pictures beyond this stay where the files are listed."""

_PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_CID = re.compile(r'(?i)(\ssrc=")cid:([^"]{1,300})"')
_FRAME = (
    '<!doctype html><html><head><meta charset="utf-8"><style>'
    "html{color-scheme:light;background:#fff;color:#1a1a1a}"
    "body{margin:0;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "</style></head><body>"
)


def mail_html(html: str, files: Iterable[AttachmentView]) -> Response:
    """The document of one mail; `html` is sanitised already, `files` are those of its article."""
    shown = with_pictures(html, _pictures(files, html))
    answer = Response(f"{_FRAME}{shown}</body></html>", mimetype="text/html")
    answer.headers["Content-Security-Policy"] = csp.MAIL_POLICY
    return answer


def with_pictures(html: str, pictures: dict[str, str]) -> str:
    """The HTML with each known `cid:` source (RFC 2392) replaced by the picture itself."""

    def replaced(found: re.Match[str]) -> str:
        cid = unescape(found[2])
        source = pictures.get(cid) or pictures.get(unquote(cid))
        return f'{found[1]}{source}"' if source else found[0]

    return _CID.sub(replaced, html)


def _pictures(files: Iterable[AttachmentView], html: str) -> dict[str, str]:
    left = MAX_PICTURES_BYTES
    found: dict[str, str] = {}
    for file in files if "cid:" in html.lower() else ():
        cid = file.content_id.strip("<>")
        if cid and file.detected_type in _PICTURE_TYPES and file.size_bytes <= left:
            left -= file.size_bytes
            found[cid] = _data_url(file)
    return {cid: source for cid, source in found.items() if source}


def _data_url(file: AttachmentView) -> str:
    try:
        content = office().blobs.read(file.sha256)
    except NotFound:
        return ""
    return f"data:{file.detected_type};base64,{base64.b64encode(content).decode('ascii')}"
