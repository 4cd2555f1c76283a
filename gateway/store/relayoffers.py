"""How large a mail the installation's outgoing server takes, as whoever connected last was told."""

from sqlalchemy.orm import Session

from gateway.store.models import RelayOffer, table
from gateway.store.upsert import insert_into

_TABLE = table(RelayOffer)


def note(db: Session, server: str, max_message_bytes: int) -> None:
    """The server (`host:port`) takes so much, 0 for any size."""
    values = {"server": server, "max_message_bytes": max_message_bytes}
    made = insert_into(db.connection().dialect.name, _TABLE).values(values)
    db.execute(made.on_conflict_do_update(index_elements=["server"], set_=values))
