"""The jobs: outbox ids in, one call down for each, nothing else.

A job may come twice, late or for a row that is gone; the work itself is safe against all three.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Literal, assert_never

from gateway import log
from gateway.clock import SystemClock
from gateway.desk import acts
from gateway.desk.guarding import Guards
from gateway.errors import Unavailable
from gateway.inbound.authentication.examining import Examiner
from gateway.inbound.clamd import Clamd
from gateway.inbound.duetimes import see_again
from gateway.inbound.file_intake import file_intake
from gateway.inbound.previews import make_previews
from gateway.inbound.scanning import scan_article
from gateway.outbound.certifying import Notary, certify
from gateway.outbound.deliver import deliver
from gateway.outbound.erasing import Means, erase
from gateway.outbound.exporting import Bindery, make_export
from gateway.outbound.forgetting import wipe
from gateway.outbound.guestnews import tell_of_news
from gateway.outbound.postoffice import open_office
from gateway.outbound.reporting import count_report
from gateway.outbound.submission import Sender
from gateway.settings import Settings
from gateway.store import outbox
from gateway.store.blobs import BlobStore
from gateway.store.erasurejournal import ErasureJournal
from gateway.store.exportfiles import ExportFiles
from gateway.store.outbox import OutboxRow, Topic
from gateway.store.session import reading, transaction
from workers.aside import Aside

Work = Callable[[OutboxRow], object]
"""Does what a row owes."""


@dataclass(frozen=True, slots=True)
class _Workshop:
    """What the jobs of this process work with."""

    work: Mapping[Topic, Work]
    is_stopping: Callable[[], bool]


_workshop: list[_Workshop] = []


def prepare(settings: Settings, topics: Sequence[Topic], *, is_stopping: Callable[[], bool]) -> ExitStack:
    """Set up, once a process, what the jobs of these topics work with; to be closed at the end."""
    stack = ExitStack()
    _workshop[:] = [_Workshop({topic: _work(settings, topic, stack) for topic in topics}, is_stopping)]
    return stack


def _work(settings: Settings, topic: Topic, stack: ExitStack) -> Work:
    """How a row of the topic is worked on; what must be closed at the end goes to `stack`."""
    clock, blobs = SystemClock(), BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    scanner = Clamd(settings.clamd_url) if settings.clamd_url else None
    match topic:
        case Topic.FILE:
            guards = Guards.of(settings)
            file = partial(
                file_intake,
                blobs=blobs,
                clock=clock,
                guards=guards,
                scanner=scanner,
                examine=Examiner(settings).examine,
            )
            return lambda row: file(row.ref_id, told=row.told)
        case Topic.DELIVER | Topic.CERTIFY:
            return _outgoing(settings, topic, stack)
        case Topic.SCAN:
            return lambda row: scan_article(
                row.ref_id, scanner=scanner, blobs=blobs, clock=clock, told=row.told
            )
        case Topic.PREVIEW:
            return lambda row: make_previews(row.ref_id, blobs=blobs)
        case Topic.GUESTS:
            return _writing(settings)
        case Topic.DUE:
            return lambda row: see_again(row, clock=clock)
        case Topic.REPORT:
            return lambda row: count_report(row.ref_id, clock=clock)
        case Topic.ACT:
            return lambda row: _carry_on(row.ref_id, clock)
        case Topic.EXPORT | Topic.ERASE | Topic.WIPE:
            return _beside(settings, topic, stack)
        case _:
            assert_never(topic)


def _outgoing(settings: Settings, topic: Literal[Topic.DELIVER, Topic.CERTIFY], stack: ExitStack) -> Work:
    """Likewise for what goes out by mail."""
    clock, blobs = SystemClock(), BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    if topic is Topic.DELIVER:
        office = stack.enter_context(open_office(settings, blobs=blobs, clock=clock))
        return lambda row: deliver(row.ref_id, office=office)
    sender = Sender(relay_url=settings.relay_url.get_secret_value(), ehlo_name=settings.greeting)
    stack.callback(sender.close)
    journal = ErasureJournal(settings.effective_erasure_journal, settings.key())
    notary = Notary(sender, settings.mail_domain, clock, journal)
    return lambda row: certify(row.ref_id, notary=notary)


def _writing(settings: Settings) -> Work:
    """Likewise for what writes to people by itself."""
    clock, blobs = SystemClock(), BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    tell = partial(
        tell_of_news,
        blobs=blobs,
        mail_domain=settings.mail_domain,
        base_url=settings.effective_base_url,
        clock=clock,
    )
    return lambda row: tell(row.ref_id)


def _beside(
    settings: Settings, topic: Literal[Topic.EXPORT, Topic.ERASE, Topic.WIPE], stack: ExitStack
) -> Work:
    """Likewise for what takes minutes."""
    clock, aside = SystemClock(), stack.enter_context(Aside())
    if topic is Topic.WIPE:
        return lambda _: aside.do(partial(wipe, clock=clock, is_stopping=aside.is_stopping))
    make: Callable[[int], object]
    if topic is Topic.EXPORT:
        bindery = Bindery(
            blobs=BlobStore(settings.blob_dir, settings.effective_keyring_dir),
            files=ExportFiles(settings.blob_dir),
            clock=clock,
            mail_domain=settings.mail_domain,
            base_url=settings.effective_base_url,
        )
        make = partial(make_export, bindery=bindery, is_stopping=aside.is_stopping)
    else:
        make = partial(erase, means=Means.of(settings, clock), is_stopping=aside.is_stopping)
    return lambda row: aside.do(partial(make, row.ref_id))


def file_mails(outbox_ids: Sequence[int]) -> None:
    """Make tickets of accepted mails."""
    work_on(Topic.FILE, outbox_ids)


def deliver_mails(outbox_ids: Sequence[int]) -> None:
    """Send mails that are due."""
    work_on(Topic.DELIVER, outbox_ids)


def scan_files(outbox_ids: Sequence[int]) -> None:
    """Scan files that came while the scanner was away."""
    work_on(Topic.SCAN, outbox_ids)


def make_pictures(outbox_ids: Sequence[int]) -> None:
    """Make previews of pictures."""
    work_on(Topic.PREVIEW, outbox_ids)


def tell_guests(outbox_ids: Sequence[int]) -> None:
    """Write to guests that there is news in a ticket."""
    work_on(Topic.GUESTS, outbox_ids)


def see_due_times(outbox_ids: Sequence[int]) -> None:
    """See again when tickets are due."""
    work_on(Topic.DUE, outbox_ids)


def count_reports(outbox_ids: Sequence[int]) -> None:
    """Count the numbers of reports."""
    work_on(Topic.REPORT, outbox_ids)


def make_exports(outbox_ids: Sequence[int]) -> None:
    """Put together what somebody takes along, beside the other work."""
    work_on(Topic.EXPORT, outbox_ids)


def erase_for_good(outbox_ids: Sequence[int]) -> None:
    """Erase what somebody has asked to, beside the other work."""
    work_on(Topic.ERASE, outbox_ids)


def certify_erasures(outbox_ids: Sequence[int]) -> None:
    """Certify erasures to former owners of accounts, and to who asked by mail."""
    work_on(Topic.CERTIFY, outbox_ids)


def wipe_files(outbox_ids: Sequence[int]) -> None:
    """Have the database keep nothing of what was forgotten, beside the other work."""
    work_on(Topic.WIPE, outbox_ids)


def carry_on(outbox_ids: Sequence[int]) -> None:
    """Do what is left of acts on many tickets."""
    work_on(Topic.ACT, outbox_ids)


def work_on(topic: Topic, outbox_ids: Sequence[int]) -> None:
    """Do the work of these rows; one that fails is logged and left to the sweep, which gives it again.

    Stops early when the process shall stop.
    """
    (workshop,) = _workshop
    for outbox_id in outbox_ids:
        if workshop.is_stopping():
            return
        try:
            _work_on_one(workshop.work[topic], outbox_id)
        except Unavailable as error:
            log.get("jobs").warning("job.put_off", topic=topic.value, outbox=outbox_id, detail=error.detail)
        except Exception:  # noqa: BLE001 - the outermost frame of a piece of work
            log.get("jobs").exception("job.failed", topic=topic.value, outbox=outbox_id)


def _carry_on(act_id: int, clock: SystemClock) -> None:
    """Until nothing is left; a hundred tickets a transaction, so that others have their turns between."""
    left = 1
    while left:
        with transaction() as db:
            left = acts.go_on(db, act_id, now=clock.now())


def _work_on_one(work: Work, outbox_id: int) -> None:
    with reading() as db:
        row = outbox.get(db, outbox_id)
    if row is not None:
        work(row)
