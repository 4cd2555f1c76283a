"""The sanitised HTML of a mail as a document of its own, for a frame without rights.

The page shows it by `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src=…>`. Such a
frame has an origin of its own, so browsers send no cookie with what it loads: the mail's own
pictures are put into the document instead of being linked, those in the Internet stay gaps until
somebody asks for them, and then come through us.

The sanitiser keeps scripts and loading out, and so do frame and policy by themselves: either may fail.
"""

import base64
import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from urllib.parse import unquote

from flask import Response

from gateway.errors import NotFound
from gateway.store.queries.articles import AttachmentView
from webui import csp
from webui.office import office
from webui.remoteimages import MAX_PICTURES

MAX_PICTURES_BYTES = 10 * 1024 * 1024
"""Pictures beyond this stay where the files are listed."""

_PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_CID = re.compile(r'(?i)(\ssrc=")cid:([^"]{1,300})"')
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')  # as the sanitiser writes it
_REMOTE = re.compile(r'(?i) (?:data-remote-src|src)="((?:https?:)?//[^"]+)"')
_CALLING = re.compile(r"(?i)<(link|meta|base|i?frame|object|embed)\b")
_FRAME = (
    '<!doctype html><html><head><meta charset="utf-8"><style>'
    "html{color-scheme:light;background:#fff;color:#1a1a1a}"
    "body{margin:12px 14px;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "</style></head><body>"
)


def mail_html(
    html: str, files: Iterable[AttachmentView], *, remote: Callable[[str], str | None] | None = None
) -> Response:
    """The document of one mail; `html` is sanitised already, `files` are those of its article.

    `remote` gives an address of ours for that of a picture in the Internet; without it they stay gaps.
    """
    shown = with_pictures(html, _pictures(files, html))
    if remote is not None:
        shown = with_remote_images(shown, remote)
    answer = Response(f"{_FRAME}{_harmless(shown)}</body></html>", mimetype="text/html")
    policy = csp.MAIL_POLICY if remote is None else csp.MAIL_WITH_PICTURES_POLICY
    answer.headers["Content-Security-Policy"] = policy
    return answer


def with_remote_images(html: str, remote: Callable[[str], str | None]) -> str:
    """The HTML with the addresses of pictures in the Internet replaced by those that `remote` gives.

    At most `MAX_PICTURES` of them; the others stay gaps, and so does one for which there is none.
    """
    given: dict[str, str | None] = {}

    def replaced(found: re.Match[str]) -> str:
        url = unescape(found[1]).strip()
        url = f"https:{url}" if url.startswith("//") else url
        if url not in given and len(given) < MAX_PICTURES:
            given[url] = remote(url)
        ours = given.get(url)
        return f' src="{escape(ours)}"' if ours else found[0]

    return _IMAGE.sub(lambda image: f"<img{_REMOTE.sub(replaced, image[1])}>", html)


def _harmless(html: str) -> str:
    """The HTML without what no policy stops: browsers connect ahead to hosts that these elements name.

    Chromium does so for an `<iframe>` that the policy then forbids. The sanitiser has left none of them.
    """
    return _CALLING.sub(r"&lt;\1", html)


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
        if cid and file.is_open and file.detected_type in _PICTURE_TYPES and file.size_bytes <= left:
            left -= file.size_bytes
            found[cid] = _data_url(file)
    return {cid: source for cid, source in found.items() if source}


def _data_url(file: AttachmentView) -> str:
    try:
        content = office().blobs.read(file.sha256)
    except NotFound:
        return ""
    return f"data:{file.detected_type};base64,{base64.b64encode(content).decode('ascii')}"
