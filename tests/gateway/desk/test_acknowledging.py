"""The acknowledgement itself: whose words it carries, how it is marked, and that there is one."""

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.desk import acknowledging
from gateway.mail.message import Auto
from gateway.mail.parse import parse
from gateway.mail.tokens import thread_id
from gateway.rules.hours import Hours, read_spans
from gateway.rules.loops import is_by_machine
from gateway.store import session
from gateway.store.blobs import BlobStore, KeptBlob
from gateway.store.filetypes import detect_type
from gateway.store.intake import Fate
from gateway.store.models import Article, Delivery, Mailbox, Outbox
from tests.world import ANN, BOB, DOMAIN, NOON, SEAL, SUPPORT, World, guards, mail, ticket_row

GUARDS = guards()
SECRET = "Xylophone"


@pytest.fixture
def asked(world: World) -> World:
    """Our mailbox acknowledges, and known Ann has sent ticket 2."""
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=True, created_at=NOON - timedelta(days=1)))
    world.receive(mail())
    ann = f"{SECRET} Acme <{ANN}>"
    asks = "asks@acme.example"
    raw = mail(SECRET, sender=ann, subject=SECRET, message_id=asks, references=["a@acme.example"])
    world.receive(raw, guards=GUARDS)
    return world


def sent(world: World) -> list[Any]:
    """The acknowledgements, as mails."""
    with session.reading() as db:
        kept = select(Article.raw_sha256).where(Article.kind == "automatic").order_by(Article.id)
        raws = [world.blobs.read(sha256 or "") for sha256 in db.execute(kept).scalars()]
    return [message_from_bytes(raw, policy=policy.default) for raw in raws]


def test_a_new_request_is_acknowledged_in_its_ticket(asked: World) -> None:
    detail = asked.detail(2)
    assert [article.kind for article in detail.articles] == ["inbound", "automatic"]
    (delivery,) = detail.articles[1].deliveries
    assert (delivery.recipient, delivery.state) == (ANN, "queued")
    assert (detail.ticket.status, detail.ticket.snippet) == ("new", SECRET)
    with session.reading() as db:
        assert db.execute(select(Delivery.is_automatic)).scalars().all() == [True]
        assert db.execute(select(Outbox.topic)).scalars().all() == ["deliver"]


def test_none_of_the_senders_words_go_out(asked: World) -> None:
    (got,) = sent(asked)
    assert SECRET.lower() not in got.as_string().lower()
    assert got["Subject"] == "We have received your message [#2]"
    assert "#2" in got.get_body(("plain",)).get_content()


def test_it_is_marked_and_threaded_so_that_answers_find_the_ticket(asked: World) -> None:
    (got,) = sent(asked)
    assert (got["From"], got["To"]) == (f"Ours <{SUPPORT}>", ANN)
    assert got["Auto-Submitted"] == "auto-replied"
    assert got["In-Reply-To"] == "<asks@acme.example>"
    thread = thread_id(asked.ours.key, ticket_row(2).id, DOMAIN)
    assert got["References"] == f"<{thread}> <a@acme.example> <asks@acme.example>"
    token = got["Reply-To"].addresses[0].addr_spec
    assert token.endswith(f"@{DOMAIN}")
    assert asked.receive(mail(), token).number == 2


def test_what_comes_back_of_it_is_a_machines_and_a_loop(asked: World) -> None:
    (got,) = sent(asked)
    raw = got.as_bytes()
    parsed = parse(raw, detect_type=detect_type)
    assert parsed.auto is Auto.AUTO_REPLY
    assert is_by_machine(parsed)
    assert asked.receive(raw, guards=GUARDS).fate is Fate.QUARANTINED


def test_a_desk_that_answers_without_a_mark_is_answered_once(asked: World) -> None:
    for _ in range(20):
        newest = sent(asked)[-1]
        answer = mail(sender=ANN, in_reply_to=newest["Message-ID"].strip("<>"), subject="We got your mail")
        asked.receive(answer, guards=GUARDS)
        asked.receive(mail(sender=ANN, subject="We got your mail, once more"), guards=GUARDS)
    assert len(sent(asked)) == 1


def test_the_mailboxs_own_words_and_language_are_used(world: World) -> None:
    with session.transaction() as db:
        old = NOON - timedelta(days=1)
        text = "{desk} hat {number}. {x}"
        db.execute(
            update(Mailbox).values(acknowledges=True, acknowledgement=text, locale="de", created_at=old)
        )
    world.receive(mail())
    world.receive(mail(), guards=GUARDS)
    (got,) = sent(world)
    assert got["Subject"] == "Wir haben Ihre Nachricht erhalten [#2]"
    assert got.get_body(("plain",)).get_content().strip() == "Ours hat #2. {x}"


def closed(world: World, **values: Any) -> None:
    """Our mailbox speaks up outside its hours: from nine to five on workdays, by the clock of Berlin."""
    office = Hours("Europe/Berlin", (*(read_spans("09:00-17:00"),) * 5, (), ()))
    with session.transaction() as db:
        old = NOON - timedelta(days=1)
        db.execute(
            update(Mailbox).values(answers_closed=True, hours=office.as_stored(), created_at=old, **values)
        )
    world.receive(mail())


def text_of(got: Any) -> str:
    return str(got.get_body(("plain",)).get_content())


def test_out_of_hours_other_words_go_and_say_when_somebody_is_there(world: World) -> None:
    closed(world, acknowledges=True)
    world.receive(mail(), guards=GUARDS)
    world.clock.at = NOON + timedelta(days=4, hours=4)  # a Friday, five o'clock in Berlin
    world.receive(mail(), guards=GUARDS)
    usual, other = map(text_of, sent(world))
    assert usual.startswith("Thank you. Your message has arrived and has the number #2 here. We will")
    assert "we will look at it from Monday, 9 March, 09:00" in other.replace("\n", " ")


def test_where_nothing_else_is_acknowledged_only_what_comes_out_of_hours_is(world: World) -> None:
    closed(world, locale="de", closed_text="{desk}: {number} ab {opens} {x}")
    world.receive(mail(), guards=GUARDS)
    assert sent(world) == []
    world.clock.at = NOON + timedelta(hours=8)
    world.receive(mail(), guards=GUARDS)
    (got,) = sent(world)
    assert got["Subject"] == "Wir haben Ihre Nachricht erhalten [#3]"
    assert text_of(got).strip() == "Ours: #3 ab Dienstag, 3. März, 09:00 Uhr (MEZ) {x}"


def test_out_of_hours_the_same_guards_hold(world: World) -> None:
    closed(world)
    world.clock.at = NOON + timedelta(hours=8)
    for _ in range(3):
        world.receive(mail(), guards=GUARDS)
    world.receive(mail(headers=["Auto-Submitted: auto-replied"]), guards=GUARDS)
    world.receive(mail(sender=BOB), guards=GUARDS, mail_from=BOB)
    assert len(sent(world)) == 1


def test_what_the_mailbox_does_not_say_any_more_is_not_written(world: World) -> None:
    intake_id = owe(world)
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=False))
    world.file(intake_id, told=1, guards=GUARDS)
    assert sent(world) == []


class FailingBlobs(BlobStore):
    """Dies when it is to keep something."""

    def put(self, data: bytes) -> KeptBlob:
        raise KeyboardInterrupt


def owe(world: World) -> int:
    """A mail whose filing ended before the acknowledgement was written."""
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=True, created_at=NOON - timedelta(days=1)))
    world.receive(mail())
    (intake_id,) = world.accept(mail(), SUPPORT)
    dying = World(
        world.ours, world.stranger, FailingBlobs(world.blobs.root, world.blobs.keyring.directory), world.clock
    )
    with pytest.raises(KeyboardInterrupt):
        dying.file(intake_id, guards=GUARDS)
    return intake_id


def test_a_worker_killed_before_it_wrote_one_is_followed_by_the_next(world: World) -> None:
    intake_id = owe(world)
    assert sent(world) == []
    for _ in range(2):
        assert world.file(intake_id, told=1, guards=GUARDS) is None
    assert len(sent(world)) == 1


def test_of_two_that_write_one_the_second_sends_nothing(world: World) -> None:
    intake_id = owe(world)
    with session.reading() as db:
        one, two = (
            acknowledging.write(db, intake_id, blobs=world.blobs, mail_domain=DOMAIN, seal=SEAL, now=NOON)
            for _ in range(2)
        )
    results = []
    for written in (one, two):
        with session.transaction() as db:
            results.append(acknowledging.send(db, intake_id, written, now=NOON))
    assert results == [True, False]
    assert len(sent(world)) == 1


def test_one_that_cannot_be_written_is_forgotten(world: World) -> None:
    intake_id = owe(world)
    with session.transaction() as db:
        db.execute(update(Article).values(from_address="nobody at all"))
    assert world.file(intake_id, told=1, guards=GUARDS) is None
    assert sent(world) == []
    with session.reading() as db:
        assert db.execute(select(Outbox.id)).first() is None


def test_one_without_mailbox_is_forgotten(world: World) -> None:
    intake_id = owe(world)
    with session.transaction() as db:
        db.delete(db.get(Mailbox, world.ours.mailbox.id))
    world.file(intake_id, told=1, guards=GUARDS)
    with session.reading() as db:
        assert db.execute(select(Outbox.id)).first() is None
