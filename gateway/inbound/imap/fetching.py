"""A look into one folder: what is new is fetched, accepted, and marked there once it is safe here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from gateway import log
from gateway.clock import Clock, monotonic
from gateway.desk.servers.faults import ServerFault
from gateway.errors import DeskError, TooLarge
from gateway.inbound.accept import Acceptor, Put
from gateway.inbound.imap.session import BLOCK_BYTES, Facts, ImapSession
from gateway.inbound.imap.setbacks import Setbacks
from gateway.inbound.paths import NULL_PATH, read_path
from gateway.mail.envelope import Envelope
from gateway.store import imap, intake
from gateway.store.blobs import Spool
from gateway.store.imap import FolderState, LeasedSource, Uid, WhenDone
from gateway.store.intake import IntakeRef, Source
from gateway.store.servers import Trouble
from gateway.store.session import reading, transaction

MOST_A_LOOK = 100
"""Mails taken before the next folder has its turn."""

_GROUP_MAILS, _GROUP_BYTES = 16, 1024 * 1024
_MARKED_AT_ONCE = 100
_TOLERANCE = timedelta(hours=1)  # the server's clock may differ from ours
_RETURN_PATH = re.compile(
    rb"^return-path[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_log = log.get("imap")


@dataclass(frozen=True, slots=True)
class Office:
    """What fetched mails go through."""

    acceptor: Acceptor
    clock: Clock
    max_message_bytes: int


@dataclass(slots=True)
class Look:
    """What a look found: whether there is more, and what was wrong that does not end the connection."""

    has_more: bool = False
    troubles: list[ServerFault] = field(default_factory=list)


class FolderLook:
    """One look into the folder that is open in the session; see `run`."""

    def __init__(
        self, office: Office, source: LeasedSource, session: ImapSession, setbacks: Setbacks
    ) -> None:
        self._office, self._source, self._session = office, source, session
        self._setbacks = setbacks
        self._unsettled: set[int] = set()
        self._look = Look()

    def run(self, *, most: int = MOST_A_LOOK) -> Look:
        """Mark what is owed from before, then take at most so many new mails, oldest first.

        Each is committed by itself, so that a drop at any moment loses no progress. Raises ServerFault when
        the dialogue cannot go on or our side cannot keep mail, and Stopped.
        """
        folder, since = self._folder()
        self._setbacks.begin(folder.uidvalidity)
        self._mark_owed(folder)
        listed = self._session.list_uids(folder.next_uid, since=since)
        with reading() as db:
            taken = imap.list_taken(db, folder) if listed else set()
        waiting = [uid for uid in listed if uid not in taken]
        self._setbacks.keep_only(set(waiting))
        now = monotonic()
        self._unsettled = {uid for uid in waiting if self._setbacks.is_resting(uid, now=now)}
        due = [uid for uid in waiting if uid not in self._unsettled]
        self._look.has_more = len(due) > most
        if due:
            self._take_all(folder, due[:most], since)
            self._mark_owed(folder)
        if self._unsettled:
            self._look.troubles.append(ServerFault(Trouble.MESSAGE, str(len(self._unsettled))))
        if listed:
            last = due[most - 1] if self._look.has_more else listed[-1]
            self._advance(folder, min({last + 1, *self._unsettled}))
        return self._look

    def _folder(self) -> tuple[FolderState, date | None]:
        """Where to go on, and since when mails count that were not told apart by their UIDs.

        After a change of UIDVALIDITY old mail that nobody wanted looks like new one: its arrival tells.
        """
        selected, source = self._session.selected, self._source
        if selected is None:
            raise ServerFault(Trouble.PROTOCOL)
        with reading() as db:
            folder = imap.find_folder(db, source.id, selected.name)
        if folder is None or folder.uidvalidity != selected.uidvalidity:
            with transaction() as db:
                folder = imap.open_folder(
                    db,
                    source,
                    selected.name,
                    uidvalidity=selected.uidvalidity,
                    uidnext=selected.uidnext,
                )
            _log.info("imap.folder_opened", source=source.id, folder=folder.id, next_uid=folder.next_uid)
        begun = (source.trial or {}).get("begun", {}).get(selected.name, selected.uidvalidity)
        if source.imports_old or source.connected_at is None or begun == selected.uidvalidity:
            return folder, None
        return folder, (source.connected_at - timedelta(days=1)).date()

    def _take_all(self, folder: FolderState, uids: Sequence[int], since: date | None) -> None:
        facts = self._session.facts(uids)
        for group in self._groups(uids, facts):
            try:
                first_blocks = self._read_first(group, facts)
                for uid in group:
                    self._take(folder, uid, facts.get(uid), first_blocks.get(uid), since)
            except ServerFault as fault:
                self._note_broken(folder, group, fault)
                raise

    def _note_broken(self, folder: FolderState, group: Sequence[int], fault: ServerFault) -> None:
        """The dialogue ended over these mails, through no fault of ours."""
        if fault.trouble is Trouble.OURS:
            return
        if len(group) == 1 and fault.trouble in (Trouble.TOO_MUCH, Trouble.PROTOCOL):
            self._set_back(folder, group[0])  # that is the server's answer for this mail
            return
        for uid in group:
            self._setbacks.dropped(uid, now=monotonic())

    def _groups(self, uids: Sequence[int], facts: dict[int, Facts]) -> Iterator[list[int]]:
        """Small mails together, each large or suspect one alone, in order."""
        group: list[int] = []
        size = 0
        for uid in uids:
            own = facts[uid].size_bytes if uid in facts else 0
            is_alone = own > BLOCK_BYTES or self._setbacks.is_suspect(uid)
            if group and (is_alone or len(group) >= _GROUP_MAILS or size + own > _GROUP_BYTES):
                yield group
                group, size = [], 0
            if is_alone:
                yield [uid]
            else:
                group.append(uid)
                size += own
        if group:
            yield group

    def _read_first(self, group: Sequence[int], facts: dict[int, Facts]) -> dict[int, bytes]:
        wanted = [u for u in group if u in facts and facts[u].size_bytes <= self._office.max_message_bytes]
        try:
            return self._session.read(wanted) if wanted else {}
        except ServerFault as fault:
            if fault.ends_connection:
                raise
            return {}  # the server refused: each mail of the group is on its own from now on

    def _take(
        self, folder: FolderState, uid: int, facts: Facts | None, block: bytes | None, since: date | None
    ) -> None:
        if facts is not None and since is not None and self._is_older(facts, _TOLERANCE):
            return  # `advance` goes past it: it is no news, and nobody wanted old mail
        if facts is not None and facts.size_bytes > self._office.max_message_bytes:
            self._refuse(folder, uid, "too-large")
        elif facts is None or block is None:
            self._set_back(folder, uid)
        else:
            self._accept(folder, uid, facts, block)

    def _accept(self, folder: FolderState, uid: int, facts: Facts, block: bytes) -> None:
        office = self._office
        try:
            with office.acceptor.spool() as spool:
                if not self._read_whole(uid, facts, block, spool):
                    self._set_back(folder, uid)
                    return
                self._keep(folder, uid, facts, spool, mail_from=return_path(block))
        except TooLarge:
            self._refuse(folder, uid, "too-large")
            return
        except DeskError as error:
            raise ServerFault(Trouble.OURS, error.detail) from error
        self._setbacks.settled(uid)

    def _keep(self, folder: FolderState, uid: int, facts: Facts, spool: Spool, *, mail_from: str) -> None:
        """The mail and the row that says that its UID was taken, in one transaction."""
        now = self._office.clock.now()
        at = self._uid(folder, uid)
        marked_at = now if self._source.when_done == WhenDone.KEEP else None

        def once(db: Session, put: Put) -> tuple[IntakeRef, ...]:
            refs: list[IntakeRef] = []

            def write() -> int:
                refs.extend(put())
                return refs[0].id

            imap.take(db, at, write, marked_at=marked_at)
            return tuple(refs)

        self._office.acceptor.accept(
            Envelope(mail_from, (self._source.address,)),
            spool,
            source=Source.IMPORT if self._is_older(facts, timedelta()) else Source.IMAP,
            now=now,
            also=once,
        )

    def _read_whole(self, uid: int, facts: Facts, block: bytes, spool: Spool) -> bool:
        """The whole mail into the spool; False if the server has none of it.

        What RFC822.SIZE says is not always true: the mail ends where a block is short and no other follows.
        """
        while block:
            if spool.size_bytes + len(block) > self._office.max_message_bytes:
                raise TooLarge
            spool.write(block)
            if len(block) < BLOCK_BYTES and spool.size_bytes >= facts.size_bytes:
                break
            block = self._session.read([uid], spool.size_bytes).get(uid, b"")
        if spool.size_bytes != facts.size_bytes:
            _log.info(
                "imap.size_differs", source=self._source.id, said=facts.size_bytes, is_=spool.size_bytes
            )
        return spool.size_bytes > 0 or facts.size_bytes == 0

    def _refuse(self, folder: FolderState, uid: int, reason: str) -> None:
        """It stays on the server as it is; the ledger says why."""
        now, source, at = self._office.clock.now(), self._source, self._uid(folder, uid)
        try:
            recipient = self._office.acceptor.find_recipient(source.address)

            def note(db: Session) -> None:
                intake.refuse(
                    db,
                    account_id=source.account_id,
                    mailbox_id=recipient.mailbox_id if recipient else None,
                    rcpt_to=source.address,
                    source=Source.IMAP,
                    reason=reason,
                    now=now,
                )

            with transaction() as db:
                imap.take(db, at, lambda: note(db), marked_at=now)
        except DeskError as error:
            raise ServerFault(Trouble.OURS, error.detail) from error
        self._setbacks.settled(uid)

    def _set_back(self, folder: FolderState, uid: int) -> None:
        if self._setbacks.refused(uid, now=monotonic()):
            self._refuse(folder, uid, "unreadable")
        else:
            self._unsettled.add(uid)

    def _uid(self, folder: FolderState, uid: int) -> Uid:
        return Uid(folder, uid, min({uid + 1, *self._unsettled}))

    def _advance(self, folder: FolderState, next_uid: int) -> None:
        """Go on from there next time; this also passes over what was no news."""
        with reading() as db:
            current = imap.find_folder_by_id(db, folder.id)
        if current is not None and current.next_uid < next_uid:
            with transaction() as db:
                imap.advance(db, Uid(folder, next_uid, next_uid))

    def _is_older(self, facts: Facts, tolerance: timedelta) -> bool:
        """Whether it lay there before the mailbox was connected; a server's times have no fractions."""
        connected_at, arrived_at = self._source.connected_at, facts.arrived_at
        if connected_at is None or arrived_at is None:
            return True
        return arrived_at < connected_at.replace(microsecond=0) - tolerance

    def _mark_owed(self, folder: FolderState) -> None:
        """Tell the server of mails that are safe; what fails is owed until the next look."""
        if self._source.when_done == WhenDone.KEEP:
            return
        while True:
            with reading() as db:
                uids = imap.list_unmarked(db, folder, limit=_MARKED_AT_ONCE)
            if not uids:
                return
            try:
                self._mark(uids)
            except ServerFault as fault:
                if fault.ends_connection:
                    raise
                self._look.troubles = [fault]
                return
            with transaction() as db:
                imap.note_marked(db, folder, uids, now=self._office.clock.now())

    def _mark(self, uids: Sequence[int]) -> None:
        match WhenDone(self._source.when_done):
            case WhenDone.SEEN:
                self._session.mark_seen(uids)
            case WhenDone.MOVE:
                self._session.move(uids, self._source.move_to)
            case WhenDone.DELETE:
                self._session.delete(uids)
            case WhenDone.KEEP:
                return


def return_path(block: bytes) -> str:
    """The envelope's sender as the last server noted it (RFC 5321, 4.4); "" where it is null or not noted."""
    end = _HEADER_END.search(block)
    match = _RETURN_PATH.search(block, 0, end.start() if end else len(block))
    path, _ = read_path(match[1].decode("utf-8", "surrogateescape").strip()) if match else (None, "")
    return "" if path is None or path == NULL_PATH else path
