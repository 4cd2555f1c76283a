from datetime import timedelta
from hashlib import sha256

from gateway.rules.loops import Memory
from gateway.store import automatic, session
from gateway.store.automatic import Kind
from tests.world import ANN, NOON, World

DIGEST, OTHER = sha256(ANN.encode()).hexdigest(), sha256(b"other").hexdigest()


def note(account_id: int, *, hours_ago: float, digest: str = DIGEST) -> None:
    with session.transaction() as db:
        at = NOON - timedelta(hours=hours_ago)
        automatic.note(db, account_id, digest, Kind.ACKNOWLEDGEMENT, now=at)


def remembered() -> Memory:
    with session.transaction() as db:
        return automatic.remembered(db, DIGEST, now=NOON)


def test_nothing_is_remembered_of_whoever_got_nothing(world: World) -> None:
    note(world.ours.account_id, hours_ago=0.1, digest=OTHER)
    assert remembered() == Memory(0, None)


def test_mails_of_all_accounts_count_together(world: World) -> None:
    note(world.ours.account_id, hours_ago=2)
    note(world.stranger.account_id, hours_ago=0.5)
    note(world.ours.account_id, hours_ago=0.9)
    assert remembered() == Memory(2, NOON - timedelta(hours=0.5))


def test_what_is_older_than_a_day_counts_for_nothing_and_is_forgotten_later(world: World) -> None:
    note(world.ours.account_id, hours_ago=25)
    note(world.ours.account_id, hours_ago=49)
    assert remembered() == Memory(0, None)
    with session.transaction() as db:
        assert automatic.forget_old(db, now=NOON) == 1


def test_what_an_account_has_sent_of_one_sort_is_known_oldest_first(world: World) -> None:
    ours, kind = world.ours.account_id, Kind.INVITATION
    with session.transaction() as db:
        for account, hours, sort in (
            (ours, 0.5, kind),
            (ours, 0.9, kind),
            (ours, 1, kind),
            (ours, 0.1, Kind.ACKNOWLEDGEMENT),
            (world.stranger.account_id, 0.2, kind),
        ):
            automatic.note(db, account, DIGEST, sort, now=NOON - timedelta(hours=hours))
        found = automatic.sent_since(db, ours, kind, NOON - timedelta(hours=1))
    assert found == (NOON - timedelta(hours=0.9), NOON - timedelta(hours=0.5))


def test_an_address_has_one_hash_a_key() -> None:
    hashes = {automatic.digest_of(key, address) for key in (b"a", b"b") for address in (ANN, "x@y.example")}
    assert (len(hashes), automatic.digest_of(b"a", ANN) in hashes) == (4, True)
