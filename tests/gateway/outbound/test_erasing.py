"""Carrying out an erasure: nothing of it is left, nothing else goes, and a kill costs a batch."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from gateway import clock
from gateway.clock import SystemClock
from gateway.desk import drafts, erasing, exporting, mailboxes, noting, remote
from gateway.desk.replying import Draft, DraftFile
from gateway.errors import NotFound, Unavailable
from gateway.outbound.erasing import Means, erase, erase_again
from gateway.rules.erasure import ErasureKind, Scope, State, Step
from gateway.rules.exporting import Scope as ExportScope
from gateway.rules.remote import Why
from gateway.store import outbox, receipts, session, tickets
from gateway.store.blobs import BlobStore
from gateway.store.drafts import Drafted, DraftedFile
from gateway.store.erasures import LEASE
from gateway.store.exported import selection
from gateway.store.models import (
    Account,
    Article,
    Attachment,
    AuditEntry,
    Customer,
    CustomerDomain,
    Delivery,
    Erasure,
    ErasureItem,
    Intake,
    Outbox,
    RemoteSession,
    Staff,
    Ticket,
    table,
)
from gateway.store.outbox import Topic
from gateway.store.settling import settle
from tests import remotes
from tests import world as cast
from tests.databases import Databases, configured
from tests.erasing import (
    KEY,
    ask,
    blobs_with,
    contact_of,
    erased,
    key_of,
    marked_mail,
    means,
    places_of,
    rows_with,
    show,
)
from tests.world import ANN, BOB, SUPPORT, World, mail

ZORA = "zora@markdomain.example"
MARKS = ("xylomark", "markdomain", "subjmark", "bodymark", "filemark", "contmark")
BYTES = tuple(mark.encode() for mark in MARKS)


def zoras(number: int, *, subject: str = "Subjmark") -> bytes:
    return marked_mail(
        f"Zora Xylomark <{ZORA}>",
        f"{subject} {number}",
        f"Bodymark {number}",
        f"filemark{number}.txt",
        f"contmark {number}".encode(),
        number=number,
    )


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    """Three mails of Zora, with an answer and a note, between two of Bob's."""
    with configured(db_url):
        made = cast.build(tmp_path, databases.given(db_url))
        made.receive(mail("Bob's first", sender=f"Bob <{BOB}>"), mail_from=BOB)
        for number in range(3):
            made.receive(zoras(number), mail_from=ZORA)
        kept = made.blobs.put(b"contmark of ours")
        made.reply(2, draft=Draft("Bodymark, answered.", files=(DraftFile("f.txt", "text/plain", kept),)))
        with session.transaction() as db:
            noting.note(db, made.ours.staff, 2, "Bodymark, noted.", now=made.clock.now())
        made.receive(mail("Bob's second", sender=f"Bob <{BOB}>"), mail_from=BOB)
        yield made


def left(world: World) -> list[tuple[str, str]]:
    """Where anything of Zora's is, in the database and in files of the desk."""
    return rows_with(*MARKS) + [
        (name, mark.decode())
        for name, mark in [*places_of([world.blobs.root.parent], *BYTES), *blobs_with(world.blobs, *BYTES)]
    ]


def count(model: type) -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(model)).scalar_one()


def numbers() -> list[int]:
    """Of tickets that people see."""
    with session.reading() as db:
        shown = select(Ticket.number).where(Ticket.merged_into_id.is_(None)).order_by(Ticket.number)
        return list(db.execute(shown).scalars())


def test_a_contact_leaves_nothing_and_others_lose_nothing(world: World) -> None:
    assert {mark for _, mark in left(world)} == set(MARKS)
    made = erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    assert left(world) == []
    assert numbers() == [1, 5]
    progress = show(world, made)
    assert (progress.state, progress.counts) == (
        State.DONE,
        {"contacts": 1, "deliveries": 1, "files": 4, "mails": 3, "messages": 4, "notes": 1, "tickets": 3},
    )
    assert (count(Article), count(Intake), count(ErasureItem)) == (2, 2, 0)
    for number in (1, 5):
        assert world.detail(number).articles


def test_the_receipt_is_signed_and_names_nobody(world: World) -> None:
    made = erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    with session.reading() as db:
        told = erasing.receipt(db, world.ours.owner, made)
        row = db.execute(select(Erasure)).scalar_one()
        assert (row.subject_id, row.quoted, row.staff_id, row.lease_token) == ("", [], None, "")
    found = receipts.verify(told, KEY)
    assert (found.id, found.kind, found.counts["tickets"]) == (made, "contact", 3)
    assert not any(mark in told.lower() for mark in MARKS)


def test_a_ticket_goes_with_all_that_hangs_on_it(world: World) -> None:
    drafted = DraftedFile("f.txt", "text/plain", world.blobs.put(b"contmark drafted").sha256, 16)
    with session.transaction() as db:
        by, now = world.ours.staff, world.clock.now()
        drafts.save(db, by, 2, Drafted("note", "Bodymark, drafted", files=(drafted,)), version=0, now=now)
    made = erased(world, ErasureKind.TICKET, "2")
    assert numbers() == [1, 3, 4, 5]
    assert show(world, made).counts["drafts"] == 1
    assert blobs_with(world.blobs, b"contmark of ours", b"contmark drafted", b"contmark 0") == []
    assert blobs_with(world.blobs, b"contmark 1")
    assert contact_of(ZORA)


def test_a_merged_ticket_goes_with_the_one_it_became_part_of(world: World) -> None:
    with session.transaction() as db:
        four = db.execute(select(Ticket.id).where(Ticket.number == 4)).scalar_one()
        db.execute(update(Ticket).where(Ticket.number == 3).values(merged_into_id=four))
    erased(world, ErasureKind.TICKET, "3")
    with session.reading() as db:
        assert db.execute(select(Ticket.number).order_by(Ticket.number)).scalars().all() == [1, 2, 5]


def test_a_mail_of_theirs_in_the_ticket_of_another_goes_and_the_ticket_stays(world: World) -> None:
    with session.reading() as db:
        one = db.execute(select(Ticket.id).where(Ticket.number == 1)).scalar_one()
    world.receive(
        marked_mail(
            f"Zora Xylomark <{ZORA}>", "Re: Subjmark", "Bodymark too", "filemark.txt", b"contmark",
            to=world.ours.reply_address(one),
        ),
        world.ours.reply_address(one),
        mail_from=ZORA,
    )  # fmt: skip
    assert len(world.detail(1).articles) == 2
    erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    assert left(world) == []
    (article,) = world.detail(1).articles
    assert "Bob's first" in article.text
    assert cast.ticket_row(1).article_count == 1


def test_mail_that_was_held_back_goes_with_its_files(world: World) -> None:
    looping = marked_mail(f"Zora <{ZORA}>", "Subjmark", "Bodymark", "filemark.txt", b"contmark held")
    world.receive(f"X-Loop: {SUPPORT}\r\n".encode() + looping, mail_from=ZORA)
    assert numbers() == [1, 2, 3, 4, 5]
    assert blobs_with(world.blobs, b"contmark held")
    made = erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    assert left(world) == []
    assert show(world, made).counts["mails"] == 4


def test_what_quotes_them_is_offered_and_goes_if_it_is_chosen(world: World) -> None:
    world.receive(mail(f"> On Monday {ZORA} wrote", sender=f"Bob <{BOB}>"), mail_from=BOB)
    scope = Scope(ErasureKind.CONTACT, contact_of(ZORA))
    with session.reading() as db:
        found = erasing.preview(db, world.ours.owner, scope, now=world.clock.now())
    (quoted,) = found.quoted
    assert (quoted.number, ZORA in quoted.snippet) == (6, True)
    erased(world, ErasureKind.CONTACT, scope.public_id, quoted=(quoted.article_id,))
    assert left(world) == []
    assert numbers() == [1, 5]


def test_what_quotes_them_stays_if_it_is_not_chosen(world: World) -> None:
    world.receive(mail(f"> On Monday {ZORA} wrote", sender=f"Bob <{BOB}>"), mail_from=BOB)
    erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    assert numbers() == [1, 5, 6]
    assert ZORA in world.detail(6).articles[0].text


def test_a_customer_goes_with_contacts_domains_systems_and_who_writes_from_there(world: World) -> None:
    world.receive(mail("From Acme", sender=f"Ann <{ANN}>"))
    world.receive(mail("From another of Acme", sender="x@acme.example"), mail_from="x@acme.example")
    made = erased(world, ErasureKind.CUSTOMER, world.ours.customer)
    assert rows_with(ANN, "x@acme.example") == []
    with session.reading() as db:
        theirs = select(CustomerDomain.account_id).where(CustomerDomain.domain == "acme.example")
        assert db.execute(theirs).scalars().all() == [world.stranger.account_id]
    assert numbers() == [1, 2, 3, 4, 5]
    counts = show(world, made).counts
    assert (counts["customers"], counts["contacts"], counts["tickets"]) == (1, 2, 2)
    with session.reading() as db:
        mine = select(Customer.public_id).where(Customer.account_id == world.ours.account_id)
        assert world.ours.customer not in db.execute(mine).scalars().all()


def test_a_file_goes_with_the_raw_mail_and_the_message_stays(world: World) -> None:
    with session.reading() as db:
        file = db.execute(select(Attachment.public_id).where(Attachment.filename == "filemark1.txt"))
        public_id = file.scalar_one()
    erased(world, ErasureKind.ATTACHMENT, public_id)
    assert rows_with("filemark1") == []
    assert blobs_with(world.blobs, b"contmark 1", b"filemark1") == []
    article = world.detail(3).articles[0]
    assert ("Bodymark 1" in article.text, article.attachments) == (True, ())
    assert blobs_with(world.blobs, b"contmark 2")


def test_tickets_of_a_time_go_by_their_last_activity(world: World) -> None:
    with session.reading() as db:
        at = db.execute(select(Ticket.updated_at).where(Ticket.number == 4)).scalar_one()
    with session.transaction() as db:
        scope = Scope(ErasureKind.RANGE, "", at, at + timedelta(seconds=1))
        made = erasing.begin(db, world.ours.owner, scope, now=world.clock.now())
    assert erase(key_of(made), means=means(world), is_stopping=lambda: False)
    assert numbers() == [1, 2, 3, 5]


def test_records_of_remote_sessions_go_and_their_ticket_stays(world: World) -> None:
    by, now = world.ours.staff, world.clock.now()
    made = [remotes.make(by, number, now=now) for number in (1, 1)]
    for one, hours in zip(made, (1, 5), strict=True):
        live = remotes.go_live(one, now=now)
        with session.transaction() as db:
            at = now + timedelta(hours=hours)
            remote.end(db, live.session_id, why=Why.STAFF_ENDED.value, now=at, by=by)
    with session.transaction() as db:
        scope = Scope(ErasureKind.REMOTE, "", None, now + timedelta(hours=2))
        asked = erasing.begin(db, world.ours.owner, scope, now=now)
    assert erase(key_of(asked), means=means(world), is_stopping=lambda: False)
    assert rows_with(made[0].public_id, but=("remote_",)) == []
    assert rows_with(made[1].public_id)
    assert show(world, asked).counts == {"sessions": 1}
    assert count(RemoteSession) == 1
    assert numbers() == [1, 2, 3, 4, 5]


def test_an_account_leaves_nothing_and_the_other_one_everything(world: World) -> None:
    world.receive(mail("To the stranger", to=cast.FOREIGN), cast.FOREIGN)
    made = erased(world, ErasureKind.ACCOUNT)
    assert left(world) == []
    assert rows_with("ours.example", world.ours.public_id, "bob@") == []
    with session.reading() as db:
        assert db.execute(select(Account.id)).scalars().all() == [world.stranger.account_id]
        assert {one.account_id for one in db.execute(select(Staff)).scalars()} == {world.stranger.account_id}
        logs = db.execute(select(AuditEntry.account_id).distinct()).scalars().all()
        assert logs == [world.stranger.account_id]
        told = erasing.find_receipt(db, made)
        row = db.execute(select(Erasure)).scalar_one()
        assert (row.account_id, row.state) == (None, State.DONE.value)
    assert told is not None
    assert receipts.verify(told, KEY).counts["tickets"] == 5
    assert world.detail(1, of=world.stranger).articles
    assert outbox_left() == set()


def outbox_left() -> set[str]:
    """Work that is owed for what is gone."""
    with session.reading() as db:
        rows = db.execute(select(Outbox.topic, Outbox.ref_id)).all()
        known = {
            Topic.DELIVER: set(db.execute(select(Delivery.id)).scalars()),
            Topic.FILE: set(db.execute(select(Intake.id)).scalars()),
            Topic.SCAN: set(db.execute(select(Article.id)).scalars()),
            Topic.PREVIEW: set(db.execute(select(Article.id)).scalars()),
            Topic.GUESTS: set(db.execute(select(Article.id)).scalars()),
        }
    return {topic for topic, ref in rows if ref not in known.get(Topic(topic), {ref})}


def test_a_worker_that_stops_anywhere_is_followed_by_one_that_goes_on(world: World) -> None:
    made = ask(world, Scope(ErasureKind.CONTACT, contact_of(ZORA)))
    key, stops, rounds = key_of(made), 0, 0

    def is_stopping() -> bool:
        nonlocal stops
        stops += 1
        return stops > rounds

    while not erase(key, means=means(world), is_stopping=is_stopping):
        stops, rounds = 0, rounds + 1
        assert rounds < 60
    assert rounds > 5
    assert left(world) == []
    assert show(world, made).counts["tickets"] == 3


def test_a_second_worker_waits_for_the_lease_and_then_goes_on(world: World) -> None:
    made = ask(world, Scope(ErasureKind.CONTACT, contact_of(ZORA)))
    key, calls = key_of(made), 0

    def dies() -> bool:
        nonlocal calls
        calls += 1
        if calls > 6:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        erase(key, means=means(world), is_stopping=dies)
    assert not erase(key, means=means(world), is_stopping=lambda: False)
    world.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert erase(key, means=means(world), is_stopping=lambda: False)
    assert left(world) == []
    assert not erase(key, means=means(world), is_stopping=lambda: False)


def test_a_file_that_is_somebody_elses_too_stays(world: World) -> None:
    shared = marked_mail(f"Bob <{BOB}>", "Mine", "Mine", "same.txt", b"contmark 0")
    world.receive(shared, mail_from=BOB)
    erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    (file,) = world.detail(6).articles[0].attachments
    with session.reading() as db:
        sha256 = db.execute(select(Attachment.sha256)).scalar_one()
    assert (file.filename, world.blobs.read(sha256)) == ("same.txt", b"contmark 0")


def test_a_file_that_was_kept_just_now_waits_as_its_owner_may_still_come(world: World) -> None:
    real = clock.now()
    world.clock.at = real
    made = ask(world, Scope(ErasureKind.CONTACT, contact_of(ZORA)))
    careful = replace(means(world), quiet=timedelta(minutes=5))
    assert not erase(key_of(made), means=careful, is_stopping=lambda: False)
    assert show(world, made).step is Step.BLOBS
    assert rows_with("subjmark") == []
    world.clock.at = real + timedelta(minutes=6)
    assert erase(key_of(made), means=careful, is_stopping=lambda: False)
    assert left(world) == []


def test_exports_of_the_account_go_with_their_files(world: World) -> None:
    with session.transaction() as db:
        now = world.clock.now()
        made = exporting.ask(db, world.ours.owner, ExportScope.ACCOUNT, "", with_notes=True, now=now)
    used = means(world)
    with used.exports.writing(made) as file:
        file.write(b"contmark exported")
    asked = erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    assert used.exports.list_ids() == frozenset()
    assert show(world, asked).counts["exports"] == 1
    assert outbox_depth(Topic.EXPORT) == 0


def outbox_depth(topic: Topic) -> int:
    with session.reading() as db:
        return outbox.depth(db, topic)


def test_the_reply_address_of_an_erased_ticket_leads_into_no_other(world: World) -> None:
    world.receive(zoras(9), mail_from=ZORA)
    with session.reading() as db:
        newest = db.execute(select(func.max(Ticket.id))).scalar_one()
    address = world.ours.reply_address(newest)
    erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    with pytest.raises(NotFound):
        world.detail(6)
    world.receive(mail("Bob's third", sender=f"Bob <{BOB}>"), mail_from=BOB)
    with session.reading() as db:
        is_taken = mailboxes.find_recipient(db, address, mail_domain=cast.DOMAIN) is not None
    world.receive(zoras(10), address if is_taken else SUPPORT, mail_from=ZORA)
    assert [len(world.detail(number).articles) for number in numbers()] == [1, 1, 1, 1]
    erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    assert left(world) == []


def test_a_restored_backup_is_erased_again_and_what_is_newer_stays(
    world: World, db_url: str, databases: Databases
) -> None:
    root = world.blobs.root.parent
    session.dispose()
    databases.back_up(db_url, root / "older")
    shutil.copytree(world.blobs.root, root / "older blobs")
    session.configure(db_url)
    erased(world, ErasureKind.CONTACT, contact_of(ZORA))
    erased(world, ErasureKind.TICKET, "5")
    used = replace(means(world), clock=SystemClock())
    assert erase_again(means=used) == 0
    session.dispose()
    databases.bring_back(root / "older", db_url)
    (root / "older").unlink()
    shutil.rmtree(world.blobs.root)
    shutil.move(root / "older blobs", world.blobs.root)
    session.configure(db_url)
    world.clock.advance(days=1)
    world.receive(mail("Back again", sender=f"Zora <{ZORA}>", subject="New"), mail_from=ZORA)
    assert left(world)
    assert erase_again(means=used) == 2
    assert erase_again(means=used) == 0
    assert {mark for _, mark in left(world)} == {"markdomain"}
    assert numbers() == [1, 6]


@pytest.mark.parametrize("kind", [ErasureKind.CONTACT, ErasureKind.ACCOUNT])
def test_an_older_backup_of_mails_and_files_is_unreadable_with_the_key(
    world: World, kind: ErasureKind, tmp_path: Path
) -> None:
    settle(world.blobs, now=datetime.now(UTC) + timedelta(minutes=5))
    shutil.copytree(world.blobs.root, tmp_path / "older")
    older = BlobStore(tmp_path / "older", world.blobs.keyring.directory)
    assert {mark for _, mark in blobs_with(older, *BYTES)} == set(BYTES)
    is_account = kind is ErasureKind.ACCOUNT
    erased(world, kind, "" if is_account else contact_of(ZORA))
    assert blobs_with(older, *BYTES) == []
    assert bool(blobs_with(older, b"Bob's first")) is not is_account


def test_an_erasure_that_cannot_be_done_again_now_is_not_passed_over(world: World) -> None:
    made = ask(world, Scope(ErasureKind.TICKET, "2"))
    with session.transaction() as db:
        now = world.clock.now()
        lease = {"again_from": now, "lease_token": "x", "leased_until": now + LEASE}
        db.execute(update(table(Erasure)).where(table(Erasure).c.public_id == made).values(**lease))
    with pytest.raises(Unavailable):
        erase_again(means=means(world))
    world.clock.advance(minutes=2)
    assert erase_again(means=means(world)) == 1


def test_means_are_those_of_the_installation(tmp_path: Path) -> None:
    from gateway import settings

    chosen = settings.load(data_dir=tmp_path, erasure_journal=tmp_path / "apart" / "j")
    found = Means.of(chosen, SystemClock())
    assert found.journal.path == tmp_path / "apart" / "j"
    assert found.blobs.root == tmp_path / "blobs"


def test_what_had_to_stay_of_the_newest_ticket_is_in_no_export_and_nobody_acts_on_it(world: World) -> None:
    erased(world, ErasureKind.TICKET, "5")
    with session.transaction() as db:
        with pytest.raises(NotFound):
            tickets.stand(db, world.ours.owner.sight, 5)
        rows = [picked for picked in selection.of_account(world.ours.account_id) if picked.name == "ticket"]
        (picked,) = rows
        exported = db.execute(select(*picked.columns).where(*picked.where)).all()
    assert len(exported) == 4
