"""Files that were sent with a form which came back: held for the next try, so that nobody chooses them again.

The bytes are a blob; the form carries a signed word about it that is good for the person who sent the file,
for a day. Nothing of it stands in the database until a message takes the file along.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from gateway.desk.replying import DraftFile
from gateway.store.blobs import KeptBlob
from webui import signing
from webui.office import office
from webui.sessions import actor

VALID_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A file and the word by which the next form names it."""

    token: str
    file: DraftFile


def hold(file: DraftFile) -> Held:
    """The file with its word, for whoever is signed in."""
    return Held(_serializer().dumps([_owner(), asdict(file)]), file)


def redeem(tokens: Iterable[str]) -> tuple[Held, ...]:
    """The files that these words stand for; those of others, of yesterday or of nobody are left out."""
    return tuple(held for token in tokens if (held := _redeem(token)) is not None)


def _redeem(token: str) -> Held | None:
    try:
        owner, told = _serializer().loads(token, max_age=int(VALID_FOR.total_seconds()))
    except BadData:
        return None
    blob = KeptBlob(**told.pop("blob"))
    is_there = owner == _owner() and office().blobs.has(blob.sha256)
    return Held(token, DraftFile(**told, blob=blob)) if is_there else None


def _owner() -> list[int | None]:
    by = actor()
    return [by.account_id, by.staff_id]


def _serializer() -> URLSafeTimedSerializer:
    """A word of another release, whose files had other fields, is none."""
    return signing.serializer(" ".join(["held-file", *(field.name for field in fields(DraftFile))]))
