"""What mails brought, handed to a browser so that it can neither run nor load anything.

Every file leaves the store as a download, pictures too: a page of ours shows them all the same, by its own
`<img>`, and nobody else can. Names come from the database, never from where a file lies.
"""

from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from gateway.desk.attachments import check_scan
from gateway.errors import Denied, NotFound
from gateway.inbound import previews
from gateway.rules.filenames import safe_name
from gateway.store.attachments import PREVIEWED
from gateway.store.queries.articles import AttachmentView
from webui import csp
from webui.office import office

_FOR_A_DAY = "private, max-age=86400, immutable"  # the content of an id never changes


def attachment(file: AttachmentView) -> Response:
    """The bytes of an attachment; Conflict or Denied as long as the virus scanner keeps it closed."""
    check_scan(file)
    kind = file.detected_type if file.detected_type in PREVIEWED else file.content_type
    return _blob(file.sha256, kind, file.filename or "attachment")


def preview(file: AttachmentView) -> Response:
    """The small picture of a picture; NotFound where there is none."""
    check_scan(file)
    if file.preview_sha256 is None:
        raise NotFound
    return _blob(file.preview_sha256, previews.CONTENT_TYPE, "preview.webp")


def raw_mail(sha256: str, name: str, *, is_open: bool) -> Response:
    """A raw mail; Denied when it brought a file that the virus scanner keeps closed."""
    if not is_open:
        raise Denied("The virus scanner keeps a file of this message closed, so the original is closed, too.")
    return _blob(sha256, "message/rfc822", f"{name}.eml")


def disposition(filename: str) -> str:
    """A Content-Disposition (RFC 6266) with a plain name for old programs and the whole one beside it."""
    name = safe_name(filename) or "file"
    plain = "".join(c if 0x20 <= ord(c) < 0x7F and c not in '"%' else "_" for c in name)
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{extended}'


def _blob(sha256: str, content_type: str, filename: str) -> Response:
    """A blob; NotFound when it is gone."""
    file = office().blobs.open(sha256)
    size_bytes = office().blobs.size_bytes(sha256)
    answer = Response(wrap_file(request.environ, file), direct_passthrough=True)
    answer.headers["Content-Type"] = _safe_type(content_type)
    answer.headers["Content-Length"] = str(size_bytes)
    answer.headers["Content-Disposition"] = disposition(filename)
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
