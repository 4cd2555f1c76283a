"""What is owed to the outside: wake-ups for workers, and mails to recipients."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Outbox(Record, whom=Whom.TECHNICAL, lasts=Lasts.DONE):
    """Something a worker must do after the commit; the row goes when it is done.

    `due_at` is when a worker should be told (again); `told` counts how often the sweep repeated it.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "due_at", "id"), Index("ix_outbox_work", "topic", "ref_id"))

    id: Mapped[int] = key()
    topic: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(20))
    ref_id: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    told: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RUNNING, default=0)
    due_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.RUNNING)


class Delivery(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """One article to one recipient. Leased by one worker at a time (`lease_token`, `leased_until`).

    A notice of the installation (to an owner, say) has no article: its bytes are `raw_sha256`. An
    automatic mail goes out with the null reverse-path (`is_automatic`), so that nothing answers it.
    `settled` is what people did about one that failed, empty while it is on their list. `claims` counts how
    often a worker took it: the first time it needs a place in the budget of outgoing mail, or it is held.
    Tries are counted from `created_at`, which is since when it may leave.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("article_id", "recipient"),
        Index("ix_delivery_settled", "account_id", "state", "settled"),
        Index("ix_delivery_lease", "lease_owner"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int | None] = link("ticket.id", index=True)
    article_id: Mapped[int | None] = link("article.id")
    raw_sha256: Mapped[str | None] = column(Privacy.CONTENT, Purpose.SENDING, type_=String(64), index=True)
    is_automatic: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.SENDING, default=False)
    mailbox_id: Mapped[int | None] = link("mailbox.id", ondelete="SET NULL")
    recipient: Mapped[str] = column(Privacy.PERSONAL, Purpose.SENDING, type_=String(320))
    state: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SENDING, type_=String(20))
    settled: Mapped[str] = column(
        Privacy.TECHNICAL, Purpose.SENDING, type_=String(20), default="", server_default=""
    )
    answer: Mapped[str] = column(Privacy.CONTENT, Purpose.SENDING, type_=Text, default="")
    attempts: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING, default=0)
    claims: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING, default=0, server_default="0")
    next_try_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    lease_owner: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(64), default="")
    lease_token: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), default="")
    leased_until: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RUNNING)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)
    finished_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)


class AutomaticMail(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DAY):
    """That a machine of ours wrote to an address: the memory which keeps it from doing so too often.

    `address_hash` is keyed, so that the row names nobody; it counts for all accounts together.
    """

    __tablename__ = "automatic_mail"
    __table_args__ = (Index("ix_automatic_mail_address", "address_hash", "sent_at"),)

    id: Mapped[int] = key()
    account_id: Mapped[int | None] = link("account.id", ondelete="SET NULL")
    address_hash: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=String(64))
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(20))
    sent_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROTECTION, index=True)


class OutgoingTally(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DAY):
    """How many mails of an account began to leave in a window of the budget, together or to one `recipient`.

    `recipient` is "" for all together; `bound` says which part of the budget it counts for.
    """

    __tablename__ = "outgoing_tally"
    __table_args__ = (
        UniqueConstraint("account_id", "bound", "recipient", "window_at", name="uq_outgoing_tally_window"),
        Index("ix_outgoing_tally_window_at", "window_at"),
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    bound: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(20))
    recipient: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROTECTION, type_=String(320))
    window_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PROTECTION)
    mails: Mapped[int] = column(Privacy.TECHNICAL, Purpose.PROTECTION)
