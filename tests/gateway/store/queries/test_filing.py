"""What filing asks the books before it decides."""

from datetime import timedelta

from gateway.rules.content import content_hash
from gateway.store import session
from gateway.store.queries import filing
from gateway.store.queries.filing import OwnMailbox
from tests.world import SUPPORT, World, mail, ticket_row


def test_the_same_mail_is_known_in_its_account_only(world: World) -> None:
    raw = mail()
    world.receive(raw)
    ticket = ticket_row(1)
    with session.reading() as db:
        assert filing.ticket_with_same_mail(db, world.ours.account_id, content_hash(raw)) == ticket.id
        assert filing.ticket_with_same_mail(db, world.stranger.account_id, content_hash(raw)) is None
        assert filing.ticket_with_same_mail(db, world.ours.account_id, content_hash(mail())) is None


def test_an_account_knows_its_mailboxes_and_its_key(world: World) -> None:
    box = world.ours.mailbox
    local = box.forwarding_address.partition("@")[0]
    with session.reading() as db:
        assert filing.own_mailboxes(db, world.ours.account_id) == (
            OwnMailbox(box.id, SUPPORT, local, timedelta(days=30)),
        )
        assert filing.mail_key(db, world.ours.account_id) == world.ours.key


def test_deliveries_lead_to_their_tickets_in_their_account_only(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    with session.reading() as db:
        assert filing.tickets_of_deliveries(db, world.ours.account_id, [1, 99]) == [1]
        assert filing.tickets_of_deliveries(db, world.stranger.account_id, [1]) == []
