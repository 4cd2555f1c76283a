"""An address of the account, its way in and its way out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, String, Text, false
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Mailbox(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """A mailbox: `address` is what customers write to, `forwarding_local` is generated.

    The latter is the local part of its inbound address on the installation's mail domain. `locale` is
    the language of what the desk itself says in its mails.

    With `acknowledges`, who writes for the first time is told that it arrived; with `answers_closed` in the
    words of `closed_text` where that is outside its `hours` (`gateway.rules.hours`, null: always open). After
    `silence_hours` without a mail (0: never) its owner is told; `alarmed_at` is when that or an error of its
    connections was last told. `targets` is within which time its tickets are answered (`gateway.rules.due`).
    Mail to one with `is_privacy` is about privacy, whatever its words.
    """

    __tablename__ = "mailbox"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=String(320), unique=True)
    forwarding_local: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=String(64), unique=True)
    name: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=String(200), default="")
    signature: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=Text, default="")
    locale: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=String(10), default="en")
    reopen_days: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=30)
    acknowledges: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=False)
    acknowledgement: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=Text, default="")
    hours: Mapped[dict[str, Any] | None] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=JSON(none_as_null=True)
    )
    targets: Mapped[dict[str, Any] | None] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=JSON(none_as_null=True)
    )
    answers_closed: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, default=False, server_default=false()
    )
    closed_text: Mapped[str] = column(
        Privacy.PERSONAL, Purpose.SETTINGS, type_=Text, default="", server_default=""
    )
    silence_hours: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=0)
    is_privacy: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, default=False, server_default=false()
    )
    alarmed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SETTINGS)


class DeliverabilityCheck(Record, whom=Whom.TECHNICAL, lasts=Lasts.MAILBOX):
    """The newest look whether a mailbox's mail arrives: `facts` once it was made.

    `public_id` stands in the probe's subject; `back_at` is when that came back. With `wants_ticket` the probe
    becomes a ticket then, `ticket_number`.
    """

    __tablename__ = "deliverability_check"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    mailbox_id: Mapped[int] = link("mailbox.id", unique=True)
    facts: Mapped[dict[str, Any] | None] = column(
        Privacy.TECHNICAL, Purpose.SENDING, type_=JSON(none_as_null=True)
    )
    began_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)
    back_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    wants_ticket: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.SENDING, type_=Boolean, default=False, server_default=false()
    )
    ticket_number: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
