"""One business in the installation."""

from datetime import datetime

from sqlalchemy import Boolean, LargeBinary, String, false
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key


class Account(Record, whom=Whom.TECHNICAL, lasts=Lasts.ACCOUNT):
    """A business: owns mailboxes, people, customers and tickets; `public_id` identifies it outside.

    `held_told_at` is when its people were last told that mail of theirs is held back.
    `demands_second_factor`: nobody in it works with a password alone. `has_targets`: some mailbox or group of
    its customers has; `tells_of_new`: somebody wants to hear of new tickets. So filing looks for neither
    elsewhere.

    `is_operators`: it is the desk of whoever runs the installation; at most one is, which an index sees to
    that stands in its migration alone. While it is suspended nobody signs in, and no mail is taken or sent.
    What it may have at most is 0 where nothing is said; `kept_bytes` is what it had when that was counted.

    What is over is kept for so many days, 0 for ever; `retained_at` is when these rules were last applied or
    changed. An account that its owner ends is suspended, until `terminates_at` they may take that back; at
    `terminated_at` its erasure has begun.
    """

    __tablename__ = "account"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    name: Mapped[str] = column(Privacy.PERSONAL, Purpose.SETTINGS, type_=String(200))
    mail_key: Mapped[bytes] = column(Privacy.SECRET, Purpose.PROTECTION, type_=LargeBinary(32))
    last_ticket_number: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=0)
    held_told_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
    demands_second_factor: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=Boolean, default=False, server_default=false()
    )
    has_targets: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=Boolean, default=False, server_default=false()
    )
    tells_of_new: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=Boolean, default=False, server_default=false()
    )
    is_operators: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.RIGHTS, type_=Boolean, default=False, server_default=false()
    )
    suspended_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    most_staff: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=0, server_default="0")
    most_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=0, server_default="0")
    most_mails_day: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=0, server_default="0")
    kept_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.RIGHTS, default=0, server_default="0")
    keep_closed_days: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=0, server_default="0")
    keep_spam_days: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=0, server_default="0")
    keep_quarantined_days: Mapped[int] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, default=0, server_default="0"
    )
    keep_remote_days: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS, default=0, server_default="0")
    retained_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
    terminates_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    terminated_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.RIGHTS)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
