"""The journal of erasures: durable lines that name nobody."""

from pathlib import Path

import pytest

from gateway.errors import Unavailable
from gateway.store.erasurejournal import ErasureJournal
from tests.world import NOON

KEY = b"the secret"


@pytest.fixture
def journal(tmp_path: Path) -> ErasureJournal:
    return ErasureJournal(tmp_path / "apart" / "journal", KEY)


def things(count: int) -> list[tuple[str, str]]:
    return [("ticket", f"a1:{number}") for number in range(count)]


def test_what_was_noted_is_read_again(journal: ErasureJournal) -> None:
    journal.note("e1", "contact", "a1", [("contact", "c1"), ("address", "a1:ann@acme.example")], at=NOON)
    journal.note("e2", "account", "a2", [("account", "a2")], at=NOON)
    first, second = journal.read().values()
    assert (first.erasure, first.kind, first.at) == ("e1", "contact", NOON)
    assert first.account == journal.mark("account", "a1")
    assert first.marks == {journal.mark("contact", "c1"), journal.mark("address", "a1:ann@acme.example")}
    assert second.erasure == "e2"


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_many_things_stand_on_several_lines(journal: ErasureJournal, count: int) -> None:
    journal.note("e1", "range", "a1", things(count), at=NOON)
    assert len(journal.read()["e1"].marks) == count
    assert len(journal.path.read_bytes().splitlines()) == max(1, -(-count // 1000))


def test_it_names_nobody_and_is_for_its_owner_alone(journal: ErasureJournal) -> None:
    journal.note("e1", "contact", "a1", [("address", "a1:ann@acme.example")], at=NOON)
    assert b"acme" not in journal.path.read_bytes()
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_another_secret_knows_nothing_again(journal: ErasureJournal) -> None:
    other = ErasureJournal(journal.path, b"another")
    assert other.mark("contact", "c1") != journal.mark("contact", "c1")
    assert journal.mark("contact", "c1") != journal.mark("customer", "c1")


def test_the_same_twice_is_once(journal: ErasureJournal) -> None:
    for _ in range(2):
        journal.note("e1", "ticket", "a1", things(3), at=NOON)
    assert len(journal.read()["e1"].marks) == 3


@pytest.mark.parametrize("torn", [b'{"v":1,"erasure":"e', b"\x00\x00\x00", b"[]\n", b'{"v":2}\n'])
def test_a_torn_or_foreign_line_is_none_and_spoils_no_other(journal: ErasureJournal, torn: bytes) -> None:
    journal.note("e1", "ticket", "a1", things(1), at=NOON)
    with journal.path.open("ab") as file:
        file.write(torn)
    journal.note("e2", "ticket", "a1", things(2), at=NOON)
    assert {name: len(entry.marks) for name, entry in journal.read().items()} == {"e1": 1, "e2": 2}


def test_without_a_file_nothing_was_erased(journal: ErasureJournal) -> None:
    assert journal.read() == {}


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "apart").touch()
    with pytest.raises(Unavailable):
        ErasureJournal(tmp_path / "apart" / "journal", KEY).note("e1", "ticket", "a1", [], at=NOON)


def test_who_was_told_is_known_and_named_nowhere(journal: ErasureJournal) -> None:
    assert not journal.was_told("e1", "ann@acme.example")
    journal.note("e1", "contact", "a1", things(1), at=NOON)
    journal.note_told("e1", "ann@acme.example")
    told = [journal.was_told(*who) for who in (("e1", "ann@acme.example"), ("e2", "ann@acme.example"))]
    assert told == [True, False]
    assert not journal.was_told("e1", "bob@acme.example")
    assert list(journal.read()) == ["e1"]
    assert b"acme" not in journal.path.read_bytes()
