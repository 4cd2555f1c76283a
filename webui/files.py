"""What mails brought, handed to a browser so that it can neither run nor load anything.

Files stream from the blob store; the HTML of a mail is a document of its own for a sandboxed frame.
"""

from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from gateway.store.queries.articles import AttachmentView
from webui import csp
from webui.office import office

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "application/pdf"})
"""Types that a browser shows in place without anything in them being able to act."""

_FOR_A_DAY = "private, max-age=86400, immutable"  # the content of an id never changes


def attachment(file: AttachmentView, *, download: bool = False) -> Response:
    """The bytes of an attachment: pictures and PDF in place, anything else (or on wish) as a download."""
    shown = not download and file.detected_type in _SHOWN
    kind = file.detected_type if shown else file.content_type
    answer = _blob(file.sha256, kind, file.filename or "attachment", shown=shown)
    if file.detected_type == "application/pdf":
        answer.headers["Content-Security-Policy"] = csp.PDF_POLICY
    return answer


def raw_mail(sha256: str, name: str) -> Response:
    """A raw mail as a download."""
    return _blob(sha256, "message/rfc822", f"{name}.eml", shown=False)


def disposition(filename: str, *, shown: bool) -> str:
    """A Content-Disposition (RFC 6266) with a plain name for old programs and the whole one beside it."""
    name = "".join(c for c in filename if c.isprintable() and c not in "/\\")[:200] or "file"
    plain = "".join(c if 0x20 <= ord(c) < 0x7F and c not in '"%' else "_" for c in name)
    kind = "inline" if shown else "attachment"
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{extended}'


def _blob(sha256: str, content_type: str, filename: str, *, shown: bool) -> Response:
    """A blob; NotFound when it is gone."""
    file = office().blobs.open(sha256)
    size_bytes = office().blobs.path(sha256).stat().st_size
    answer = Response(wrap_file(request.environ, file), direct_passthrough=True)
    answer.headers["Content-Type"] = _safe_type(content_type)
    answer.headers["Content-Length"] = str(size_bytes)
    answer.headers["Content-Disposition"] = disposition(filename, shown=shown)
    answer.headers["Content-Security-Policy"] = csp.FILE_POLICY
    answer.headers["Cache-Control"] = _FOR_A_DAY
    answer.set_etag(sha256)
    answer.make_conditional(request)
    if answer.status_code == HTTPStatus.NOT_MODIFIED:  # then nobody reads it
        file.close()
    return answer


def _safe_type(declared: str) -> str:
    """A content type that may stand in a header; what a mail declares may be anything."""
    is_plain = declared.isascii() and declared.isprintable() and declared.count("/") == 1
    return declared if is_plain and " " not in declared else "application/octet-stream"
