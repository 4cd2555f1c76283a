"""Mail that was kept elsewhere: through the same accept(), and filed on the spot."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway import log
from gateway.clock import Clock
from gateway.errors import TooLarge, Unavailable
from gateway.inbound.accept import Acceptor
from gateway.inbound.authentication.examining import Examine
from gateway.inbound.file_intake import MAX_TRIES, file_intake
from gateway.mail.envelope import Envelope
from gateway.mail.peek import HEAD_BYTES, thread_ids
from gateway.rules.threads import Threads
from gateway.store import intake
from gateway.store.blobs import BlobStore
from gateway.store.intake import Fate, Source
from gateway.store.session import reading

_log = log.get("inbound")


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the messages; `offered` is the sum of the rest."""

    offered: int
    tickets: int
    follow_ups: int
    duplicates: int
    quarantined: int
    refused: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What an import would bring; mails that are here already are counted as well."""

    mails: int
    threads: int
    sent: int
    refused: int


@dataclass(slots=True)
class DryRun:
    """Counts messages in the place of an `Importer`; nothing is kept."""

    max_bytes: int
    _mails: int = 0
    _refused: int = 0
    _threads: Threads = field(default_factory=Threads)

    def take(self, message: Iterable[bytes]) -> None:
        """Count one message; of it no more than its head is held."""
        head, size_bytes = b"", 0
        try:
            for block in message:
                head += block[: HEAD_BYTES - len(head)]
                size_bytes += len(block)
        except OSError:
            self._refused += 1
            return
        if size_bytes > self.max_bytes:
            self._refused += 1
            return
        self._mails += 1
        self._threads.add(*thread_ids(head))

    def summary(self) -> Outline:
        """The sums so far; for old mail nothing is sent."""
        return Outline(mails=self._mails, threads=self._threads.count, sent=0, refused=self._refused)


@dataclass(slots=True)
class Importer:
    """Takes messages for one of our addresses. Doing it again makes duplicates, never second tickets."""

    acceptor: Acceptor
    blobs: BlobStore
    clock: Clock
    rcpt_to: str
    max_bytes: int
    examine: Examine | None = None
    _fates: Counter[Fate] = field(default_factory=Counter)

    def take(self, message: Iterable[bytes]) -> Fate:
        """Accept and file one message; one that cannot be taken is refused, and the next may come.

        Raises Unavailable or StorageFull when database or disk are away: nothing was lost, start again.
        """
        try:
            fate = self._file(self._accept(message))
        except (TooLarge, OSError) as error:
            fate = self._refuse("too-large" if isinstance(error, TooLarge) else "unreadable")
        self._fates[fate] += 1
        return fate

    def summary(self) -> Summary:
        """The sums so far."""
        return Summary(
            offered=self._fates.total(),
            tickets=self._fates[Fate.TICKET],
            follow_ups=self._fates[Fate.FOLLOW_UP],
            duplicates=self._fates[Fate.DUPLICATE],
            quarantined=self._fates[Fate.QUARANTINED],
            refused=self._fates[Fate.REFUSED],
        )

    @property
    def _envelope(self) -> Envelope:
        return Envelope("", (self.rcpt_to,))

    def _accept(self, message: Iterable[bytes]) -> int:
        with self.acceptor.spool() as spool:
            for block in message:
                if spool.size_bytes + len(block) > self.max_bytes:
                    raise TooLarge
                spool.write(block)
            now = self.clock.now()
            [ref] = self.acceptor.accept(self._envelope, spool, source=Source.IMPORT, now=now)
        return ref.id

    def _file(self, intake_id: int) -> Fate:
        """File it here and now; after the last failed try it is a bare ticket, so this always ends."""
        for _ in range(MAX_TRIES + 1):
            try:
                fate = file_intake(intake_id, blobs=self.blobs, clock=self.clock, examine=self.examine)
            except Unavailable:
                raise
            except Exception:  # noqa: BLE001 - counted by what failed; the last try cannot fail
                _log.exception("import.filing_failed", intake=intake_id)
                continue
            return fate or self._fate_elsewhere(intake_id)
        raise Unavailable(detail="a message could not be filed")

    def _fate_elsewhere(self, intake_id: int) -> Fate:
        """A worker was quicker."""
        with reading() as db:
            return intake.fate_of(db, intake_id)

    def _refuse(self, reason: str) -> Fate:
        self.acceptor.refuse(self._envelope, source=Source.IMPORT, reason=reason, now=self.clock.now())
        return Fate.REFUSED
