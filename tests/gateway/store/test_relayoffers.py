"""What the installation's server takes is known by its name, the newest word counts."""

from sqlalchemy import select

from gateway.store import relayoffers, session
from gateway.store.models import RelayOffer


def test_the_newest_word_of_each_server_is_kept(database: str) -> None:
    with session.transaction() as db:
        relayoffers.note(db, "mail.example:25", 1000)
        relayoffers.note(db, "other.example:25", 0)
    with session.transaction() as db:
        relayoffers.note(db, "mail.example:25", 2000)
    with session.reading() as db:
        found = db.execute(select(RelayOffer.server, RelayOffer.max_message_bytes)).all()
    assert sorted(map(tuple, found)) == [("mail.example:25", 2000), ("other.example:25", 0)]
