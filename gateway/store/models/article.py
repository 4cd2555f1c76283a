"""One entry of a ticket and its files."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Article(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """A customer's mail, a reply, a note or an automatic mail.

    `intake_id` is unique, so a mail is filed once; `content_hash` is unique in the account, so the
    same mail offered again is known. `raw_sha256` names the raw mail in the blob store. `auth` is what
    SPF, DKIM and DMARC said, `protection` how it is signed or encrypted, `invitation` what its calendar
    part asks for. `is_folded` is set for the further mails of a storm; `forward_of` is the public id of the
    article that one of ours hands on, "" for any other; a note that `is_shared` is one that guests read, too.
    """

    __tablename__ = "article"
    __table_args__ = (
        # With the account in it, SQLite does not take the longer index of all articles of an account instead.
        Index("ix_article_ticket", "ticket_id", "account_id", "id"),
        Index("ix_article_message_id", "account_id", "message_id"),
        # Reports count mails by these alone: the row with its text is never read for that.
        Index(
            "ix_article_times",
            *("account_id", "created_at", "kind", "auto", "is_folded", "forward_of", "staff_id", "ticket_id"),
        ),
        UniqueConstraint("account_id", "content_hash"),
    )

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    ticket_id: Mapped[int] = link("ticket.id")
    intake_id: Mapped[int | None] = link("intake.id", ondelete="SET NULL", unique=True)
    kind: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(20))
    staff_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    from_name: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=Text, default="")
    from_address: Mapped[str] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=Text, default="")
    reply_to: Mapped[list[dict[str, str]]] = column(
        Privacy.PERSONAL, Purpose.REQUESTS, type_=JSON, default=list
    )
    to: Mapped[list[dict[str, str]]] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=JSON, default=list)
    cc: Mapped[list[dict[str, str]]] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=JSON, default=list)
    bcc: Mapped[list[dict[str, str]]] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=JSON, default=list)
    subject: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text, default="")
    message_id: Mapped[str | None] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=String(998))
    references: Mapped[list[str]] = column(Privacy.PERSONAL, Purpose.REQUESTS, type_=JSON, default=list)
    text: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text, default="")
    reply_text: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text, default="")
    html: Mapped[str | None] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text)
    auto: Mapped[str | None] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(20))
    trust: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(40), default="")
    auth: Mapped[dict[str, Any] | None] = column(
        Privacy.PERSONAL, Purpose.PROTECTION, type_=JSON(none_as_null=True)
    )
    protection: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(20), default="")
    invitation: Mapped[dict[str, Any] | None] = column(
        Privacy.CONTENT, Purpose.REQUESTS, type_=JSON(none_as_null=True)
    )
    is_folded: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=False)
    is_shared: Mapped[bool] = column(
        Privacy.TECHNICAL, Purpose.REQUESTS, type_=Boolean, default=False, server_default=false()
    )
    forward_of: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(32), default="")
    defects: Mapped[list[str]] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=JSON, default=list)
    raw_sha256: Mapped[str | None] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=String(64), index=True)
    content_hash: Mapped[str | None] = column(Privacy.CONTENT, Purpose.PROTECTION, type_=String(64))
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.REQUESTS)


class Attachment(Record, whom=Whom.CUSTOMERS, lasts=Lasts.TICKET):
    """A file of an article; its bytes are the blob `sha256`, its thumbnail the blob `preview_sha256`.

    `scan` is how the virus scanner judged it, empty where none is set; `scan_found` what it found.
    """

    __tablename__ = "attachment"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    article_id: Mapped[int] = link("article.id", index=True)
    filename: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=Text, default="")
    content_type: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(255))
    detected_type: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=String(255))
    size_bytes: Mapped[int] = column(Privacy.TECHNICAL, Purpose.REQUESTS)
    sha256: Mapped[str] = column(Privacy.CONTENT, Purpose.REQUESTS, type_=String(64), index=True)
    inline: Mapped[bool] = column(Privacy.TECHNICAL, Purpose.REQUESTS, default=False)
    content_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.REQUESTS, type_=Text, default="")
    preview_sha256: Mapped[str | None] = column(
        Privacy.CONTENT, Purpose.REQUESTS, type_=String(64), index=True
    )
    scan: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(12), default="")
    scan_found: Mapped[str] = column(Privacy.TECHNICAL, Purpose.PROTECTION, type_=String(200), default="")
