"""From an accepted mail to its ticket: read outside any transaction, and never stuck."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.desk.guarding import Guards
from gateway.errors import StorageFull, Unavailable
from gateway.inbound import file_intake as module
from gateway.inbound.file_intake import MAX_TRIES
from gateway.mail.authres import NOT_EXAMINED, Result, Verdict
from gateway.mail.message import ParsedMail
from gateway.store import session
from gateway.store.blobs import BlobStore, KeptBlob
from gateway.store.intake import Fate, IntakeRow
from gateway.store.models import Article, Intake, Outbox
from tests import world as cast
from tests.databases import Databases, configured
from tests.world import SUPPORT, World, mail

FILE = (
    b"From: ann@acme.example\r\nSubject: offer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nSee the file.\r\n--b\r\nContent-Type: image/png; name=offer.pdf\r\n"
    b"Content-Disposition: attachment; filename=offer.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
)


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(db_url):
        yield cast.build(tmp_path, databases.given(db_url))


def break_parser(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """The parser is written to digest everything, so no mail is known that could show its fault."""

    def parse(raw: bytes, **_: object) -> ParsedMail:
        raise error

    monkeypatch.setattr(module, "parse", parse)


def tries() -> int:
    with session.reading() as db:
        return db.execute(select(Intake.tries)).scalar_one()


def fail(world: World, intake_id: int, *, told: int = 0) -> None:
    with pytest.raises(ValueError, match="odd"):
        world.file(intake_id, told=told)


def test_text_files_and_their_types_are_in_the_ticket(world: World) -> None:
    world.receive(FILE)
    article = world.detail(1).articles[0]
    (file,) = article.attachments
    assert (article.text.strip(), file.detected_type, file.content_type) == (
        "See the file.",
        "application/pdf",
        "image/png",
    )
    assert world.blobs.read(file.sha256) == b"%PDF-1.4"


def test_a_mail_in_the_mail_is_called_by_its_subject_and_kept_byte_for_byte(world: World) -> None:
    inner = b"Subject: Old  mail\r\nX-Odd:\ttabs \r\n\r\nhello"
    world.receive(
        b"From: ann@acme.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    )
    (file,) = world.detail(1).articles[0].attachments
    assert file.filename == "Old mail.eml"
    assert world.blobs.read(file.sha256) == inner


def test_how_a_mail_is_protected_and_what_it_invites_to_is_in_the_ticket(world: World) -> None:
    world.receive(
        b"From: ann@acme.example\r\nContent-Type: multipart/signed; boundary=b;"
        b" protocol=application/pgp-signature\r\n\r\n--b\r\nContent-Type: text/calendar\r\n\r\n"
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Visit\r\nDTSTART:20240603T100000Z\r\nEND:VEVENT\r\n"
        b"END:VCALENDAR\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    )
    article = world.detail(1).articles[0]
    assert article.protection == "pgp-signed"
    assert article.invitation is not None
    assert (article.invitation["summary"], article.invitation["starts_at"]) == (
        "Visit",
        "2024-06-03T10:00:00Z",
    )
    world.receive(mail())
    plain = world.detail(2).articles[0]
    assert (plain.protection, plain.invitation) == ("", None)


def test_a_second_try_at_a_filed_mail_changes_nothing(world: World) -> None:
    (intake_id,) = world.accept(mail(), SUPPORT)
    assert world.file(intake_id) is Fate.TICKET
    assert world.file(intake_id) is None
    assert world.file(999) is None
    assert world.detail(1).ticket.article_count == 1


def test_the_third_fault_makes_a_bare_ticket_with_the_raw_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = mail()
    (intake_id,) = world.accept(raw, SUPPORT)
    break_parser(monkeypatch, ValueError("odd"))
    for expected in range(1, MAX_TRIES):
        fail(world, intake_id)
        assert tries() == expected
    assert world.file(intake_id) is Fate.TICKET
    detail = world.detail(1)
    (article,) = detail.articles
    (file,) = article.attachments
    assert (detail.ticket.subject, detail.ticket.requester_address) == ("(unreadable message)", cast.ANN)
    assert (file.filename, world.blobs.read(file.sha256)) == ("message.eml", raw)
    assert article.defects
    assert "unreadable" in [event.kind for event in detail.events]
    assert world.ledger().tickets == 1
    with session.reading() as db:
        assert db.execute(select(Outbox.id)).first() is None


def test_repeated_wake_ups_count_no_try_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (intake_id,) = world.accept(mail(), SUPPORT)
    break_parser(monkeypatch, ValueError("odd"))
    fail(world, intake_id, told=0)
    fail(world, intake_id, told=1)
    assert tries() == 2
    assert world.file(intake_id, told=2) is Fate.TICKET


def test_tries_that_died_with_their_process_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (intake_id,) = world.accept(mail(), SUPPORT)
    with monkeypatch.context() as dying:
        break_parser(dying, KeyboardInterrupt())
        for told in range(1, MAX_TRIES + 1):
            with pytest.raises(KeyboardInterrupt):
                world.file(intake_id, told=told)
    assert world.file(intake_id, told=MAX_TRIES + 1) is Fate.TICKET
    assert world.detail(1).ticket.subject == "(unreadable message)"


def test_a_mail_that_only_waited_long_is_read(world: World) -> None:
    (intake_id,) = world.accept(mail(subject="Printer"), SUPPORT)
    assert world.file(intake_id, told=50) is Fate.TICKET
    assert world.detail(1).ticket.subject == "Printer"


class FullDisk(BlobStore):
    """Has room for nothing new."""

    def put(self, data: bytes) -> KeptBlob:
        raise StorageFull


def test_our_own_faults_are_no_tries(world: World) -> None:
    (intake_id,) = world.accept(FILE, SUPPORT)
    for told in range(6):
        with pytest.raises(Unavailable):
            module.file_intake(
                intake_id,
                blobs=FullDisk(world.blobs.root, world.blobs.keyring.directory),
                clock=world.clock,
                told=told,
            )
    assert tries() == 0
    assert world.file(intake_id, told=7) is Fate.TICKET
    assert world.detail(1).ticket.subject == "offer"


def test_a_mail_that_eats_the_processor_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (intake_id,) = world.accept(mail(), SUPPORT)

    def parse(raw: bytes, **_: object) -> ParsedMail:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001 - what a parser may do to any of its own faults
                continue

    monkeypatch.setattr(module, "parse", parse)
    monkeypatch.setattr(module, "PARSE_CPU_SECONDS", 0.05)
    for _ in range(MAX_TRIES - 1):
        with pytest.raises(module.ParseTimeout):
            world.file(intake_id)
    assert world.file(intake_id) is Fate.TICKET
    assert world.detail(1).ticket.subject == "(unreadable message)"


def test_the_same_unreadable_mail_again_is_a_duplicate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = mail()
    break_parser(monkeypatch, ValueError("odd"))
    fates = []
    for intake_id in (*world.accept(raw, SUPPORT), *world.accept(raw, SUPPORT)):
        for _ in range(MAX_TRIES - 1):
            fail(world, intake_id)
        fates.append(world.file(intake_id))
    assert fates == [Fate.TICKET, Fate.DUPLICATE]


def in_threads(world: World, intake_ids: list[int], guards: Guards | None = None) -> list[object]:
    """What came of filing these at the same moment."""
    start = threading.Barrier(len(intake_ids))
    came_of: list[object] = []

    def work(intake_id: int) -> None:
        start.wait(30)
        try:
            came_of.append(world.file(intake_id, guards=guards))
        except Exception as error:  # noqa: BLE001 - compared by the test
            came_of.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in intake_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came_of


def test_the_same_content_at_the_same_moment_is_one_ticket_and_one_duplicate(world: World) -> None:
    for _ in range(5):
        raw = mail()
        ids = [*world.accept(raw, SUPPORT), *world.accept(b"Received: x\r\n" + raw, SUPPORT)]
        assert sorted(in_threads(world, ids), key=str) == [Fate.DUPLICATE, Fate.TICKET]
    with session.reading() as db:
        assert len(db.execute(select(Article.id)).all()) == 5


def test_first_mails_of_one_sender_at_the_same_moment_are_all_filed(world: World) -> None:
    ids = [world.accept(mail(sender="New <new@else.example>"), SUPPORT)[0] for _ in range(4)]
    assert in_threads(world, ids) == [Fate.TICKET] * 4
    assert world.ledger().tickets == 4


def test_one_mail_filed_by_two_workers_is_filed_once(world: World) -> None:
    for _ in range(5):
        (intake_id,) = world.accept(mail(), SUPPORT)
        came_of = in_threads(world, [intake_id, intake_id])
        assert came_of.count(Fate.TICKET) == 1
        assert came_of.count(None) == 1
    ledger = world.ledger()
    assert (ledger.offered, ledger.tickets, ledger.pending) == (5, 5, 0)


# --- Storms: what is held back is not even read ---


def storm(world: World, count: int, guards: Guards) -> list[Fate | None]:
    ids = [world.accept(mail(sender="robot@x.example"), SUPPORT)[0] for _ in range(count)]
    return [world.file(one, guards=guards) for one in ids]


def test_a_storms_mails_are_held_back_without_being_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guards = cast.guards(storm_mails=2)
    assert storm(world, 21, guards)[-1] is Fate.QUARANTINED
    with monkeypatch.context() as broken:
        break_parser(broken, AssertionError("read"))
        assert storm(world, 5, guards) == [Fate.QUARANTINED] * 5
    assert world.receive(mail(), guards=guards).fate is Fate.TICKET
    ledger = world.ledger()
    assert (ledger.tickets, ledger.follow_ups, ledger.quarantined, ledger.pending) == (3, 18, 6, 0)
    with session.reading() as db:
        assert db.execute(select(Outbox.id)).first() is None


def test_a_process_that_never_saw_the_storm_holds_its_mails_back_all_the_same(world: World) -> None:
    storm(world, 21, cast.guards(storm_mails=2))
    assert storm(world, 2, cast.guards(storm_mails=2)) == [Fate.QUARANTINED] * 2


def test_the_same_mail_in_a_storm_is_a_duplicate_without_being_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guards, raw = cast.guards(storm_mails=2), mail(sender="robot@x.example")
    for _ in range(21):
        world.receive(raw, guards=guards, minutes=0)
    break_parser(monkeypatch, AssertionError("read"))
    assert world.receive(raw, guards=guards).fate is Fate.DUPLICATE


def test_a_watched_sender_is_read_again_when_the_storm_is_over(world: World) -> None:
    guards = cast.guards(storm_mails=2)
    storm(world, 21, guards)
    world.clock.advance(minutes=15)
    assert storm(world, 1, guards) == [Fate.FOLLOW_UP]
    world.clock.advance(minutes=30)
    assert storm(world, 1, guards) == [Fate.TICKET]


def test_many_workers_hold_a_storm_back_and_lose_nothing(world: World) -> None:
    guards = cast.guards(storm_mails=2)
    storm(world, 21, guards)
    raw = mail(sender="robot@x.example")
    ids = [world.accept(mail(sender="robot@x.example"), SUPPORT)[0] for _ in range(4)]
    ids += [*world.accept(raw, SUPPORT), *world.accept(raw, SUPPORT)]
    came_of = in_threads(world, ids, guards)
    assert sorted(came_of, key=str) == [Fate.DUPLICATE, *[Fate.QUARANTINED] * 5]


def test_a_mail_that_breaks_the_check_of_its_sender_is_filed_and_gains_nothing(world: World) -> None:
    number = world.receive(mail()).number

    def examine(_row: IntakeRow, _raw: bytes, _parsed: ParsedMail) -> Verdict:
        raise RecursionError

    breaking = replace(world, examine=examine)
    assert breaking.receive(mail(subject=f"[#{number}]")).number == 2
    assert world.detail(2).ticket.maybe_belongs_to == number
    assert world.detail(2).articles[0].verdict.dmarc is Result.PERMERROR


def test_a_check_that_takes_the_processor_for_itself_is_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARSE_CPU_SECONDS", 0.2)

    def examine(_row: IntakeRow, _raw: bytes, _parsed: ParsedMail) -> Verdict:
        for _ in range(10**12):
            pass
        return NOT_EXAMINED

    assert replace(world, examine=examine).receive(mail()).fate is Fate.TICKET
    assert world.detail(1).articles[0].verdict.is_forged
