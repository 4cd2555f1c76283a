"""From an accepted raw mail to a ticket: read it outside any transaction, file it in one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from sqlalchemy.exc import IntegrityError

from gateway import log
from gateway.clock import Clock
from gateway.desk import filing
from gateway.errors import Unavailable
from gateway.inbound.authentication.examining import Examine
from gateway.mail.authres import NOT_EXAMINED, By, Result, Verdict
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from gateway.rules.content import content_hash
from gateway.store import intake, outbox
from gateway.store.articles import NewFile
from gateway.store.blobs import BlobStore
from gateway.store.filetypes import detect_type
from gateway.store.intake import Fate, IntakeRow
from gateway.store.session import reading, transaction

MAX_TRIES = 3
PARSE_CPU_SECONDS = 10.0
_MAX_COLLISIONS = 4
_log = log.get("filing")


class ParseTimeout(BaseException):
    """Reading a mail took more processor time than any mail may.

    No Exception: whatever the parser catches on its way, this it lets pass.
    """


def file_intake(
    intake_id: int, *, blobs: BlobStore, clock: Clock, told: int = 0, examine: Examine | None = None
) -> Fate | None:
    """File one accepted mail; None when it is filed already. `examine` looks at who sent it.

    `told` is how often the sweep had to repeat the wake-up: then an earlier try may have died with its
    process, and this one is counted before it begins. With the third fault the mail becomes a bare ticket.
    Raises Unavailable while database or disk are away, which is no fault of the mail, and any fault of an
    earlier try: the sweep comes back to it.
    """
    row = _row(intake_id)
    if row is None:
        _forget(intake_id)
        return None
    if row.is_filed:
        return None
    raw = blobs.read(row.raw_sha256)
    same = content_hash(raw)
    tries = _note_try(row) if told else row.tries + 1
    if tries > MAX_TRIES:
        return _file_unreadable(row, len(raw), same, clock)
    try:
        with _bounded():
            parsed = parse(raw, detect_type=detect_type)
        verdict = NOT_EXAMINED if examine is None else _examined(examine, row, raw, parsed)
        return _file_once(row, parsed, same, blobs, clock, verdict)
    except Unavailable:
        if told:
            _forget_try(row)
        raise
    except (Exception, ParseTimeout):
        _log.exception("filing.failed", intake=row.id, tries=tries)
        if not told:
            _note_try(row)
        if tries >= MAX_TRIES:
            return _file_unreadable(row, len(raw), same, clock)
        raise


def _row(intake_id: int) -> IntakeRow | None:
    with reading() as db:
        return intake.find(db, intake_id)


def _forget(intake_id: int) -> None:
    """Its account has gone, and the mail with it: nobody need be told of it again."""
    with transaction() as db:
        outbox.done_for(db, outbox.Topic.FILE, intake_id)


def _note_try(row: IntakeRow) -> int:
    with transaction() as db:
        return intake.note_try(db, row.id)


def _forget_try(row: IntakeRow) -> None:
    """It was our fault; if even that cannot be noted, the mail still has tries left."""
    with suppress(Unavailable), transaction() as db:
        intake.forget_try(db, row.id)


def _examined(examine: Examine, row: IntakeRow, raw: bytes, parsed: ParsedMail) -> Verdict:
    """The verdict on the sender; a mail that breaks the check is filed, too, and gains nothing by it."""
    try:
        with _bounded():
            return examine(row, raw, parsed)
    except (Exception, ParseTimeout):  # noqa: BLE001 - it is logged, and no reason not to file
        _log.exception("filing.not_examined", intake=row.id)
        author = parsed.from_.domain if parsed.from_ else ""
        return Verdict(By.CHECKED, author, dmarc=Result.PERMERROR)


def _file_once(
    row: IntakeRow, parsed: ParsedMail, same: str, blobs: BlobStore, clock: Clock, verdict: Verdict
) -> Fate | None:
    files = [
        NewFile(
            filename=part.filename,
            content_type=part.content_type,
            detected_type=part.detected_type,
            size_bytes=part.size,
            sha256=blobs.put(part.content).sha256,
            inline=part.inline,
            content_id=part.content_id,
        )
        for part in parsed.attachments
    ]

    def file() -> Fate | None:
        with transaction() as db:
            filed = filing.file(db, row, parsed, files, content_hash=same, now=clock.now(), verdict=verdict)
        return filed.fate if filed else None

    for _ in range(_MAX_COLLISIONS):
        # Another worker may file the same content, or a first mail of the same sender, in this very moment:
        # then the books have it, and another look finds it there.
        with suppress(IntegrityError):
            return file()
    return file()


def _file_unreadable(row: IntakeRow, size_bytes: int, same: str, clock: Clock) -> Fate | None:
    with transaction() as db:
        filed = filing.file_unreadable(db, row, raw_size_bytes=size_bytes, content_hash=same, now=clock.now())
    return filed.fate if filed else None


@contextmanager
def _bounded() -> Iterator[None]:
    """At most `PARSE_CPU_SECONDS` of this process's time; only the main thread can be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise ParseTimeout

    before = signal.signal(signal.SIGVTALRM, expire)
    signal.setitimer(signal.ITIMER_VIRTUAL, PARSE_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
