"""What the operator tells everybody, what nobody in particular suggests, and who is owed a last mail."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class LegalText(Record, whom=Whom.TECHNICAL, lasts=Lasts.INSTALLATION):
    """One version of the privacy policy or the terms; versions of a document are numbered from 1 on."""

    __tablename__ = "legal_text"
    __table_args__ = (UniqueConstraint("document", "number"),)

    id: Mapped[int] = key()
    document: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=String(10))
    number: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
    text_en: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=Text)
    text_de: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=Text)
    changed_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SETTINGS)


class Broadcast(Record, whom=Whom.TECHNICAL, lasts=Lasts.INSTALLATION):
    """A notice that everybody who is signed in reads until its end; there is one at most."""

    __tablename__ = "broadcast"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    text_en: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=Text)
    text_de: Mapped[str] = column(Privacy.TECHNICAL, Purpose.SETTINGS, type_=Text)
    until_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SETTINGS)
    made_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SETTINGS)


class Suggestion(Record, whom=Whom.TECHNICAL, lasts=Lasts.DAY):
    """What somebody suggests until its day is over, and for a day more that the work for it was used up.

    `id` is the hash of the challenge that was solved, which nobody chose; the day is in UTC.
    """

    __tablename__ = "suggestion"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(64), primary_key=True)
    day: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(10), index=True)
    text: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text)


class Farewell(Record, whom=Whom.CUSTOMERS, lasts=Lasts.SENT):
    """Whom an erasure is certified to by mail; gone once it has left.

    Of a whole account that is its owner, and the account is named nowhere; of what somebody asked for by
    mail it is they, and the account (`account_id`) writes to them. `next_try_at` is also until when one
    worker has it for itself. What could not be sent (`failed_at`, the server's `answer`) waits a month for
    somebody to send it again; tries are counted from `tried_from` then, else from the erasure's end.
    """

    __tablename__ = "farewell"

    id: Mapped[int] = key()
    account_id: Mapped[int | None] = link("account.id", index=True)
    erasure_public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(32))
    recipient: Mapped[str] = column(Privacy.PERSONAL, Purpose.PROOF, type_=String(320))
    locale: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROOF, type_=String(10))
    tries: Mapped[int] = column(Privacy.TECHNICAL, Purpose.SENDING, default=0)
    next_try_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.SENDING)
    tried_from: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    failed_at: Mapped[datetime | None] = column(Privacy.TECHNICAL, Purpose.SENDING)
    answer: Mapped[str] = column(Privacy.PERSONAL, Purpose.SENDING, type_=Text, default="")
