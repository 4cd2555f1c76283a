"""The keyring: durable before use, one key for each owner, and nothing left of a destroyed one."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from gateway.errors import Erased, StorageFull, Unavailable
from gateway.store.keyring import Key, Keyring, Owner

ANN, BOB, BUSINESS = Owner("a1", "ann"), Owner("a1", "bob"), Owner("a1")
MONDAY = date(2026, 3, 2)

# Makes or asks for a key, and dies without closing anything.
DYING = """
import os, sys
from pathlib import Path
from gateway.store.keyring import Keyring, Owner
key = Keyring(Path(sys.argv[1])).of(Owner("a1", "ann"))
print(key.id.hex(), key.secret.hex(), flush=True)
os._exit(9)
"""


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Keyring]:
    ring = Keyring(tmp_path / "keyring")
    yield ring
    ring.close()


def again(ring: Keyring) -> Keyring:
    return Keyring(ring.directory)


def fill(filler: Path) -> None:
    """Take what is left of a small disk."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


def make_many(ring: Keyring) -> None:
    for number in range(1000):
        ring.of(Owner("a1", str(number)))


def left(ring: Keyring, key: Key) -> bool:
    """Whether the secret is in any file of the keyring."""
    return any(key.secret in path.read_bytes() for path in ring.directory.iterdir())


def test_every_owner_has_one_key_of_their_own(ring: Keyring) -> None:
    keys = [ring.of(owner) for owner in (ANN, BOB, BUSINESS, Owner(), Owner("a2"), Owner("a2", "ann"))]
    keys.append(ring.of_intake(MONDAY))
    assert len({key.id for key in keys}) == len({key.secret for key in keys}) == len(keys)
    assert {(len(key.id), len(key.secret)) for key in keys} == {(16, 32)}
    assert (again(ring).of(ANN), again(ring).of_intake(MONDAY)) == (keys[0], keys[-1])
    assert again(ring).secret(keys[1].id) == keys[1].secret


def test_a_key_is_there_after_a_kill(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "deep" / "keyring")
    told = [
        subprocess.run(
            [sys.executable, "-c", DYING, ring.directory], capture_output=True, text=True, check=False
        )
        for _ in range(2)
    ]
    assert [died.returncode for died in told] == [9, 9]
    assert told[0].stdout == told[1].stdout == f"{ring.of(ANN).id.hex()} {ring.of(ANN).secret.hex()}\n"


def test_who_asks_at_once_gets_the_same_key(tmp_path: Path) -> None:
    rings = [Keyring(tmp_path / "keyring") for _ in range(8)]
    begin = threading.Barrier(len(rings))

    def ask(ring: Keyring) -> list[Key]:
        begin.wait()
        return [ring.of(Owner("a1", str(number))) for number in range(20)]

    with ThreadPoolExecutor(len(rings)) as threads:
        first, *others = threads.map(ask, rings)
    assert all(other == first for other in others)


def test_who_opens_a_new_one_at_once_with_others_gets_in(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for number in range(80):
            begin = threading.Barrier(8)

            def ask(at: Path, begin: threading.Barrier) -> Key:
                ring = Keyring(at)
                begin.wait()
                try:
                    return ring.of(ANN)
                finally:
                    ring.close()

            asked = [threads.submit(ask, tmp_path / str(number), begin) for _ in range(8)]
            assert len({one.result() for one in asked}) == 1


def test_only_its_user_may_read_it(ring: Keyring) -> None:
    ring.of(ANN)
    assert ring.directory.stat().st_mode & 0o777 == 0o700
    assert (ring.directory / "keys.db").stat().st_mode & 0o777 == 0o600


def test_of_a_destroyed_key_nothing_is_left_but_that_it_was(ring: Keyring) -> None:
    ann, bob = ring.of(ANN), ring.of(BOB)
    assert left(ring, ann)
    ring.destroy([ann.id])
    assert not left(ring, ann)
    assert left(ring, bob)
    with pytest.raises(Erased):
        again(ring).secret(ann.id)
    assert ring.secret(bob.id) == bob.secret
    assert (ring.directory / "keys.db-wal").stat().st_size == 0


def test_of_many_keys_none_of_the_destroyed_is_left_in_any_page(ring: Keyring) -> None:
    keys = [ring.of(Owner("a1", str(number))) for number in range(600)]
    gone = keys[::3]
    ring.destroy([key.id for key in gone])
    files = b"".join(path.read_bytes() for path in ring.directory.iterdir())
    assert not any(key.secret in files for key in gone)
    assert all(key.secret in files for key in keys[1::3])


def test_an_owner_whose_key_was_destroyed_gets_another(ring: Keyring) -> None:
    before = ring.of(ANN)
    ring.destroy(ring.ids_of(ANN))
    assert ring.ids_of(ANN) == frozenset()
    assert ring.of(ANN).id != before.id


def test_destroying_again_or_nothing_changes_nothing(ring: Keyring) -> None:
    ann, bob = ring.of(ANN), ring.of(BOB)
    for _ in range(2):
        ring.destroy([ann.id])
    ring.destroy([])
    assert ring.secret(bob.id) == bob.secret
    with pytest.raises(Erased):
        ring.secret(ann.id)


def test_what_a_kill_left_of_a_key_goes_with_the_next_try(ring: Keyring) -> None:
    ann = ring.of(ANN)
    other = sqlite3.connect(ring.directory / "keys.db")  # it is deleted, and its page not yet written anew
    other.execute("INSERT INTO destroyed VALUES (?)", (ann.id,))
    other.execute("DELETE FROM key WHERE id = ?", (ann.id,))
    other.commit()
    assert left(ring, ann)
    ring.destroy(ring.ids_of(ANN))
    assert not left(ring, ann)
    other.close()


def test_an_accounts_keys_are_its_contacts_as_well(ring: Keyring) -> None:
    mine = {ring.of(owner).id for owner in (ANN, BOB, BUSINESS)}
    ring.of(Owner("a2", "ann"))
    ring.of(Owner())
    ring.of_intake(MONDAY)
    assert ring.ids_of(BUSINESS) == mine
    assert ring.ids_of(ANN) == {ring.of(ANN).id}
    with pytest.raises(ValueError, match="everybody"):
        ring.ids_of(Owner())


def test_keys_of_arrivals_are_known_by_their_day(ring: Keyring) -> None:
    first, second = ring.of_intake(MONDAY), ring.of_intake(date(2026, 3, 9))
    ring.of(ANN)
    assert ring.intake_ids_before(MONDAY) == frozenset()
    assert ring.intake_ids_before(date(2026, 3, 3)) == {first.id}
    assert ring.intake_ids_before(date(2026, 3, 10)) == {first.id, second.id}


def test_a_key_that_was_never_here_is_no_erased_one(ring: Keyring) -> None:
    with pytest.raises(Unavailable) as caught:
        ring.secret(b"x" * 16)
    assert "another one, or older" in caught.value.detail


def test_a_child_of_a_fork_uses_it_as_well(ring: Keyring) -> None:
    ann = ring.of(ANN)
    if (child := os.fork()) == 0:
        os._exit(0 if ring.of(ANN) == ann != ring.of(BOB) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert ring.ids_of(BUSINESS) == {ann.id, ring.of(BOB).id}


def test_one_at_a_time_is_alone_with_the_keys(ring: Keyring) -> None:
    with ring.exclusively(), pytest.raises(Unavailable), again(ring).exclusively(wait=False):
        pytest.fail("two at once")
    with again(ring).exclusively(wait=False):
        pass


def test_a_fault_inside_is_that_fault(ring: Keyring) -> None:
    with pytest.raises(BlockingIOError), ring.exclusively():
        raise BlockingIOError


def test_a_keyring_that_cannot_be_read_or_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        Keyring(tmp_path / "file" / "keyring").of(ANN)
    (tmp_path / "keyring").mkdir()
    (tmp_path / "keyring" / "keys.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable):
        Keyring(tmp_path / "keyring").of(ANN)


def test_a_full_disk_is_storage_full(ring: Keyring, small_disk: Path) -> None:
    full = Keyring(small_disk / "keyring")
    ann = full.of(ANN)
    fill(small_disk / "filler")
    with pytest.raises(StorageFull):
        make_many(full)
    assert full.secret(ann.id) == ann.secret
    full.close()
