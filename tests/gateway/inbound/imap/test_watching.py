"""One source, held: its end, its faults, and what is left after a drop at any byte."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from gateway.store import session
from gateway.store.models import ImapMessage
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import Folder, ImapServer
from tests.world import World, mail

STEP = 41
"""Every so many bytes of the dialogue; a journey takes them all."""


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def scripted(world: World, server: ImapServer) -> Fetching:
    return Fetching(world, server.port)


def check_is_safe(uids: list[int], uidvalidity: int) -> None:
    """Whatever is marked on the server has been committed here."""
    with session.reading() as db:
        mine = select(ImapMessage.uid).where(ImapMessage.uidvalidity == uidvalidity)
        taken = set(db.execute(mine.where(ImapMessage.intake_id.is_not(None))).scalars())
    assert set(uids) <= taken


def test_a_drop_at_any_byte_loses_nothing_doubles_nothing_and_marks_last(
    scripted: Fetching, server: ImapServer
) -> None:
    scripted.begin()
    marked_early: list[AssertionError] = []

    def check(uids: list[int]) -> None:
        try:
            check_is_safe(uids, server.inbox.uidvalidity)
        except AssertionError as error:
            marked_early.append(error)

    server.on_store = check
    cut, total, accepted = 0, 1, 0
    while cut < total:
        server.folders["INBOX"] = Folder(uidvalidity=100 + cut)
        mails = [mail(f"Cut at {cut}, {number}") for number in range(3)]
        server.inbox.add(*mails)
        server.cut_after = cut + 1
        scripted.look()
        scripted.look()
        assert scripted.raws()[accepted:] == mails, cut
        assert all("\\Seen" in message.flags for message in server.inbox.messages), cut
        assert scripted.unmarked() == []
        accepted += len(mails)
        if cut == 0:
            server.folders["INBOX"] = Folder(uidvalidity=99)
            server.inbox.add(*(mail(f"Cut at {cut}, {number}") for number in range(3)))
            scripted.look()
            accepted += 3
            total = server.spoken
        cut += STEP
    assert total > 1000
    assert marked_early == []
