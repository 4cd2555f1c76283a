"""A look whether mail arrives: its probe comes back, makes no ticket, and nobody else can claim to be one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.desk import deliverability, dkimkeys, smtpaccounts
from gateway.desk.deliverability import PAUSE, Looked, Task, TrialMail
from gateway.desk.smtpaccounts import Outgoing
from gateway.errors import Conflict, Denied, NotFound
from gateway.mail.dkimsigning import Seen
from gateway.mail.parse import parse
from gateway.rules.access import Actor
from gateway.rules.deliverability import Probe, Sending
from gateway.store import intake, session
from gateway.store.filetypes import detect_type
from gateway.store.intake import Fate
from gateway.store.models import DeliverabilityCheck, Outbox
from gateway.store.smtp import EnvelopeSender
from tests.gateway.rules.test_deliverability import BEST
from tests.world import DOMAIN, FOREIGN, NOON, SEAL, SUPPORT, World, mail, ticket_row

TRIAL = TrialMail("Test mail: it has arrived", "Well done.")


def begin(world: World, by: Actor | None = None, trial: TrialMail | None = None) -> Task:
    with session.transaction() as db:
        return deliverability.begin(
            db,
            by or world.ours.owner,
            world.ours.mailbox.public_id,
            seal=SEAL,
            mail_domain=DOMAIN,
            now=world.clock.now(),
            test_mail=trial,
        )


def looked(world: World) -> Looked:
    with session.reading() as db:
        found = deliverability.find_looked(db, world.ours.owner, world.ours.mailbox.public_id)
    assert found is not None
    return found


def subject_of(task: Task) -> str:
    return parse(task.raw, detect_type=detect_type).subject


def test_a_probe_that_comes_back_is_seen_and_makes_no_ticket(world: World) -> None:
    task = begin(world)
    world.clock.advance(seconds=7)
    assert world.receive(task.raw, SUPPORT).fate is Fate.REFUSED
    assert (looked(world).back_at, looked(world).facts) == (NOON + timedelta(seconds=7), None)
    book = world.ledger()
    assert (book.offered, book.refused, book.tickets, book.quarantined) == (1, 1, 0, 0)
    with session.reading() as db:
        assert intake.reasons(db, world.ours.account_id) == {(Fate.REFUSED, intake.PROBE): 1}
        assert db.execute(select(Outbox.id)).all() == []


def test_a_trial_mail_that_comes_back_is_a_ticket_once(world: World) -> None:
    task = begin(world, trial=TRIAL)
    world.clock.advance(seconds=4)
    arrived = world.receive(task.raw, SUPPORT)
    assert (arrived.fate, arrived.number) == (Fate.TICKET, 1)
    found = looked(world)
    assert (found.wants_ticket, found.ticket_number) == (True, 1)
    assert found.back_at == NOON + timedelta(seconds=4)
    assert ticket_row(1).subject == TRIAL.subject
    assert world.detail(1).articles[0].text.strip() == TRIAL.text
    copied = world.receive(task.raw + b"a footer\r\n", SUPPORT)
    assert (copied.fate, copied.number) == (Fate.REFUSED, 0)
    assert world.ledger().tickets == 1
    with session.reading() as db:
        assert db.execute(select(Outbox.id)).all() == []  # nobody is told that it arrived


def test_a_trial_mail_is_the_accounts_own_wherever_it_ends(world: World) -> None:
    task = begin(world, trial=TRIAL)
    stray = world.receive(task.raw, FOREIGN)
    assert stray.fate is Fate.TICKET
    assert ticket_row(stray.number, world.stranger.account_id).subject != TRIAL.subject
    assert (looked(world).back_at, looked(world).ticket_number) == (None, None)


def test_it_is_known_by_its_subject_whatever_a_forwarder_does(world: World) -> None:
    subject = f"[EXTERNAL] Fwd: {subject_of(begin(world)).upper()}"
    assert world.receive(mail("x", subject=subject), SUPPORT).fate is Fate.REFUSED
    assert looked(world).back_at == NOON


def test_a_guessed_or_a_strangers_probe_is_an_ordinary_mail(world: World) -> None:
    subject = subject_of(begin(world))
    assert world.receive(mail("x", subject=f"{subject[:-1]}{'a' if subject[-1] != 'a' else 'b'}")).number == 1
    assert world.receive(mail("x", subject=subject), FOREIGN).fate is Fate.TICKET
    assert looked(world).back_at is None


def test_what_was_found_is_kept_for_the_newest_look_alone(world: World) -> None:
    first = begin(world)
    world.clock.at += PAUSE
    second = begin(world)
    with session.transaction() as db:
        deliverability.note(db, world.ours.owner, first, BEST)
    assert looked(world).facts is None
    world.receive(first.raw, SUPPORT)
    assert looked(world).back_at is None
    with session.transaction() as db:
        deliverability.note(db, world.ours.owner, second, BEST)
    found = looked(world)
    assert found.facts == BEST
    now = world.clock.now()
    assert found.is_away(now=now)
    assert len(found.findings(now=now)) == 7
    with session.reading() as db:
        assert len(db.execute(select(DeliverabilityCheck.id)).all()) == 1


def test_a_mailbox_is_looked_at_once_a_minute_whoever_asks_at_the_same_time(world: World) -> None:
    def tried(_: int) -> bool:
        try:
            begin(world)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tried, range(8))).count(True) == 1
    world.clock.at += PAUSE - timedelta(microseconds=1)
    assert not tried(0)
    world.clock.at += timedelta(microseconds=1)
    assert tried(0)


def test_only_a_probe_that_was_sent_is_away(world: World) -> None:
    task = begin(world)
    assert not looked(world).is_away(now=NOON)
    assert looked(world).findings(now=NOON) == ()
    with session.transaction() as db:
        deliverability.note(db, world.ours.owner, task, BEST)
    world.receive(task.raw, SUPPORT)
    assert not looked(world).is_away(now=NOON)
    assert looked(world).probe(now=NOON) is Probe.BACK
    assert Looked(BEST, NOON, None).is_away(now=NOON)
    assert BEST.sending is Sending.SENT


def test_it_goes_out_as_answers_do(world: World) -> None:
    with session.transaction() as db:
        wanted = Outgoing(host="relay.example", username="user", sealed_secret=SEAL.seal("secret"))
        smtpaccounts.save(db, world.ours.owner, world.ours.mailbox.public_id, wanted, now=NOON)
        fresh = dkimkeys.generate(SEAL)
        made = dkimkeys.make(db, world.ours.owner, world.ours.mailbox.public_id, fresh, now=NOON)
        seen = {made.selector: Seen.SHOWN}
        dkimkeys.note_look(db, world.ours.owner, world.ours.mailbox.public_id, seen, now=NOON)
    task = begin(world)
    assert task.raw.startswith(b"DKIM-Signature: ")
    assert (task.address, task.author, task.mail_from) == (SUPPORT, "ours.example", f"probe@{DOMAIN}")
    assert task.outgoing is not None
    assert (task.outgoing.host, SEAL.open(task.outgoing.sealed_secret)) == ("relay.example", "secret")
    assert '"secret"' not in repr(task)


def test_it_has_the_envelope_sender_that_the_mailboxs_own_server_wants(world: World) -> None:
    with session.transaction() as db:
        wanted = Outgoing(host="relay.example", username="", sealed_secret="", sender=EnvelopeSender.MAILBOX)
        smtpaccounts.save(db, world.ours.owner, world.ours.mailbox.public_id, wanted, now=NOON)
    assert begin(world).mail_from == SUPPORT


def test_a_strangers_mailbox_is_not_there_and_staff_look_at_none(world: World) -> None:
    for by, error in ((world.stranger.owner, NotFound), (world.ours.staff, Denied)):
        with pytest.raises(error):
            begin(world, by)
        with session.reading() as db, pytest.raises(error):
            deliverability.find_looked(db, by, world.ours.mailbox.public_id)


def test_who_has_not_confirmed_their_address_sends_no_probe(world: World) -> None:
    with pytest.raises(Denied):
        begin(world, replace(world.ours.owner, is_confirmed=False))
