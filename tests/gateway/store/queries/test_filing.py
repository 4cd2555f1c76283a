"""What filing asks the books before it decides."""

from datetime import timedelta

from gateway.desk.replying import Draft
from gateway.mail.address import Address
from gateway.rules.acknowledging import Manners
from gateway.rules.content import content_hash
from gateway.store import session
from gateway.store.intake import Fate
from gateway.store.queries import filing
from gateway.store.queries.filing import OwnMailbox, SameMail, Sent
from tests.world import ANN, NOON, SUPPORT, Business, World, mail, ticket_row


def same(business: Business, raw: bytes, *, intake_id: int = 0) -> SameMail | None:
    with session.reading() as db:
        return filing.find_same_mail(db, business.account_id, content_hash(raw), intake_id=intake_id)


def test_the_same_mail_is_known_in_its_account_only(world: World) -> None:
    raw = mail()
    world.receive(raw)
    assert same(world.ours, raw) == SameMail(ticket_row(1).id)
    assert same(world.stranger, raw) is None
    assert same(world.ours, mail()) is None


def test_the_same_mail_is_known_while_it_waits_in_quarantine_but_not_to_itself(world: World) -> None:
    raw = mail(headers=["X-Loop: " + SUPPORT])
    assert world.receive(raw).fate is Fate.QUARANTINED
    assert same(world.ours, raw) == SameMail(None)
    assert same(world.ours, raw, intake_id=1) is None
    assert same(world.stranger, raw) is None


def test_a_mail_of_ours_is_found_by_article_and_recipient_in_its_account_only(world: World) -> None:
    world.receive(mail())
    sent = world.reply(1).public_id
    with session.reading() as db:
        assert filing.find_sent(db, world.ours.account_id, sent, ANN.upper()) == Sent(1, 1)
        assert filing.find_sent(db, world.ours.account_id, sent, "other@x.example") is None
        assert filing.find_sent(db, world.ours.account_id, "x" * 24, ANN) is None
        assert filing.find_sent(db, world.stranger.account_id, sent, ANN) is None


def test_a_recipient_is_found_however_a_report_spells_it(world: World) -> None:
    world.receive(mail())
    draft = Draft("x", to=(Address("", "Jörg@müller.example"), Address("", ANN)))
    sent = world.reply(1, draft=draft).public_id
    with session.reading() as db:
        for spelt in ("JÖRG@MÜLLER.example", "jörg@xn--mller-kva.example", "Jörg@müller.example"):
            assert filing.find_sent(db, world.ours.account_id, sent, spelt) == Sent(1, 1)


def test_a_contact_was_written_to_when_staff_answered(world: World) -> None:
    world.receive(mail())
    contact = ticket_row(1).contact_id
    assert contact is not None
    with session.reading() as db:
        assert not filing.was_written_to(db, world.ours.account_id, contact)
    world.reply(1)
    with session.reading() as db:
        assert filing.was_written_to(db, world.ours.account_id, contact)
        assert not filing.was_written_to(db, world.stranger.account_id, contact)


def test_an_account_knows_its_mailboxes_and_its_key(world: World) -> None:
    box = world.ours.mailbox
    local = box.forwarding_address.partition("@")[0]
    with session.reading() as db:
        assert filing.own_mailboxes(db, world.ours.account_id) == (
            OwnMailbox(
                box.id,
                SUPPORT,
                local,
                timedelta(days=30),
                Manners(),
                locale="en",
                is_privacy=False,
                created_at=NOON,
            ),
        )
        assert filing.mail_key(db, world.ours.account_id) == world.ours.key


def test_deliveries_lead_to_their_tickets_in_their_account_only(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    with session.reading() as db:
        assert filing.tickets_of_deliveries(db, world.ours.account_id, [1, 99]) == [1]
        assert filing.tickets_of_deliveries(db, world.stranger.account_id, [1]) == []
