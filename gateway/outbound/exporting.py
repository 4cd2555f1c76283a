"""Making an export: rows as they were at one moment, then the files that go with them, then a mail about it.

Rows are read and files copied a piece at a time, whatever there is of them. A worker that dies leaves a file
that nobody is offered; after a minute of silence the next one begins anew.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from types import TracebackType
from typing import IO, Any, Self

from sqlalchemy.orm import Session

from gateway import log
from gateway.clock import Clock
from gateway.desk import inventory
from gateway.desk.notices import by_the_clock, write_notice
from gateway.errors import DeskError, NotFound
from gateway.i18n import DEFAULT_LOCALE, speaking
from gateway.rules.exporting import FORMAT, LASTS, VERSION, Scope
from gateway.store import binding, deliveries, exports
from gateway.store.blobs import BlobStore
from gateway.store.exported import persons, selection
from gateway.store.exported.reading import read_rows
from gateway.store.exportfiles import ExportFiles
from gateway.store.exports import Task
from gateway.store.session import snapshot, transaction
from gateway.store.zipwriter import ZipWriter

_BEAT_SECONDS = 10.0
_BLOCK_BYTES = 256 * 1024


class _Stopped(Exception):
    """The export is no longer ours to make, or this process shall stop."""


@dataclass(frozen=True, slots=True)
class Bindery:
    """What an export is made with: where files are, and what the mail about it says."""

    blobs: BlobStore
    files: ExportFiles
    clock: Clock
    mail_domain: str
    base_url: str


def make_export(export_id: int, *, bindery: Bindery, is_stopping: Callable[[], bool]) -> None:
    """Make it and tell whoever asked, also that it could not be made, after five tries.

    A second call for the same work does nothing.
    """
    with transaction() as db:
        task = exports.begin(db, export_id, now=bindery.clock.now())
    if task is None:
        return
    bindery.files.forget_parts(task.public_id)
    if task.is_over:
        _tell_failed(task, bindery)
        return
    try:
        with _Heart(task, bindery.clock, is_stopping) as heart:
            _write(task, bindery, heart)
    except _Stopped:
        with transaction() as db:
            exports.let_go(db, task, now=bindery.clock.now())
        return
    _tell(task, bindery)


@dataclass(slots=True)
class _Heart:
    """Says every few seconds that the worker lives and how far it is; knows when the work is to be left."""

    task: Task
    clock: Clock
    is_stopping: Callable[[], bool]
    done: int = 0
    total: int = 0
    _is_lost: bool = False
    _ends: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._beat, name="export-heart", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._ends.set()
        if self._thread is not None:
            self._thread.join()

    def check(self) -> None:
        """Go on, or raise _Stopped."""
        if self._is_lost or self.is_stopping():
            raise _Stopped

    def _beat(self) -> None:
        while not self._ends.wait(_BEAT_SECONDS if self.total else 1.0):
            try:
                with transaction() as db:
                    now = self.clock.now()
                    self._is_lost = not exports.beat(db, self.task, done=self.done, total=self.total, now=now)
            except DeskError as error:  # the next beat may come through; silence for long costs the lease
                log.get("export").warning("export.beat_missed", detail=error.detail)


def _write(task: Task, bindery: Bindery, heart: _Heart) -> None:
    with bindery.files.writing(task.public_id) as file, _Wanted() as wanted:
        packed = ZipWriter(file, at=task.asked_at, scratch=bindery.files.root)
        try:
            counts = _write_rows(task, packed, heart, wanted)
            heart.total = wanted.count
            missing = _write_files(packed, bindery.blobs, heart, wanted)
            with speaking(task.locale or DEFAULT_LOCALE):
                _write_json(packed, "inventory.json", inventory.as_json())
            _write_json(packed, "manifest.json", _manifest(task, counts, wanted.count, missing))
            packed.close()
        finally:
            packed.discard()
        heart.check()


def _write_rows(task: Task, packed: ZipWriter, heart: _Heart, wanted: "_Wanted") -> Counter[str]:
    counts: Counter[str] = Counter()
    with binding.to_account(task.account_id), snapshot() as db:
        if task.scope is Scope.ACCOUNT:
            parts = selection.of_account(task.account_id)
        else:
            parts = persons.of_person(
                db, task.account_id, task.scope, task.subject_id, with_notes=task.with_notes
            )
        for picked in parts:
            with packed.entry(f"data/{picked.name}.jsonl") as write:
                for row in read_rows(db, picked, wanted.add):
                    write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                    counts[picked.name] += 1
                    heart.check()
    return counts


def _write_files(packed: ZipWriter, blobs: BlobStore, heart: _Heart, wanted: "_Wanted") -> list[str]:
    """Copy them; the paths of those that are not there any more."""
    missing = []
    for path, sha256 in wanted:
        try:
            blob = blobs.open(sha256)
        except NotFound:
            missing.append(path)
            continue
        with blob, packed.entry(path) as write:
            while block := blob.read(_BLOCK_BYTES):
                write(block)
                heart.check()
        heart.done += 1
    return missing


def _write_json(packed: ZipWriter, name: str, value: object) -> None:
    with packed.entry(name) as write:
        write(json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")


def _manifest(task: Task, counts: Counter[str], files: int, missing: list[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "scope": task.scope.value,
        "subject": task.subject_id,
        "business": task.business,
        "with_notes": task.with_notes,
        "exported_at": task.asked_at.isoformat(),
        "rows": dict(counts),
        "files": files - len(missing),
        "missing": missing,
    }


def _tell(task: Task, bindery: Bindery) -> None:
    now = bindery.clock.now()
    kept = _notice("export", task, bindery, at=now + LASTS)
    size_bytes = bindery.files.size_bytes(task.public_id)
    with transaction() as db:
        is_wanted = exports.finish(db, task, size_bytes=size_bytes, now=now)
        if is_wanted:
            _queue(db, task, kept, now)
    if not is_wanted:  # given up meanwhile; or another worker has it, who makes it anew
        bindery.files.forget([task.public_id])


def _tell_failed(task: Task, bindery: Bindery) -> None:
    kept = _notice("export_failed", task, bindery, at=task.asked_at)
    with transaction() as db:
        if exports.fail(db, task):
            _queue(db, task, kept, bindery.clock.now())


def _notice(template: str, task: Task, bindery: Bindery, *, at: datetime) -> str:
    """A mail to whoever asked, with a moment by their clock; the hash of its bytes."""
    with speaking(task.locale or DEFAULT_LOCALE):
        told = by_the_clock(at, task.zone)
    raw = write_notice(
        template,
        to=task.email,
        locale=task.locale,
        mail_domain=bindery.mail_domain,
        now=bindery.clock.now(),
        zone=task.zone,
        person=task.person,
        business=task.business,
        url=f"{bindery.base_url}/account/exports",
        at=told,
    )
    return bindery.blobs.put(raw).sha256


def _queue(db: Session, task: Task, raw_sha256: str, now: datetime) -> None:
    deliveries.queue_notice(
        db, account_id=task.account_id, recipient=task.email, raw_sha256=raw_sha256, now=now
    )


class _Wanted:
    """Which files go in, by path and hash, in a file of its own: there may be millions."""

    def __init__(self) -> None:
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with this
        self.count = 0

    def add(self, path: str, sha256: str) -> None:
        """One more."""
        self._file.write(json.dumps([path, sha256]) + "\n")
        self.count += 1

    def __iter__(self) -> Iterator[tuple[str, str]]:
        self._file.seek(0)
        for line in self._file:
            path, sha256 = json.loads(line)
            yield path, sha256

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._file.close()
