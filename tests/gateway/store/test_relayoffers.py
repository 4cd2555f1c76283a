"""What the installation's server takes is known by its name, the newest word counts."""

from sqlalchemy import select, update

from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import Outgoing
from gateway.store import relayoffers, session
from gateway.store.models import RelayOffer, SmtpAccount
from tests.world import NOON, World, mail


def test_the_newest_word_of_each_server_is_kept(database: str) -> None:
    with session.transaction() as db:
        relayoffers.note(db, "mail.example:25", 1000)
        relayoffers.note(db, "other.example:25", 0)
    with session.transaction() as db:
        relayoffers.note(db, "mail.example:25", 2000)
    with session.reading() as db:
        found = db.execute(select(RelayOffer.server, RelayOffer.max_message_bytes)).all()
    assert sorted(map(tuple, found)) == [("mail.example:25", 2000), ("other.example:25", 0)]


def limit(world: World, server: str, *, account_id: int | None = None) -> int:
    ticket_id = world.detail().ticket.id
    with session.reading() as db:
        return relayoffers.find_limit(db, account_id or world.ours.account_id, ticket_id, server=server)


def test_a_ticket_is_answered_by_the_installations_server_or_its_mailboxs_own(world: World) -> None:
    world.receive(mail())
    assert limit(world, "mail.example:25") == 0
    with session.transaction() as db:
        relayoffers.note(db, "mail.example:25", 1000)
    assert limit(world, "mail.example:25") == 1000
    assert limit(world, "other.example:25") == 0
    assert limit(world, "mail.example:25", account_id=world.stranger.account_id) == 0
    with session.transaction() as db:
        wanted = Outgoing(host="smtp.example.org", username="u", sealed_secret="s")
        smtpaccounts.save(db, world.ours.owner, world.ours.mailbox.public_id, wanted, now=NOON)
    assert limit(world, "mail.example:25") == 0
    with session.transaction() as db:
        db.execute(update(SmtpAccount).values(max_message_bytes=700))
    assert limit(world, "mail.example:25") == 700
