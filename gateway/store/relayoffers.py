"""How large a mail the outgoing servers take, as whoever connected last was told; nobody asks them for it."""

from sqlalchemy import and_, bindparam, case, select
from sqlalchemy.orm import Session

from gateway.store.models import RelayOffer, SmtpAccount, Ticket, table
from gateway.store.upsert import insert_into


def note(db: Session, server: str, max_message_bytes: int) -> None:
    """The installation's server (`host:port`) takes so much, 0 for any size."""
    values = {"server": server, "max_message_bytes": max_message_bytes}
    made = insert_into(db.connection().dialect.name, _RELAY).values(values)
    db.execute(made.on_conflict_do_update(index_elements=["server"], set_=values))


def find_limit(db: Session, account_id: int, ticket_id: int, *, server: str) -> int:
    """The largest mail by which a ticket can be answered: its mailbox's own server counts, else `server`.

    0 where that names no limit, or was not asked yet.
    """
    asked = {"account": account_id, "ticket": ticket_id, "server": server}
    return db.connection().execute(_LIMIT, asked).scalar() or 0


# Built once: every ticket's page asks.
_RELAY, _SMTP, _TICKET = table(RelayOffer), table(SmtpAccount), table(Ticket)
_OWN, _SHARED = _SMTP.c.max_message_bytes, _RELAY.c.max_message_bytes
_LIMIT = (
    select(case((_SMTP.c.id.is_not(None), _OWN), else_=_SHARED))
    .select_from(_TICKET)
    .outerjoin(
        _SMTP, and_(_SMTP.c.mailbox_id == _TICKET.c.mailbox_id, _SMTP.c.account_id == _TICKET.c.account_id)
    )
    .outerjoin(_RELAY, _RELAY.c.server == bindparam("server"))
    .where(_TICKET.c.account_id == bindparam("account"), _TICKET.c.id == bindparam("ticket"))
)
