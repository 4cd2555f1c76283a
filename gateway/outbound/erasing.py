"""Carrying out an erasure: step by step, a batch a transaction, so that a kill costs a batch at most.

What goes is written down first, then noted in the journal outside the database, then removed: rows, then the
bytes that no row refers to any more, then what the database still has of them in its files. The receipt is
last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import Self

from sqlalchemy.orm import Session

from gateway import log
from gateway.clock import Clock
from gateway.desk import auditing
from gateway.desk.auditing import DESK, Kind, What
from gateway.errors import Conflict, Unavailable
from gateway.mail.parse import parse
from gateway.rules.erasure import QUIET, ErasureKind, Step, Thing
from gateway.settings import Settings
from gateway.store import automatic, erasures, exports, receipts
from gateway.store.audit import NewEntry, Ref
from gateway.store.blobs import BlobStore
from gateway.store.erased import accounts, items, people, planning, recognising, removing, unowned, wiping
from gateway.store.erased.items import Item
from gateway.store.erased.removing import Gone
from gateway.store.erasurejournal import ErasureJournal
from gateway.store.erasures import Task
from gateway.store.exportfiles import ExportFiles
from gateway.store.filetypes import detect_type
from gateway.store.receipts import Receipt
from gateway.store.session import reading, transaction
from gateway.store.settling import destroy_keys

_BATCH = 50
_BLOBS_A_BATCH = 500
_BEAT_EVERY = timedelta(seconds=10)
_LONG = timedelta(minutes=15)
"""How long writing the database's file anew may take at most before somebody else tries."""

_SOON = timedelta(seconds=10)


_Some = Callable[[Session, int, int], Sequence[int]]
_Remove = Callable[[Session, int, int, Sequence[int]], Gone]
_Note = Callable[[Sequence[int]], None]


class _Stopped(Exception):
    """Somebody goes on later."""

    def __init__(self, after: timedelta = timedelta(0)) -> None:
        super().__init__()
        self.after = after


@dataclass(frozen=True, slots=True)
class Means:
    """With what it is done: where files are, the installation's secret and what it is called.

    A blob that was kept within `quiet` waits for so long: its owner's row may not be written yet.
    """

    blobs: BlobStore
    exports: ExportFiles
    journal: ErasureJournal
    clock: Clock
    key: bytes
    base_url: str
    quiet: timedelta = QUIET

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> Self:
        """As the installation has them."""
        return cls(
            blobs=BlobStore(settings.blob_dir, settings.effective_keyring_dir),
            exports=ExportFiles(settings.blob_dir),
            journal=ErasureJournal(settings.effective_erasure_journal, settings.key()),
            clock=clock,
            key=settings.key(),
            base_url=settings.effective_base_url,
        )


def erase(erasure_id: int, *, means: Means, is_stopping: Callable[[], bool]) -> bool:
    """Carry it out from the step on at which it stands; whether it is done now.

    A second call for the same work does nothing. What cannot be done yet is begun again later.
    """
    with transaction() as db:
        task = erasures.begin(db, erasure_id, now=means.clock.now())
    if task is None:
        return False
    work = _Work(task, means, is_stopping)
    try:
        work.carry_out()
    except (_Stopped, Unavailable) as reason:
        after = reason.after if isinstance(reason, _Stopped) else _SOON
        if isinstance(reason, Unavailable):
            log.get("erasure").warning("erasure.put_off", erasure=task.public_id, detail=reason.detail)
        with transaction() as db:
            erasures.let_go(db, task, due_at=means.clock.now() + after)
        return False
    except Conflict:  # another worker has it, who goes on
        return False
    return True


def erase_again(*, means: Means) -> int:
    """Erase again what a restored backup has brought back; how many erasures.

    Before the desk serves: whoever kept a file is gone, so none has to wait. Unavailable where it cannot be
    done now; then nothing may be served.
    """
    entries = means.journal.read().values()
    with reading() as db:
        is_older = bool(recognising.find_unknown(db, entries))
    if is_older:
        with transaction() as db:
            recognising.owe(db, means.journal, entries, now=means.clock.now())
    with reading() as db:
        keys = recognising.list_owed(db)
    alone = replace(means, quiet=timedelta(0))
    for key in keys:
        if not erase(key, means=alone, is_stopping=lambda: False):
            raise Unavailable("What was erased could not be erased again. Please start once more.")
    if keys:
        log.get("erasure").info("erasure.done_again", count=len(keys))
    return len(keys)


@dataclass(slots=True)
class _Work:
    """One erasure in our hands."""

    task: Task
    means: Means
    is_stopping: Callable[[], bool]
    _beaten_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._beaten_at = self.means.clock.now()

    def carry_out(self) -> None:
        """All steps from the present one on."""
        steps = list(Step)
        for step in steps[steps.index(self.task.step) :]:
            self.breathe()
            with transaction() as db:
                erasures.enter(db, self.task, step)
            self._do(step)
            log.get("erasure").info("erasure.step_done", erasure=self.task.public_id, step=step.value)

    def breathe(self, *, lease: timedelta = erasures.LEASE) -> None:
        """Say that the worker lives; _Stopped when it shall not go on, Conflict when it has lost the work."""
        if self.is_stopping():
            raise _Stopped
        now = self.means.clock.now()
        if now - self._beaten_at < _BEAT_EVERY and lease == erasures.LEASE:
            return
        with transaction() as db:
            if not erasures.beat(db, self.task, now=now, lease=lease):
                raise Conflict(detail="erasure lease lost")
        self._beaten_at = now

    def _do(self, step: Step) -> None:
        is_account = self.task.scope.kind is ErasureKind.ACCOUNT
        does: Mapping[Step, Callable[[], None]] = {
            Step.PLAN: self._plan,
            Step.JOURNAL: self._journal,
            Step.EXPORTS: self._exports,
            Step.TICKETS: self._tickets,
            Step.ARTICLES: partial(self._batches, Item.ARTICLE, removing.remove_articles),
            Step.FILES: partial(self._batches, Item.FILE, removing.remove_files),
            Step.REMOTE: partial(self._batches, Item.SESSION, removing.remove_sessions),
            Step.MAILS: self._mails,
            Step.PEOPLE: self._people,
            Step.ACCOUNT: self._account if is_account else lambda: None,
            Step.BLOBS: self._blobs,
            Step.WIPE: self._wipe,
            Step.RECEIPT: self._finish,
        }
        does[step]()

    @property
    def _account_id(self) -> int:
        """Whose it is; of an account that has gone, nobody's, where nothing is found any more."""
        return self.task.account_id or 0

    def _plan(self) -> None:
        if self.task.again_from is None:
            with transaction() as db:
                planning.plan(db, self.task, self._account_id)

    def _journal(self) -> None:
        if self.task.again_from is not None:
            return
        with reading() as db:
            marks = list(planning.marks(db, self.task))
        self.means.journal.note(
            self.task.public_id,
            self.task.scope.kind.value,
            self.task.account,
            marks,
            at=self.means.clock.now(),
        )

    def _exports(self) -> None:
        with transaction() as db:
            gone = exports.remove_all_of(db, self._account_id)
            people.forget_reports(db, self._account_id)
            erasures.count(db, self.task, {Thing.EXPORTS: len(gone)})
        self.means.exports.forget(gone)

    def _tickets(self) -> None:
        with transaction() as db:
            removing.remove_emptied(db, self._account_id)
        if self.task.scope.kind is ErasureKind.ACCOUNT:
            self._everything(accounts.some_tickets, removing.remove_tickets)
        else:
            self._batches(Item.TICKET, removing.remove_tickets)

    def _mails(self) -> None:
        self._batches(Item.INTAKE, removing.remove_intakes, self._note_files)
        if self.task.scope.kind is ErasureKind.ACCOUNT:
            self._everything(accounts.some_intakes, removing.remove_intakes, self._note_files)
            self._everything(accounts.some_deliveries, removing.remove_deliveries_of)
        after = ""
        while True:
            self.breathe()
            with transaction() as db:
                some = items.some_refs(db, self.task.id, Item.ADDRESS, _BATCH, after)
                if not some:
                    return
                digest = partial(automatic.digest_of, self.means.key)
                before = self.task.again_from
                gone = people.remove_traces(
                    db, self.task.id, self._account_id, some, digest=digest, before=before
                )
                erasures.count(db, self.task, gone)
            after = some[-1]

    def _people(self) -> None:
        self._batches(Item.CONTACT, people.remove_contacts)
        self._batches(Item.SYSTEM, people.remove_systems)
        self._batches(Item.CUSTOMER, people.remove_customers)

    def _account(self) -> None:
        if self.task.account_id is None:
            return
        with transaction() as db:
            gone = accounts.remove(db, self.task.id, self.task.account_id)
            erasures.count(db, self.task, gone)

    def _note_files(self, intakes: Sequence[int]) -> None:
        """The files of mails that became no message: filing had kept them before it was held back."""
        with reading() as db:
            raws = removing.raws_of(db, intakes)
        parts: set[str] = set()
        for raw in raws:
            try:
                parsed = parse(self.means.blobs.read(raw), detect_type=detect_type)
            except Exception:  # noqa: BLE001 - what cannot be read, or is not there, has left no files
                log.get("erasure").info("erasure.mail_unreadable", erasure=self.task.public_id)
                continue
            parts |= {sha256(part.content).hexdigest() for part in parsed.attachments}
        with transaction() as db:
            items.add_refs(db, self.task.id, Item.BLOB, parts)

    def _batches(self, item: Item, remove: _Remove, note: _Note | None = None) -> None:
        """Remove what is written down, a batch a transaction."""
        self._all(lambda db, _: items.some_rows(db, self.task.id, item, _BATCH), remove, note, item)

    def _everything(self, some: _Some, remove: _Remove, note: _Note | None = None) -> None:
        """Likewise whatever the account has; what had to stay as the newest row goes with the account."""
        self._all(lambda db, account_id: some(db, account_id, _BATCH), remove, note)

    def _all(
        self,
        some: Callable[[Session, int], Sequence[int]],
        remove: _Remove,
        note: _Note | None,
        item: Item | None = None,
    ) -> None:
        while True:
            self.breathe()
            with reading() as db:
                ids = some(db, self._account_id)
            if not ids:
                return
            if note is not None:
                note(ids)
            with transaction() as db:
                gone = remove(db, self.task.id, self._account_id, ids)
                if item is not None:
                    items.drop_rows(db, self.task.id, item, ids)
                erasures.count(db, self.task, gone)

    def _blobs(self) -> None:
        """Remove what nobody owns any more; what was kept just now, by anybody, is looked at later."""
        # What is somebody's from now on was kept from now on, and is not untouched.
        since = self.means.clock.now() - self.means.quiet
        with transaction() as db:
            unowned.drop_owned(db, self.task.id)
        after, is_waiting = "", False
        while True:
            self.breathe()
            with reading() as db:
                some = items.some_refs(db, self.task.id, Item.BLOB, _BLOBS_A_BATCH, after)
            if not some:
                break
            gone = [one for one in some if self.means.blobs.forget(one, untouched_since=since)]
            is_waiting = is_waiting or len(gone) < len(some)
            with transaction() as db:
                items.drop_refs(db, self.task.id, Item.BLOB, gone)
            after = some[-1]
        if is_waiting:
            raise _Stopped(self.means.quiet / 5)
        self._keys()

    def _keys(self) -> None:
        """Destroy the keys of whoever was removed: what backups have of theirs is unreadable then."""
        with reading() as db:
            owners = items.owners(db, self.task.id)
        self.breathe(lease=_LONG)
        if owners:
            destroy_keys(self.means.blobs, owners)

    def _wipe(self) -> None:
        with transaction() as db:  # before the wiping: what was written down names them, too
            items.drop_all(db, self.task.id)
        self.breathe(lease=_LONG)
        wiping.wipe(self.breathe)

    def _finish(self) -> None:
        now = self.means.clock.now()
        with transaction() as db:
            progress = erasures.progress_of(db, self.task)
            receipt = Receipt(
                id=self.task.public_id,
                kind=self.task.scope.kind.value,
                counts=progress.counts,
                begun_at=_moment(progress.begun_at or now),
                done_at=_moment(now),
                installation=self.means.base_url,
                version=version("manage4all"),
            )
            if not erasures.finish(db, self.task, receipts.sign(receipt, self.means.key), now=now):
                raise Conflict(detail="erasure lease lost")
            if self.task.account_id is not None and self.task.scope.kind is not ErasureKind.ACCOUNT:
                facts = {"what": self.task.scope.kind.value}
                entry = NewEntry(now, DESK, Kind.ERASURE_DONE.value, Ref(What.ACCOUNT.value), facts)
                auditing.write(db, self.task.account_id, entry)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
