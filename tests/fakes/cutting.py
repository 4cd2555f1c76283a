"""The connection ended at one byte after the other, and the account of what is left each time."""

from sqlalchemy import select

from gateway.store import session
from gateway.store.models import ImapMessage, Intake
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import Folder, ImapServer
from tests.world import mail

_MAILS = 2


def cut_everywhere(fetching: Fetching, server: ImapServer, *, step: int = 1) -> int:
    """Fetch fresh mails over a connection that ends after 1, 1 + step, … bytes of its dialogue, then again.

    Each time every mail is here once, whole, in order, and marked there, and none was marked before it was
    committed. Returns the bytes of a dialogue that is not cut.
    """
    fetching.begin()
    too_early: list[list[int]] = []
    server.on_store = lambda uids: too_early.extend([uids] if not _are_safe(uids, server) else [])
    server.folders["INBOX"] = Folder(uidvalidity=10)
    server.inbox.add(*(mail("uncut") for _ in range(_MAILS)))
    assert fetching.look() is None
    total = server.spoken
    for cut in range(1, total, step):
        server.folders["INBOX"] = Folder(uidvalidity=10 + cut)
        mails = [mail(f"Cut at {cut}, {number}") for number in range(_MAILS)]
        server.inbox.add(*mails)
        server.cut_after = cut
        fetching.look()
        assert fetching.look() is None, cut
        assert _newest(fetching) == mails, cut
        assert all(message.flags == {"\\Seen"} for message in server.inbox.messages), cut
        assert fetching.unmarked() == [], cut
    assert len(fetching.intakes()) == _MAILS * (1 + len(range(1, total, step)))
    assert too_early == []
    return total


def _are_safe(uids: list[int], server: ImapServer) -> bool:
    with session.reading() as db:
        mine = select(ImapMessage.uid).where(ImapMessage.uidvalidity == server.inbox.uidvalidity)
        return set(uids) <= set(db.execute(mine.where(ImapMessage.intake_id.is_not(None))).scalars())


def _newest(fetching: Fetching) -> list[bytes]:
    with session.reading() as db:
        newest = select(Intake.raw_sha256).order_by(Intake.id.desc()).limit(_MAILS)
        names = list(db.execute(newest).scalars())
    return [fetching.world.blobs.read(name) for name in reversed(names)]
