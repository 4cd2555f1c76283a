"""From an accepted raw mail to a ticket: read it outside any transaction, file it in one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from sqlalchemy.exc import IntegrityError

from gateway import log
from gateway.clock import Clock
from gateway.desk import acknowledging, filing
from gateway.desk.guarding import Guards
from gateway.errors import Unavailable
from gateway.inbound.authentication.examining import Examine
from gateway.inbound.clamd import Clamd, Scanned
from gateway.mail.authres import NOT_EXAMINED, By, Result, Verdict
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from gateway.mail.peek import peek
from gateway.rules.content import content_hash
from gateway.rules.scans import Scan
from gateway.store import binding, intake, outbox
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


@dataclass(frozen=True, slots=True)
class _Means:
    """What filing works with."""

    blobs: BlobStore
    clock: Clock
    guards: Guards | None
    scanner: Clamd | None
    examine: Examine | None


def file_intake(
    intake_id: int,
    *,
    blobs: BlobStore,
    clock: Clock,
    told: int = 0,
    guards: Guards | None = None,
    scanner: Clamd | None = None,
    examine: Examine | None = None,
) -> Fate | None:
    """File one accepted mail; None when it is filed already. `examine` looks at who sent it.

    `told` is how often the sweep had to repeat the wake-up: then an earlier try may have died with its
    process, and this one is counted before it begins. With the third fault the mail becomes a bare ticket.
    A `scanner` looks at every file first; while it is away they are filed closed, and it looks later.
    Raises Unavailable while database or disk are away, which is no fault of the mail, and any fault of an
    earlier try: the sweep comes back to it. With `guards` storms are folded and new requests acknowledged.
    """
    row = _row(intake_id)
    if row is None:
        _forget(intake_id)
        return None
    with binding.to_account(row.account_id):
        return _file_in_account(row, _Means(blobs, clock, guards, scanner, examine), told)


def _file_in_account(row: IntakeRow, means: _Means, told: int) -> Fate | None:
    if row.is_filed:
        _acknowledge(row, means)
        return None
    raw = means.blobs.read(row.raw_sha256)
    same = content_hash(raw)
    fate = _fate_unread(row, raw, same, means)
    if fate is not None:
        return fate
    filed = _file(row, raw, same, means, told)
    if filed and filed.owes_acknowledgement:
        _acknowledge(row, means)
    return filed.fate if filed else None


def _file(row: IntakeRow, raw: bytes, same: str, means: _Means, told: int) -> filing.Filed | None:
    """Read a mail and file it; what cannot be read becomes a bare ticket with the third try."""
    tries = _note_try(row) if told else row.tries + 1
    if tries > MAX_TRIES:
        return _file_unreadable(row, len(raw), same, means)
    try:
        with _bounded():
            parsed = parse(raw, detect_type=detect_type)
        verdict = NOT_EXAMINED if means.examine is None else _examined(means.examine, row, raw, parsed)
        return _file_once(row, parsed, same, verdict, means)
    except Unavailable:
        if told:
            _forget_try(row)
        raise
    except (Exception, ParseTimeout):
        _log.exception("filing.failed", intake=row.id, tries=tries)
        if not told:
            _note_try(row)
        if tries >= MAX_TRIES:
            return _file_unreadable(row, len(raw), same, means)
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


def _fate_unread(row: IntakeRow, raw: bytes, same: str, means: _Means) -> Fate | None:
    """Hold a mail of a sender in a storm back without reading it, if this is one.

    Thousands of mails in a minute are dealt with faster than they come, so that nobody's mail waits for them.
    """
    guards = means.guards
    if guards is None or guards.watch.is_calm(row.received_at):
        return None
    seen = peek(raw)
    if not guards.watch.watches(row.account_id, seen.sender):
        return None
    with suppress(IntegrityError), transaction() as db:
        return filing.settle_unread(db, row, seen, guards=guards, content_hash=same, now=means.clock.now())
    return None  # the same content came twice in this moment: whoever reads it finds the other


def _acknowledge(row: IntakeRow, means: _Means) -> None:
    """Write and record the acknowledgement that is owed to a filed mail, if one is.

    It is a courtesy: one that cannot be written is forgotten.
    """
    guards = means.guards
    if guards is None:
        return
    now, written = means.clock.now(), None
    try:
        with reading() as db:
            written = acknowledging.write(
                db, row.id, blobs=means.blobs, mail_domain=guards.mail_domain, seal=guards.seal, now=now
            )
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - the mail is filed, whatever is wrong with what we would say of it
        _log.exception("acknowledgement.failed", intake=row.id)
    with transaction() as db:
        acknowledging.send(db, row.id, written, now=now)


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
    row: IntakeRow, parsed: ParsedMail, same: str, verdict: Verdict, means: _Means
) -> filing.Filed | None:
    scanned = _scan(parsed, means.scanner)
    files = [
        NewFile(
            filename=part.filename or part.title,
            content_type=part.content_type,
            detected_type=part.detected_type,
            size_bytes=part.size,
            sha256=means.blobs.put(part.content).sha256,
            inline=part.inline,
            content_id=part.content_id,
            scan=one.scan,
            scan_found=one.found,
        )
        for part, one in zip(parsed.attachments, scanned, strict=True)
    ]

    def file() -> filing.Filed | None:
        with transaction() as db:
            return filing.file(
                db,
                row,
                parsed,
                files,
                content_hash=same,
                now=means.clock.now(),
                guards=means.guards,
                verdict=verdict,
            )

    for _ in range(_MAX_COLLISIONS):
        # Another worker may file the same content, or a first mail of the same sender, in this very moment:
        # then the books have it, and another look finds it there.
        with suppress(IntegrityError):
            return file()
    return file()


def _scan(parsed: ParsedMail, scanner: Clamd | None) -> list[Scanned]:
    """What the virus scanner says about each file, if there is one; outside any transaction."""
    if scanner is None:
        return [Scanned(Scan.UNSCANNED)] * len(parsed.attachments)
    return scanner.scan_all(part.content for part in parsed.attachments)


def _file_unreadable(row: IntakeRow, size_bytes: int, same: str, means: _Means) -> filing.Filed | None:
    scan = Scan.PENDING if means.scanner else Scan.UNSCANNED
    now = means.clock.now()
    with transaction() as db:
        return filing.file_unreadable(
            db, row, raw_size_bytes=size_bytes, content_hash=same, scan=scan, now=now
        )


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
