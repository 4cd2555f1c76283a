"""Attachments as a ticket shows them: kind and size in words, a warning where name and content disagree."""

import mimetypes
from dataclasses import dataclass

from gateway.i18n import _
from gateway.store.queries.articles import AttachmentView
from webui.wording import size

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_WEAK = frozenset({"application/octet-stream", "application/x-empty", "text/plain", "message/rfc822"})
_PROGRAMS = frozenset(
    {
        "application/x-dosexec",
        "application/vnd.microsoft.portable-executable",
        "application/x-executable",
        "application/x-pie-executable",
        "application/x-sharedlib",
        "application/x-mach-binary",
        "application/x-msdownload",
        "text/x-shellscript",
        "text/x-msdos-batch",
    }
)
_CONTAINERS = {
    "application/zip",
    "application/x-ole-storage",
    "application/cdfv2",
    "application/x-zip-compressed",
}
_OFFICE = ("officedocument", "opendocument", "msword", "ms-", "vnd.ms", "java-archive", "epub", "outlook")


@dataclass(frozen=True, slots=True)
class File:
    """One attachment, every word ready."""

    id: str
    name: str
    kind: str
    size: str
    icon: str
    mismatch: str


def file(view: AttachmentView) -> File:
    """An attachment for the page."""
    detected = view.detected_type or view.content_type
    return File(
        id=view.public_id,
        name=view.filename or _("unnamed"),
        kind=_kind(view.filename, detected),
        size=size(view.size_bytes),
        icon="image" if detected.startswith("image/") else "file",
        mismatch=_warning(view),
    )


def is_picture(view: AttachmentView) -> bool:
    """Whether the page shows it in place."""
    return view.detected_type in _SHOWN


def disagrees(filename: str, declared: str, detected: str) -> bool:
    """Whether the content is of another family than name and sender say; office files are archives, too."""
    if detected in _WEAK:
        return False
    named = mimetypes.guess_type(filename)[0] or declared.lower()
    if named in _WEAK and detected not in _PROGRAMS:
        return False
    return _family(named) != _family(detected)


def _family(kind: str) -> str:
    kind = kind.lower()
    if kind in _PROGRAMS:
        return "program"
    if kind in _CONTAINERS or any(mark in kind for mark in _OFFICE):
        return "container"
    major, _slash, minor = kind.partition("/")
    if major in ("text", "image", "audio", "video", "font"):
        return major
    if minor.endswith(("xml", "json", "javascript", "calendar")):
        return "text"
    return kind.replace("/x-", "/")


def _warning(view: AttachmentView) -> str:
    if not disagrees(view.filename, view.content_type, view.detected_type):
        return ""
    words = {"type": view.detected_type, "name": view.filename or view.content_type}
    if view.detected_type in _PROGRAMS:
        return _("Careful: “%(name)s” is really a program (%(type)s).") % words
    return _("The content is %(type)s, which does not fit the name.") % words


def _kind(filename: str, detected: str) -> str:
    ending = filename.rpartition(".")[2] if "." in filename else ""
    if 1 <= len(ending) <= 5 and ending.isalnum():
        return ending.upper()
    return detected.rpartition("/")[2].removeprefix("x-")[:24]
