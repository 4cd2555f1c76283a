"""Who of the staff wants to hear of a ticket, and whom a note calls."""

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class TicketFollower(Record, whom=Whom.STAFF, lasts=Lasts.TICKET):
    """That somebody follows a ticket, or (`has_left`) wants to follow it no more by itself."""

    __tablename__ = "ticket_follower"
    __table_args__ = (UniqueConstraint("ticket_id", "staff_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    ticket_id: Mapped[int] = link("ticket.id")
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.TELLING, index=True)
    has_left: Mapped[bool] = column(Privacy.PERSONAL, Purpose.TELLING, default=False)


class Mention(Record, whom=Whom.STAFF, lasts=Lasts.TICKET):
    """That a note names somebody, and whether they have seen it."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("article_id", "staff_id"),
        Index("ix_mention_staff_id_is_seen", "staff_id", "is_seen"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    article_id: Mapped[int] = link("article.id")
    staff_id: Mapped[int] = link("staff.id", privacy=Privacy.PERSONAL, purpose=Purpose.TELLING)
    is_seen: Mapped[bool] = column(Privacy.PERSONAL, Purpose.TELLING, default=False)
