"""A mailbox of the standing cast with an IMAP account, fetched in the test's own process."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.clock import SystemClock
from gateway.desk import imapsources
from gateway.desk.imapsources import Connection, SourceView
from gateway.desk.servers.reach import Reach
from gateway.inbound.accept import Acceptor
from gateway.inbound.file_intake import file_intake
from gateway.inbound.imap.fetching import Office
from gateway.inbound.imap.setbacks import Setbacks
from gateway.inbound.imap.stopping import Stopper
from gateway.inbound.imap.watching import Watch
from gateway.settings import Settings
from gateway.store import imap, session
from gateway.store.imap import LeasedSource, WhenDone
from gateway.store.models import ImapMessage, ImapSource, Intake, Offer
from gateway.store.sealed import Seal
from gateway.store.servers import Security, Trouble
from tests.fakes.dovecot import PASSWORD, USER
from tests.world import DOMAIN, World

SEAL = Seal(b"k" * 32)
OWNER = "a process"


@dataclass
class Fetching:
    """What a test does with the account, and what it then finds in the database."""

    world: World
    port: int
    reach: Reach = field(default_factory=lambda: Reach(allows_private=True, read_seconds=10))
    max_message_bytes: int = 10**7
    setbacks: dict[str, Setbacks] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = Settings(data_dir=Path("unused"), mail_domain=DOMAIN, min_free_bytes=0)
        self.acceptor = Acceptor(settings, self.world.blobs)

    @property
    def office(self) -> Office:
        return Office(self.acceptor, SystemClock(), self.max_message_bytes)

    def connection(self, **changes: Any) -> Connection:
        made = Connection(
            host="localhost",
            port=self.port,
            username=USER,
            sealed_secret=SEAL.seal(PASSWORD),
            security=Security.PLAIN,
            when_done=WhenDone.SEEN,
        )
        return replace(made, **changes)

    def connect(self, **changes: Any) -> SourceView:
        ours = self.world.ours
        with session.transaction() as db:
            now = SystemClock().now()
            return imapsources.connect(
                db, ours.owner, ours.mailbox.public_id, self.connection(**changes), now=now
            )

    def begin(self, *, import_old: bool = True, **changes: Any) -> None:
        """Connect, count, and start."""
        self.connect(**changes)
        assert self.look() is None, self.source().last_error
        self.start(import_old=import_old)

    def start(self, *, import_old: bool) -> None:
        ours = self.world.ours
        with session.transaction() as db:
            imapsources.start(
                db, ours.owner, ours.mailbox.public_id, import_old=import_old, now=SystemClock().now()
            )

    def lease(self) -> LeasedSource | None:
        with session.transaction() as db:
            source_id = db.execute(select(ImapSource.id)).scalar_one()
            return imap.claim(
                db,
                source_id,
                owner=OWNER,
                now=SystemClock().now(),
                lease=timedelta(minutes=1),
                also_resting=True,
            )

    def look(self, stopper: Stopper | None = None) -> Trouble | None:
        """Fetch until nothing new is left, as a process does that was just started."""
        source = self.lease()
        assert source is not None, "somebody holds it"
        return self.watch(source, stopper)

    def watch(self, source: LeasedSource, stopper: Stopper | None = None) -> Trouble | None:
        own = stopper or Stopper()
        try:
            return Watch(self.office, source, self.reach, SEAL, own, self.setbacks).run(once=True)
        finally:
            own.close()

    def source(self) -> ImapSource:
        with session.reading() as db:
            row = db.execute(select(ImapSource)).scalar_one()
            db.expunge(row)
            return row

    def intakes(self) -> list[Intake]:
        with session.reading() as db:
            rows = list(db.scalars(select(Intake).order_by(Intake.id)))
            db.expunge_all()
            return rows

    def raws(self) -> list[bytes]:
        """What was accepted, oldest first."""
        return [self.world.blobs.read(row.raw_sha256) for row in self.intakes()]

    def fates(self) -> Counter[str]:
        """The ledger by fate, after everything accepted was filed."""
        for row in self.intakes():
            file_intake(row.id, blobs=self.world.blobs, clock=SystemClock())
        with session.reading() as db:
            return Counter(db.execute(select(Offer.fate)).scalars())

    def uids(self) -> list[int]:
        with session.reading() as db:
            return list(db.execute(select(ImapMessage.uid).order_by(ImapMessage.id)).scalars())

    def unmarked(self) -> list[int]:
        with session.reading() as db:
            owed = select(ImapMessage.uid).where(ImapMessage.marked_at.is_(None))
            return list(db.execute(owed.order_by(ImapMessage.uid)).scalars())
