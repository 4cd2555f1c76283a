"""IMAP accounts as the fetching processes have them: a source by lease, its folders, each UID taken once.

A lease is a token in the row, as for deliveries. It keeps two processes from doing the same work; that a
mail is taken once rests on the row of its UID alone. `leased_until` without a token is a rest after a fault.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Integer, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.store.models import Account, ImapFolder, ImapMessage, ImapSource, Mailbox, table
from gateway.store.servers import FreshTokens, ServerAccount, Trouble
from gateway.store.types import UtcDateTime


class SourceState(StrEnum):
    """Whether a source is fetched: only counted in `TRIAL`, fetched when `ACTIVE`."""

    TRIAL = "trial"
    ACTIVE = "active"
    PAUSED = "paused"


class WhenDone(StrEnum):
    """What becomes of a mail on the server once it is safe here."""

    KEEP = "keep"
    SEEN = "seen"
    MOVE = "move"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LeasedSource(ServerAccount):
    """A source in our hands; `address` is its mailbox's."""

    folders: Sequence[str]
    when_done: str
    move_to: str
    imports_old: bool
    state: str
    trial: Mapping[str, Any] | None
    connected_at: datetime | None
    failing_since: datetime | None
    lease_token: str
    address: str


@dataclass(frozen=True, slots=True)
class FolderState:
    """Where we are in a folder: all UIDs below `next_uid` under `uidvalidity` have been looked at."""

    id: int
    account_id: int
    uidvalidity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Uid:
    """A mail in a folder, and what `next_uid` becomes once it is settled."""

    folder: FolderState
    uid: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class FolderCount:
    """A folder as a trial found it."""

    name: str
    uidvalidity: int
    uidnext: int
    mails: int
    threads: int


_COLUMNS = tuple(
    getattr(Mailbox if field.name == "address" else ImapSource, field.name) for field in fields(LeasedSource)
)
_ANY_SOURCE = select(table(ImapSource).c.id).limit(1)
_FOLDER = (ImapFolder.id, ImapFolder.account_id, ImapFolder.uidvalidity, ImapFolder.next_uid)
_NO_LEASE: dict[str, Any] = {"lease_owner": "", "lease_token": "", "leased_until": None}


def has_sources(db: Session) -> bool:
    """Whether any mailbox of the installation is fetched."""
    return db.connection().execute(_ANY_SOURCE).first() is not None


def list_waiting(db: Session, *, now: datetime, limit: int, also_resting: bool = False) -> list[int]:
    """Sources that want a process, longest unserved first."""
    values = {"now": now, "limit": limit, "also_resting": also_resting}
    return list(db.connection().execute(_WAITING, values).scalars())


def claim(
    db: Session,
    source_id: int,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    also_resting: bool = False,
) -> LeasedSource | None:
    """Take a source for `lease`; None if it is gone, paused, resting, in other hands or suspended."""
    values = {"lease_owner": owner, "lease_token": new_public_id(), "leased_until": now + lease}
    is_free = _is_free(now, also_resting=also_resting)
    mine = ImapSource.id == source_id, ImapSource.state != SourceState.PAUSED, is_free, _IS_OPEN
    if db.execute(update(ImapSource).where(*mine).values(values).returning(ImapSource.id)).first() is None:
        return None
    rows = select(*_COLUMNS).join(Mailbox, Mailbox.id == ImapSource.mailbox_id)
    return LeasedSource(**db.execute(rows.where(ImapSource.id == source_id)).mappings().one())


def find_source(db: Session, public_id: str) -> LeasedSource | None:
    """A source as it is, whoever holds it; only to look at it."""
    rows = select(*_COLUMNS).join(Mailbox, Mailbox.id == ImapSource.mailbox_id)
    found = db.execute(rows.where(ImapSource.public_id == public_id)).mappings().first()
    return LeasedSource(**found) if found else None


def last_error(db: Session, source_id: int) -> str:
    """What is wrong with it, as `code` or `code: what the server said`; "" if nothing is."""
    return db.execute(select(ImapSource.last_error).where(ImapSource.id == source_id)).scalar() or ""


def renew(db: Session, owner: str, *, now: datetime, lease: timedelta) -> set[str]:
    """Keep what this process holds; the lease tokens that are still ours."""
    held = ImapSource.lease_owner == owner, ImapSource.lease_token != ""
    kept = update(ImapSource).where(*held).values(leased_until=now + lease)
    return set(db.execute(kept.returning(ImapSource.lease_token)).scalars())


def release(db: Session, source: LeasedSource, *, until: datetime | None = None) -> None:
    """Give it back, to be taken by nobody before `until`; nothing if it is not ours any more."""
    db.execute(_held(source).values({**_NO_LEASE, "leased_until": until}))


def note_checked(db: Session, source: LeasedSource, *, now: datetime) -> None:
    """All its folders were looked at and all is well."""
    db.execute(_held(source).values(checked_at=now, last_error="", failing_since=None))


def note_trouble(
    db: Session, source: LeasedSource, trouble: Trouble, detail: str = "", *, now: datetime
) -> datetime:
    """Something is wrong with it; since when it has been without a good look in between."""
    row = _held(source).values(last_error=trouble.noted(detail))
    since: datetime | None = db.execute(row.returning(ImapSource.failing_since)).scalar()
    if since is None:
        db.execute(_held(source).values(failing_since=now))
    return since or now


def note_trial(
    db: Session, source: LeasedSource, counts: Sequence[FolderCount], threads: int, *, now: datetime
) -> None:
    """What an import would bring; where each folder ends now is remembered, so that new mail is told apart.

    Nothing if the source is not ours any more, or no trial any more.
    """
    trial = {
        "folders": [asdict(count) for count in counts],
        "mails": sum(count.mails for count in counts),
        "threads": threads,
        "sent": 0,
        "at": now.isoformat(),
        "begun": {count.name: count.uidvalidity for count in counts},
    }
    noted = _held(source).where(ImapSource.state == SourceState.TRIAL).values(trial=trial)
    if db.execute(noted.returning(ImapSource.id)).first() is None:
        return
    for count in counts:
        folder = find_folder(db, source.id, count.name)
        if folder is None:
            _add_folder(db, source, count.name, count.uidvalidity, count.uidnext)
        else:
            move_folder(db, folder, uidvalidity=count.uidvalidity, next_uid=count.uidnext)


def note_token(db: Session, source: LeasedSource, fresh: FreshTokens) -> None:
    """A fresh access token, with the refresh token that belongs to it."""
    # Whoever holds the source by now: the old refresh token may be worth nothing any more.
    same = ImapSource.id == source.id, ImapSource.sealed_secret == source.sealed_secret
    db.execute(update(ImapSource).where(*same).values(asdict(fresh)))


def find_folder(db: Session, source_id: int, name: str) -> FolderState | None:
    """Where we are in a folder; None if it was never looked at."""
    mine = ImapFolder.source_id == source_id, ImapFolder.name == name
    row = db.execute(select(*_FOLDER).where(*mine)).first()
    return FolderState(*row) if row else None


def find_folder_by_id(db: Session, folder_id: int) -> FolderState | None:
    """Likewise; None if it is gone."""
    row = db.execute(select(*_FOLDER).where(ImapFolder.id == folder_id)).first()
    return FolderState(*row) if row else None


def open_folder(
    db: Session, source: LeasedSource, name: str, *, uidvalidity: int, uidnext: int
) -> FolderState:
    """Where to go on in a folder.

    One seen for the first time begins at its end, unless old mail is wanted; under a new UIDVALIDITY
    (RFC 9051, 2.3.1.1) everything in it is new again.
    """
    folder = find_folder(db, source.id, name)
    if folder is None:
        _note_begun(db, source, name, uidvalidity)
        return _add_folder(db, source, name, uidvalidity, 1 if source.imports_old else uidnext)
    if folder.uidvalidity != uidvalidity:
        return move_folder(db, folder, uidvalidity=uidvalidity, next_uid=1)
    return folder


def move_folder(db: Session, folder: FolderState, *, uidvalidity: int, next_uid: int) -> FolderState:
    """Go on elsewhere in a folder."""
    db.execute(
        update(ImapFolder)
        .where(ImapFolder.id == folder.id)
        .values(uidvalidity=uidvalidity, next_uid=next_uid)
    )
    return FolderState(folder.id, folder.account_id, uidvalidity, next_uid)


def list_taken(db: Session, folder: FolderState) -> set[int]:
    """The UIDs from `next_uid` on that are settled already."""
    mine = ImapMessage.folder_id == folder.id, ImapMessage.uidvalidity == folder.uidvalidity
    return set(db.execute(select(ImapMessage.uid).where(*mine, ImapMessage.uid >= folder.next_uid)).scalars())


def take(db: Session, at: Uid, put: Callable[[], int | None], *, marked_at: datetime | None) -> bool:
    """Settle a UID together with what `put` writes (it answers the intake's id, None for a refused mail).

    False, and `put` is not called, if it is settled already or the folder has changed meanwhile.
    `marked_at` is set where nothing is to be marked on the server.
    """
    if not advance(db, at):
        return False
    same = (
        ImapMessage.folder_id == at.folder.id,
        ImapMessage.uidvalidity == at.folder.uidvalidity,
        ImapMessage.uid == at.uid,
    )
    if db.execute(select(ImapMessage.id).where(*same)).first() is not None:
        return False
    db.add(
        ImapMessage(
            account_id=at.folder.account_id,
            folder_id=at.folder.id,
            intake_id=put(),
            uidvalidity=at.folder.uidvalidity,
            uid=at.uid,
            marked_at=marked_at,
        )
    )
    return True


def advance(db: Session, at: Uid) -> bool:
    """Go on behind a UID; False if the folder is another by now.

    Who changes the folder's row holds it to the end of the transaction, so two never settle the same UID.
    """
    mine = ImapFolder.id == at.folder.id, ImapFolder.uidvalidity == at.folder.uidvalidity
    moved = update(ImapFolder).where(*mine).values(next_uid=at.next_uid)
    return db.execute(moved.returning(ImapFolder.id)).first() is not None


def list_unmarked(db: Session, folder: FolderState, *, limit: int) -> list[int]:
    """UIDs whose mail is safe here and which the server was not told of yet."""
    mine = ImapMessage.folder_id == folder.id, ImapMessage.uidvalidity == folder.uidvalidity
    owed = select(ImapMessage.uid).where(*mine, ImapMessage.marked_at.is_(None))
    return list(db.execute(owed.order_by(ImapMessage.uid).limit(limit)).scalars())


def note_marked(db: Session, folder: FolderState, uids: Sequence[int], *, now: datetime) -> None:
    """The server has been told."""
    mine = ImapMessage.folder_id == folder.id, ImapMessage.uidvalidity == folder.uidvalidity
    db.execute(update(ImapMessage).where(*mine, ImapMessage.uid.in_(uids)).values(marked_at=now))


def _add_folder(db: Session, source: LeasedSource, name: str, uidvalidity: int, next_uid: int) -> FolderState:
    folder = ImapFolder(
        account_id=source.account_id,
        source_id=source.id,
        name=name,
        uidvalidity=uidvalidity,
        next_uid=next_uid,
    )
    db.add(folder)
    db.flush()
    return FolderState(folder.id, folder.account_id, uidvalidity, next_uid)


def _note_begun(db: Session, source: LeasedSource, name: str, uidvalidity: int) -> None:
    """Remember under which UIDVALIDITY new mail is told from old mail by its UID."""
    trial = db.execute(select(ImapSource.trial).where(ImapSource.id == source.id)).scalar() or {}
    begun = {**trial.get("begun", {}), name: uidvalidity}
    db.execute(update(ImapSource).where(ImapSource.id == source.id).values(trial={**trial, "begun": begun}))


def _held(source: LeasedSource) -> Any:
    return update(ImapSource).where(ImapSource.id == source.id, ImapSource.lease_token == source.lease_token)


def _is_free(now: datetime, *, also_resting: bool) -> Any:
    free = or_(ImapSource.leased_until.is_(None), ImapSource.leased_until <= now)
    return or_(free, ImapSource.lease_token == "") if also_resting else free


# On the bare table: an idle process asks this alone, and the mappers of all tables cost megabytes.
_ROWS = table(ImapSource)
_IS_OPEN = ~(
    select(table(Account).c.id)
    .where(table(Account).c.id == _ROWS.c.account_id, table(Account).c.suspended_at.is_not(None))
    .exists()
)
_WAITING = (
    select(_ROWS.c.id)
    .where(
        _ROWS.c.state != SourceState.PAUSED.value,
        _IS_OPEN,
        or_(
            _ROWS.c.leased_until.is_(None),
            _ROWS.c.leased_until <= bindparam("now", type_=UtcDateTime),
            and_(_ROWS.c.lease_token == "", bindparam("also_resting", type_=Boolean)),
        ),
    )
    .order_by(_ROWS.c.checked_at.is_not(None), _ROWS.c.checked_at, _ROWS.c.id)
    .limit(bindparam("limit", type_=Integer))
)
