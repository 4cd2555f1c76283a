"""Attachments as a ticket shows them: kind and size in words, a warning where name and content disagree."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.i18n import _
from gateway.rules.filenames import hidden_ending, hides_letters, safe_name, told_apart
from gateway.rules.scans import Scan
from gateway.store.queries.articles import AttachmentView
from webui.wording import size

_MAX_ENDING_CHARS = 16
_MAILS = frozenset({"message/rfc822", "message/global"})
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
    """One attachment, every word ready. `mail` is the subject of an attached mail, "" for other files."""

    id: str
    name: str
    kind: str
    size: str
    icon: str
    mismatch: str
    closed: str = ""
    mail: str = ""

    @property
    def ending(self) -> str:
        """What must stay in sight when there is no room for the whole name."""
        stem, dot, ending = self.name.rpartition(".")
        return f"{dot}{ending}" if stem and len(ending) <= _MAX_ENDING_CHARS else ""

    @property
    def stem(self) -> str:
        """The name before its ending."""
        return self.name.removesuffix(self.ending)


@dataclass(frozen=True, slots=True)
class Brought:
    """The files of a message: pictures to show in place, and the list of files."""

    pictures: tuple[File, ...]
    files: tuple[File, ...]


def brought(views: Sequence[AttachmentView]) -> Brought:
    """The files of a message, those of one name told apart."""
    named = told(views)
    return Brought(
        pictures=tuple(shown for view, shown in named if is_picture(view)),
        files=tuple(shown for view, shown in named if not (view.inline and is_picture(view))),
    )


def told(views: Sequence[AttachmentView]) -> list[tuple[AttachmentView, File]]:
    """Each file with what is shown of it, those of one name told apart."""
    names = told_apart(safe_name(view.filename) or _("unnamed") for view in views)
    return [(view, file(view, name)) for view, name in zip(views, names, strict=True)]


def file(view: AttachmentView, name: str) -> File:
    """An attachment for the page, under the name that it has there."""
    detected = view.detected_type or view.content_type
    return File(
        id=view.public_id,
        name=name,
        kind=_kind(name, detected),
        size=size(view.size_bytes),
        icon="image" if detected.startswith("image/") else "mail" if is_mail(view) else "file",
        mismatch=_warning(view, name),
        closed=_closed(view),
        mail=_subject(view, name) if is_mail(view) and view.is_open else "",
    )


def is_picture(view: AttachmentView) -> bool:
    """Whether the page shows it in place: it has a preview, made by us."""
    return view.preview_sha256 is not None and view.is_open


def is_mail(view: AttachmentView) -> bool:
    """Whether it is a mail that was attached to this one."""
    return view.content_type in _MAILS or view.detected_type in _MAILS


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


def _warning(view: AttachmentView, name: str) -> str:
    """What is meant to deceive about a file, the gravest first."""
    words = {"type": view.detected_type, "name": name}
    differs = disagrees(view.filename, view.content_type, view.detected_type)
    if differs and view.detected_type in _PROGRAMS:
        return _("Careful: “%(name)s” is really a program (%(type)s).") % words
    if ending := hidden_ending(view.filename):
        return _("Careful: the name really ends in “.%(ending)s”.") % {"ending": ending}
    if hides_letters(view.filename):
        return _("Careful: the name held invisible letters, which may be meant to deceive.")
    return _("The content is %(type)s, which does not fit the name.") % words if differs else ""


def _closed(view: AttachmentView) -> str:
    """Why it cannot be opened, "" if it can."""
    words = {
        Scan.PENDING: _("Is being scanned for viruses; it opens when that is done."),
        Scan.REFUSED: _("The virus scanner could not look into this file, so it stays closed."),
        Scan.INFECTED: _("The virus scanner found %(found)s, so it stays closed."),
    }
    return words.get(view.scan, "") % {"found": view.scan_found}


def _subject(view: AttachmentView, name: str) -> str:
    """A mail's file is named after its subject, which may hold what a disk does not take."""
    told = name if hides_letters(view.filename) else view.filename
    return told.removesuffix(".eml") or name


def _kind(filename: str, detected: str) -> str:
    ending = filename.rpartition(".")[2] if "." in filename else ""
    if 1 <= len(ending) <= 5 and ending.isalnum():
        return ending.upper()
    return detected.rpartition("/")[2].removeprefix("x-")[:24]
