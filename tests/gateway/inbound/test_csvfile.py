"""A file of customers in and out: looked at, imported, imported again, and exported for the next import."""

import pytest

from gateway.desk import customers
from gateway.errors import Invalid, Unavailable
from gateway.inbound import csvfile
from gateway.inbound.csvfile import BATCH, Outcome, Summary, give, take
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.queries import directory
from gateway.store.queries.directory import Entry
from tests.world import NOON, SetClock

FILE = """\
Kunde;Domains;Gruppen;Name;Adressen;Notiz;Fax
Beta;b.example;Nord;Bea;bea@b.example;=1+1;1
Beta;;;Ben;ben@b.example;;2
Acme;b.example;;;;;3
""".encode("cp1252")


OURS, STRANGER = Actor(1, Role.OWNER), Actor(2, Role.OWNER)


@pytest.fixture(autouse=True)
def acme(database: None) -> None:
    """A customer that is there already."""
    with session.transaction() as db:
        customers.create(db, OURS, name="Acme", domains=["acme.example"], now=NOON)


def run(raw: bytes, *, dry_run: bool = False) -> Summary:
    return take(OURS, raw, dry_run=dry_run, clock=SetClock())


def outcomes(summary: Summary) -> list[tuple[int, str]]:
    return [(line.line, line.outcome.value) for line in summary.lines]


def entries() -> list[Entry]:
    with session.reading() as db:
        return list(directory.list_all(db, OURS.account_id))


def test_a_dry_run_says_what_a_run_does_and_changes_nothing() -> None:
    before = entries()
    dry = run(FILE, dry_run=True)
    assert outcomes(dry) == [(2, "created"), (3, "created"), (4, "error")]
    assert (dry.lines[0].subject, dry.ignored) == ("Beta · Bea", ("Fax",))
    assert entries() == before
    done = run(FILE)
    assert outcomes(done) == outcomes(dry)
    assert done.lines[2].error is not None
    assert [done.count(one) for one in Outcome] == [2, 0, 0, 1]
    assert [entry.name for entry in entries()] == ["Acme", "Beta"]


def test_the_same_file_again_changes_nothing() -> None:
    run(FILE)
    before = entries()
    assert outcomes(run(FILE)) == [(2, "unchanged"), (3, "unchanged"), (4, "error")]
    changed = FILE.replace(b"Bea;", b"Bea Beta;")
    assert outcomes(run(changed))[0] == (2, "changed")
    assert [entry.people[1:] for entry in entries()] == [entry.people[1:] for entry in before]


@pytest.mark.parametrize("german", [True, False])
def test_what_is_exported_is_imported_without_a_change(german: bool) -> None:  # noqa: FBT001
    lines = b"customer,groups,name,addresses\n=cmd|A,'=x,+49,x@nowhere.example\n,,Loose,l@nowhere.example\n"
    run(FILE)
    run(lines + b'"A ""B"", C","N|S",,\n')
    before = entries()
    text = "".join(give(OURS.account_id, german=german))
    assert text.startswith("\ufeffKunden-ID;Kunde;" if german else "\ufeffcustomer id,customer,")
    assert "'=cmd|A" in text
    again = run(text.encode())
    assert {line.outcome for line in again.lines} == {Outcome.UNCHANGED}
    assert entries() == before


def test_an_export_holds_nothing_of_another_account() -> None:
    run(FILE)
    assert "Beta" not in "".join(give(STRANGER.account_id, german=False))


def test_a_run_is_told_about_as_it_goes() -> None:
    raw = b"customer\n" + b"".join(b"C%d\n" % number for number in range(BATCH + 1))
    told: list[int] = []
    take(OURS, raw, dry_run=False, clock=SetClock(), told=told.append)
    assert told == [BATCH, 1]


def test_what_was_done_before_an_end_stays_and_the_same_file_does_the_rest() -> None:
    raw = b"customer\n" + b"".join(b"C%d\n" % number for number in range(BATCH + 1))

    def ends(_lines: int) -> None:
        raise Unavailable

    with pytest.raises(Unavailable):
        take(OURS, raw, dry_run=False, clock=SetClock(), told=ends)
    assert len(entries()) == 1 + BATCH
    rest = run(raw)
    assert [rest.count(one) for one in Outcome] == [1, 0, BATCH, 0]


def test_a_file_that_cannot_be_read_changes_nothing() -> None:
    with pytest.raises(Invalid):
        run(b"no,such\ncolumns,here\n")
    assert csvfile.take(OURS, b"customer\n", dry_run=False, clock=SetClock()).lines == ()
