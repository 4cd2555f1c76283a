"""The IMAP account of a mailbox: connect it, look what an import would bring, begin, pause, remove.

Edges seal the secrets; nothing here shows one. The fetching itself is `gateway.inbound.imap`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.desk.servers import login
from gateway.desk.servers.login import Login
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.rules.access import Actor, Permission, require
from gateway.store import mailboxes
from gateway.store.audit import Ref
from gateway.store.imap import SourceState, WhenDone
from gateway.store.models import ImapFolder, ImapSource, Mailbox
from gateway.store.servers import Auth, Security

MOST_FOLDERS = 8
"""Each has a connection of its own; servers allow ten to fifteen of one user."""


@dataclass(frozen=True, slots=True)
class Connection(Login):
    """How to reach the account, and what to do there. `move_to` belongs to `WhenDone.MOVE`."""

    port: int = 993
    folders: Sequence[str] = ("INBOX",)
    when_done: WhenDone = WhenDone.SEEN
    move_to: str = ""


@dataclass(frozen=True, slots=True)
class SourceView:
    """An IMAP account as people see it: no secret. `trial` is what an import would bring, once counted."""

    public_id: str
    mailbox_id: str
    host: str
    port: int
    security: Security
    auth: Auth
    username: str
    token_url: str
    client_id: str
    folders: tuple[str, ...]
    when_done: WhenDone
    move_to: str
    imports_old: bool
    state: SourceState
    trial: dict[str, Any] | None
    connected_at: datetime | None


def connect(db: Session, by: Actor, mailbox_id: str, connection: Connection, *, now: datetime) -> SourceView:
    """Give a mailbox its IMAP account, on trial: it is counted, and fetched once `start` was called.

    Invalid names the field at fault; NotFound for a foreign mailbox, Conflict if it has an account.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    mailbox = mailboxes.get(db, by.account_id, mailbox_id).id
    if _find(db, by, mailbox_id) is not None:
        raise Conflict("This mailbox has an IMAP account already.")
    source = ImapSource(
        public_id=new_public_id(),
        account_id=by.account_id,
        mailbox_id=mailbox,
        state=SourceState.TRIAL.value,
        created_at=now,
        **_values(connection),
    )
    db.add(source)
    db.flush()
    _note(db, by, Kind.IMAP_CHANGED, mailbox_id, now)
    return _view(source, mailbox_id)


def change(db: Session, by: Actor, mailbox_id: str, connection: Connection, *, now: datetime) -> SourceView:
    """Replace how it is reached and what is done there; an empty secret leaves the one it has.

    That goes to no other server or user, as `login.checked` says.
    Another host or user is another account: it is on trial again, and nothing is known of its folders.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    source = _get(db, by, mailbox_id)
    before = source.host, source.username
    values = _values(connection, source)
    for name, value in values.items():
        setattr(source, name, value)
    if before != (source.host, source.username):
        _forget_folders(db, source)
        source.state, source.trial = SourceState.TRIAL.value, None
    _wake(source)
    _note(db, by, Kind.IMAP_CHANGED, mailbox_id, now)
    return _view(source, mailbox_id)


def start(db: Session, by: Actor, mailbox_id: str, *, import_old: bool, now: datetime) -> SourceView:
    """End the trial: with `import_old` everything there is fetched, else what came since it was counted.

    Conflict while nothing was counted yet, or when it is no trial.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    source = _get(db, by, mailbox_id)
    if source.state != SourceState.TRIAL:
        raise Conflict("This mailbox is being fetched already.")
    if source.trial is None:
        raise Conflict("The mails there have not been counted yet.")
    source.state, source.imports_old, source.connected_at = SourceState.ACTIVE.value, import_old, now
    _wake(source)
    db.flush()
    if import_old:
        db.execute(update(ImapFolder).where(ImapFolder.source_id == source.id).values(next_uid=1))
    return _view(source, mailbox_id)


def pause(db: Session, by: Actor, mailbox_id: str) -> SourceView:
    """Fetch nothing until `resume`; what was fetched stays. Conflict for a trial."""
    require(by, Permission.MANAGE_ACCOUNT)
    source = _get(db, by, mailbox_id)
    if source.state == SourceState.TRIAL:
        raise Conflict("Fetching has not begun yet.")
    source.state = SourceState.PAUSED.value
    _wake(source)
    return _view(source, mailbox_id)


def resume(db: Session, by: Actor, mailbox_id: str) -> SourceView:
    """Fetch on from where it was paused; also tries at once what rests after a fault."""
    require(by, Permission.MANAGE_ACCOUNT)
    source = _get(db, by, mailbox_id)
    if source.state == SourceState.PAUSED:
        source.state = SourceState.ACTIVE.value
    _wake(source)
    return _view(source, mailbox_id)


def remove(db: Session, by: Actor, mailbox_id: str, *, now: datetime) -> None:
    """Forget the account and its secrets; mails and tickets stay. Nothing is done on the server."""
    require(by, Permission.MANAGE_ACCOUNT)
    db.delete(_get(db, by, mailbox_id))
    _note(db, by, Kind.IMAP_REMOVED, mailbox_id, now)


def find_view(db: Session, by: Actor, mailbox_id: str) -> SourceView | None:
    """The IMAP account of a mailbox, None if it has none; NotFound for a foreign mailbox."""
    require(by, Permission.MANAGE_ACCOUNT)
    mailboxes.get(db, by.account_id, mailbox_id)
    source = _find(db, by, mailbox_id)
    return _view(source, mailbox_id) if source else None


def _find(db: Session, by: Actor, mailbox_id: str) -> ImapSource | None:
    mine = ImapSource.account_id == by.account_id, Mailbox.public_id == mailbox_id
    rows = select(ImapSource).join(Mailbox, Mailbox.id == ImapSource.mailbox_id).where(*mine)
    return db.execute(rows.with_for_update(of=ImapSource)).scalar()


def _get(db: Session, by: Actor, mailbox_id: str) -> ImapSource:
    source = _find(db, by, mailbox_id)
    if source is None:
        raise NotFound("This mailbox has no IMAP account.")
    return source


def _note(db: Session, by: Actor, kind: Kind, mailbox_id: str, now: datetime) -> None:
    auditing.note(db, by, kind, Ref(What.MAILBOX.value, mailbox_id), now=now)


def _wake(source: ImapSource) -> None:
    """Whoever holds it lets go within seconds, and it is taken up anew with what it is now."""
    source.lease_owner, source.lease_token, source.leased_until = "", "", None
    source.last_error, source.failing_since = "", None


def _forget_folders(db: Session, source: ImapSource) -> None:
    db.execute(delete(ImapFolder).where(ImapFolder.source_id == source.id))


def _values(connection: Connection, before: ImapSource | None = None) -> dict[str, Any]:
    """The columns of a connection that makes sense; else Invalid."""
    folders = _folders(connection.folders)
    move_to = ""
    if connection.when_done is WhenDone.MOVE:
        move_to = login.one_line(connection.move_to.strip(), "move_to", 300)
        if _same(move_to) in map(_same, folders):
            raise Invalid("Mails cannot be moved to a folder that is fetched.", field="move_to")
    return login.checked(connection, before) | {
        "folders": folders,
        "when_done": connection.when_done.value,
        "move_to": move_to,
    }


def _folders(names: Sequence[str]) -> list[str]:
    folders = list(dict.fromkeys(login.one_line(name.strip(), "folders", 300) for name in names))
    if not 1 <= len(folders) <= MOST_FOLDERS:
        raise Invalid(f"Name between one and {MOST_FOLDERS} folders.", field="folders")
    return folders


def _same(folder: str) -> str:
    """INBOX is written either way (RFC 9051, 5.1)."""
    return "INBOX" if folder.upper() == "INBOX" else folder


def _view(source: ImapSource, mailbox_id: str) -> SourceView:
    return SourceView(
        public_id=source.public_id,
        mailbox_id=mailbox_id,
        host=source.host,
        port=source.port,
        security=Security(source.security),
        auth=Auth(source.auth),
        username=source.username,
        token_url=source.token_url,
        client_id=source.client_id,
        folders=tuple(source.folders),
        when_done=WhenDone(source.when_done),
        move_to=source.move_to,
        imports_old=source.imports_old,
        state=SourceState(source.state),
        trial=dict(source.trial) if source.trial else None,
        connected_at=source.connected_at,
    )
