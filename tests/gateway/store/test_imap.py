"""Sources by lease, folders, and UIDs that are taken once; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.desk import imapsources
from gateway.desk.imapsources import Connection
from gateway.store import imap, session
from gateway.store.imap import FolderCount, FolderState, LeasedSource, SourceState, Uid
from gateway.store.models import Account, ImapFolder, ImapMessage, ImapSource
from gateway.store.servers import FreshTokens, Trouble
from tests.world import NOON, World

LEASE = timedelta(seconds=10)
LATER = NOON + timedelta(seconds=11)


@pytest.fixture
def source_id(world: World) -> int:
    ours = world.ours
    with session.transaction() as db:
        connection = Connection(host="imap.example.org", username="help", sealed_secret="sealed")
        imapsources.connect(db, ours.owner, ours.mailbox.public_id, connection, now=NOON)
        return db.execute(select(ImapSource.id)).scalar_one()


def claim(source_id: int, owner: str = "one", *, at: timedelta = timedelta()) -> LeasedSource | None:
    with session.transaction() as db:
        return imap.claim(db, source_id, owner=owner, now=NOON + at, lease=LEASE)


@pytest.fixture
def source(source_id: int) -> LeasedSource:
    held = claim(source_id)
    assert held is not None
    return held


@pytest.fixture
def folder(source: LeasedSource) -> FolderState:
    with session.transaction() as db:
        return imap.open_folder(db, source, "INBOX", uidvalidity=5, uidnext=100)


def row() -> ImapSource:
    with session.reading() as db:
        found = db.execute(select(ImapSource)).scalar_one()
        db.expunge(found)
        return found


def waiting(*, at: timedelta = timedelta(), also_resting: bool = False) -> list[int]:
    with session.reading() as db:
        return imap.list_waiting(db, now=NOON + at, limit=10, also_resting=also_resting)


def take(folder: FolderState, uid: int, next_uid: int | None = None) -> bool:
    with session.transaction() as db:
        return imap.take(db, Uid(folder, uid, next_uid or uid + 1), lambda: None, marked_at=None)


def test_a_source_is_held_by_one(source_id: int, source: LeasedSource) -> None:
    assert source.address == "support@ours.example"
    assert claim(source_id, "two") is None
    assert waiting() == []
    assert waiting(at=timedelta(seconds=11)) == [source_id]
    assert claim(source_id, "two", at=timedelta(seconds=11)) is not None


def test_a_lease_is_renewed_by_its_owner_until_somebody_else_has_it(
    source_id: int, source: LeasedSource
) -> None:
    with session.transaction() as db:
        assert imap.renew(db, "one", now=LATER, lease=LEASE) == {source.lease_token}
        assert imap.renew(db, "two", now=LATER, lease=LEASE) == set()
    assert claim(source_id, "two", at=timedelta(seconds=15)) is None
    assert claim(source_id, "two", at=timedelta(seconds=30)) is not None
    with session.transaction() as db:
        assert imap.renew(db, "one", now=LATER, lease=LEASE) == set()


def test_it_is_given_back_to_rest(source_id: int, source: LeasedSource) -> None:
    with session.transaction() as db:
        imap.release(db, source, until=LATER)
    assert waiting() == []
    assert waiting(also_resting=True) == [source_id]
    assert claim(source_id) is None
    assert claim(source_id, at=timedelta(seconds=11)) is not None
    assert waiting(also_resting=True) == []
    with session.transaction() as db:
        imap.release(db, source)
    assert row().lease_token != ""


def test_a_paused_source_waits_for_nobody(source_id: int) -> None:
    with session.transaction() as db:
        db.query(ImapSource).update({"state": SourceState.PAUSED})
    assert waiting(also_resting=True) == []
    assert claim(source_id) is None


def test_a_source_of_a_suspended_account_waits_for_nobody(source_id: int) -> None:
    with session.transaction() as db:
        db.query(Account).update({"suspended_at": NOON})
    assert waiting(also_resting=True) == []
    assert claim(source_id) is None


def test_trouble_is_noted_with_its_beginning_until_a_good_look(source: LeasedSource) -> None:
    with session.transaction() as db:
        assert imap.note_trouble(db, source, Trouble.LOGIN, "no", now=NOON) == NOON
    with session.transaction() as db:
        assert imap.note_trouble(db, source, Trouble.TIMEOUT, now=LATER) == NOON
    assert (row().last_error, row().failing_since) == ("timeout", NOON)
    with session.transaction() as db:
        assert imap.last_error(db, source.id) == "timeout"
        imap.note_checked(db, source, now=LATER)
    assert (row().last_error, row().failing_since, row().checked_at) == ("", None, LATER)
    with session.transaction() as db:
        imap.note_trouble(db, source, Trouble.LOGIN, "x" * 1000, now=NOON)
    assert len(row().last_error) == 500


def test_whoever_has_lost_it_notes_nothing(source_id: int, source: LeasedSource) -> None:
    claim(source_id, "two", at=timedelta(seconds=11))
    with session.transaction() as db:
        imap.note_trouble(db, source, Trouble.LOGIN, now=LATER)
        imap.note_checked(db, source, now=LATER)
        imap.note_trial(db, source, [FolderCount("INBOX", 5, 100, 3, 2)], 2, now=LATER)
    assert (row().last_error, row().checked_at, row().trial) == ("", None, None)
    with session.reading() as db:
        assert imap.find_folder(db, source.id, "INBOX") is None


def test_a_uid_is_taken_once(folder: FolderState) -> None:
    assert take(folder, 100)
    assert not take(folder, 100)
    with session.reading() as db:
        assert len(db.execute(select(ImapMessage.id)).all()) == 1


def test_what_is_put_falls_with_the_uid(folder: FolderState) -> None:
    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError), session.transaction() as db:
        imap.take(db, Uid(folder, 100, 101), fail, marked_at=None)
    assert take(folder, 100)


def test_under_another_uidvalidity_nothing_old_is_taken_any_more(
    source: LeasedSource, folder: FolderState
) -> None:
    with session.transaction() as db:
        fresh = imap.open_folder(db, source, "INBOX", uidvalidity=6, uidnext=3)
    assert (fresh.id, fresh.uidvalidity, fresh.next_uid) == (folder.id, 6, 1)
    assert not take(folder, 100)
    assert take(fresh, 100)


def test_a_folder_that_has_gone_takes_nothing(folder: FolderState) -> None:
    with session.transaction() as db:
        db.query(ImapFolder).delete()
    assert not take(folder, 100)


def test_a_folder_begins_at_its_end_or_at_its_beginning(source_id: int, source: LeasedSource) -> None:
    with session.transaction() as db:
        assert imap.open_folder(db, source, "INBOX", uidvalidity=5, uidnext=100).next_uid == 100
        db.query(ImapSource).update({"imports_old": True, "leased_until": None})
    wanting = claim(source_id)
    assert wanting is not None
    assert wanting.trial == {"begun": {"INBOX": 5}}
    with session.transaction() as db:
        assert imap.open_folder(db, wanting, "Sales", uidvalidity=7, uidnext=100).next_uid == 1
        assert imap.open_folder(db, wanting, "INBOX", uidvalidity=5, uidnext=200).next_uid == 100
    assert row().trial == {"begun": {"INBOX": 5, "Sales": 7}}


def test_what_was_taken_from_the_next_uid_on_is_known(folder: FolderState) -> None:
    take(folder, 100, 100)
    take(folder, 102, 101)
    with session.reading() as db:
        current = imap.find_folder_by_id(db, folder.id)
        assert current is not None
        assert current.next_uid == 101
        assert imap.list_taken(db, current) == {102}
        assert imap.list_taken(db, folder) == {100, 102}


def test_what_is_unmarked_is_owed_until_it_is_noted(folder: FolderState) -> None:
    for uid in (102, 100, 101):
        take(folder, uid)
    with session.transaction() as db:
        assert imap.list_unmarked(db, folder, limit=2) == [100, 101]
        imap.note_marked(db, folder, [100, 102], now=NOON)
        assert imap.list_unmarked(db, folder, limit=9) == [101]


def test_a_trial_remembers_where_each_folder_ends(source: LeasedSource) -> None:
    counts = [FolderCount("INBOX", 5, 100, 30, 20), FolderCount("Sales", 6, 7, 3, 3)]
    with session.transaction() as db:
        imap.note_trial(db, source, counts, 22, now=NOON)
    trial = row().trial
    assert trial is not None
    assert {name: trial[name] for name in ("mails", "threads", "sent", "at")} == {
        "mails": 33,
        "threads": 22,
        "sent": 0,
        "at": NOON.isoformat(),
    }
    assert trial["folders"][1] == {
        "name": "Sales",
        "mails": 3,
        "threads": 3,
        "uidvalidity": 6,
        "uidnext": 7,
    }
    later = [FolderCount("INBOX", 5, 130, 60, 40), counts[1]]
    with session.transaction() as db:
        imap.note_trial(db, source, later, 42, now=NOON)
        inbox = imap.find_folder(db, source.id, "INBOX")
    assert inbox is not None
    assert (inbox.uidvalidity, inbox.next_uid) == (5, 130)


def test_a_new_refresh_token_replaces_the_one_it_came_for_only(source: LeasedSource) -> None:
    with session.transaction() as db:
        imap.note_token(db, source, FreshTokens("access", LATER, "fresh"))
    assert (row().sealed_secret, row().sealed_access_token) == ("fresh", "access")
    with session.transaction() as db:
        imap.note_token(db, source, FreshTokens("late", LATER, "stale"))
    assert (row().sealed_secret, row().sealed_access_token) == ("fresh", "access")


def test_a_source_can_be_looked_at_without_being_held(source_id: int) -> None:
    public_id = row().public_id
    with session.reading() as db:
        found = imap.find_source(db, public_id)
        assert found is not None
        assert (found.id, found.lease_token) == (source_id, "")
        assert imap.find_source(db, "nobody") is None
