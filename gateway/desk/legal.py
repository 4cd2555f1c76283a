"""Privacy policy and terms: the operator's own words, each version kept with the moment of its change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.desk import auditing, operating
from gateway.desk.auditing import Kind
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store.models import LegalText

MAX_CHARS = 100_000


class Document(StrEnum):
    """What there is a text of."""

    PRIVACY = "privacy"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document, in both languages; number 0 is before anything was said."""

    number: int
    text_en: str
    text_de: str
    changed_at: datetime | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not (self.text_en or self.text_de)

    def in_language(self, locale: str) -> tuple[str, str]:
        """The text for a reader, and the language that it is in: another one where theirs is not there."""
        texts = {"en": self.text_en, "de": self.text_de}
        spoken = locale if texts.get(locale) else next((one for one in texts if texts[one]), locale)
        return texts.get(spoken, ""), spoken


NOTHING = Version(0, "", "", None)


def newest(db: Session, document: Document) -> Version:
    """What holds now."""
    found = db.execute(_OF.where(LegalText.document == document.value).limit(1)).first()
    return _version(found) if found else NOTHING


def get_version(db: Session, document: Document, number: int) -> Version:
    """What held once; NotFound for a version that there never was."""
    wanted = LegalText.document == document.value, LegalText.number == number
    found = db.execute(_OF.where(*wanted)).first()
    if found is None:
        raise NotFound
    return _version(found)


def list_versions(db: Session, document: Document) -> Sequence[tuple[int, datetime]]:
    """Numbers and moments of all versions, newest first."""
    columns = select(LegalText.number, LegalText.changed_at).where(LegalText.document == document.value)
    return [(number, at) for number, at in db.execute(columns.order_by(LegalText.number.desc()))]


def missing(db: Session) -> tuple[Document, ...]:
    """Of which there is no text to read."""
    return tuple(one for one in Document if newest(db, one).is_empty)


def change(
    db: Session, by: Actor | None, document: Document, text_en: str, text_de: str, *, now: datetime
) -> None:
    """Another version holds from now on; nothing where the texts are those that hold.

    Invalid names the field at fault; Conflict where somebody changed it at the same moment.
    """
    operating.require_operator(db, by)
    texts = {"text_en": _checked(text_en, "text_en"), "text_de": _checked(text_de, "text_de")}
    before = newest(db, document)
    if texts == {"text_en": before.text_en, "text_de": before.text_de}:
        return
    try:
        with db.begin_nested():
            db.add(LegalText(document=document.value, number=before.number + 1, changed_at=now, **texts))
    except IntegrityError:
        raise Conflict from None
    if by is not None:
        auditing.note(db, by, Kind.LEGAL_CHANGED, now=now, document=document.value)


_OF = select(LegalText.number, LegalText.text_en, LegalText.text_de, LegalText.changed_at).order_by(
    LegalText.number.desc()
)


def _version(row: Row[int, str, str, datetime]) -> Version:
    return Version(*row)


def _checked(text: str, field: str) -> str:
    wanted = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(wanted) > MAX_CHARS:
        raise Invalid("This is too long.", field=field)
    return wanted
