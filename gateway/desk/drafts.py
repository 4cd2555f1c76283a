"""Drafts: kept on the server as one writes, there again wherever the ticket is opened, seen by colleagues."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk.replying import MAX_FILES, MAX_TEXT_CHARS
from gateway.errors import Conflict, Denied, Invalid
from gateway.rules.access import Actor, Permission, require
from gateway.store import drafts, tickets
from gateway.store.drafts import Drafted, DraftView

MAX_LINE_CHARS = 60_000


class Superseded(Conflict):
    """There is another draft than the one that was to be changed, of this `version`; 0 where it is gone."""

    words = "Your draft has been changed in another place."

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__()


def save(db: Session, by: Actor, number: int, drafted: Drafted, *, version: int, now: datetime) -> int:
    """Keep what is written so far, in place of the draft of that version (0: of none); its version.

    An empty one is forgotten, which is version 0. Superseded where another tab was faster.
    """
    staff_id = _writer(by)
    _check(drafted)
    ticket = tickets.stand(db, by.sight, number)
    known = drafts.find_version(db, ticket.id, staff_id, drafted.forward_of)
    if known != version:
        raise Superseded(known)
    if drafted.is_empty:
        drafts.drop(db, by.account_id, ticket.id, staff_id, drafted.forward_of)
        return 0
    kept = drafts.put(db, by.account_id, ticket.id, staff_id, drafted, version=version, now=now)
    if kept is None:
        raise Superseded(drafts.find_version(db, ticket.id, staff_id, drafted.forward_of))
    return kept


def discard(db: Session, by: Actor, number: int, forward_of: str = "") -> None:
    """Forget what one was about to write."""
    ticket = tickets.stand(db, by.sight, number)
    drafts.drop(db, by.account_id, ticket.id, _writer(by), forward_of)


def list_drafts(db: Session, by: Actor, number: int) -> Sequence[DraftView]:
    """Everybody's drafts of a ticket, one's own among them, oldest first."""
    require(by, Permission.WORK_TICKETS)
    ticket = tickets.stand(db, by.sight, number)
    return drafts.list_drafts(db, by.account_id, ticket.id)


def _writer(by: Actor) -> int:
    require(by, Permission.WORK_TICKETS)
    if by.staff_id is None:
        raise Denied(detail="a program has no drafts")
    return by.staff_id


def _check(drafted: Drafted) -> None:
    if len(drafted.text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="text")
    if len(drafted.files) > MAX_FILES:
        raise Invalid("These are too many files.", field="files")
    if max(map(len, (drafted.to, drafted.cc, drafted.bcc))) > MAX_LINE_CHARS:
        raise Invalid("These are too many recipients.", field="to")
