"""What the API gives, field by field."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from gateway.desk.canned import CannedView
from gateway.desk.mailboxes import MailboxView
from gateway.mail.address import Address
from gateway.rules.doubts import Outcome, Reason
from gateway.rules.due import Goal
from gateway.rules.status import Status
from gateway.store.intake import Ledger as Books
from gateway.store.queries.articles import ArticleView, AttachmentView, DeliveryView, TicketDetail
from gateway.store.queries.failures import FailedView
from gateway.store.queries.holding import HeldMailView
from gateway.store.queries.paging import Page
from gateway.store.queries.quarantine import HeldView
from gateway.store.queries.tickets import TicketRow
from webui.holding import reason


class Shape(BaseModel):
    """A JSON object with these fields and no others."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Person(Shape):
    """A name, which may be empty, and an address."""

    name: str = ""
    address: str

    @classmethod
    def of(cls, who: Address) -> Self:
        """As the store has it."""
        return cls(name=who.name, address=who.address)


class Attachment(Shape):
    """A file of an article."""

    id: str
    filename: str
    content_type: str
    detected_type: str
    size: int
    sha256: str
    inline: bool

    @classmethod
    def of(cls, view: AttachmentView) -> Self:
        """As the store has it."""
        return cls(
            id=view.public_id,
            filename=view.filename,
            content_type=view.content_type,
            detected_type=view.detected_type,
            size=view.size_bytes,
            sha256=view.sha256,
            inline=view.inline,
        )


class Delivery(Shape):
    """How an article fares on its way to one recipient; `answer` says why where it is held back."""

    recipient: str
    state: str
    answer: str
    attempts: int
    next_try_at: datetime | None

    @classmethod
    def of(cls, view: DeliveryView) -> Self:
        """As the store has it."""
        return cls(
            recipient=view.recipient,
            state=view.state,
            answer=reason(view.answer) if view.state == "held" else view.answer,
            attempts=view.attempts,
            next_try_at=view.next_try_at,
        )


class Article(Shape):
    """One entry of a ticket."""

    id: str
    kind: Literal["inbound", "outbound", "note", "automatic"]
    created_at: datetime
    from_: Person = Field(alias="from")
    to: list[Person]
    cc: list[Person]
    subject: str
    message_id: str | None
    text: str
    reply_text: str
    html: str | None
    auto: str | None
    trust: str
    attachments: list[Attachment]
    deliveries: list[Delivery]

    @classmethod
    def of(cls, view: ArticleView) -> Self:
        """As the store has it."""
        return cls(
            id=view.public_id,
            kind=view.kind.value,
            created_at=view.created_at,
            from_=Person.of(view.from_),
            to=[Person.of(who) for who in view.to],
            cc=[Person.of(who) for who in view.cc],
            subject=view.subject,
            message_id=view.message_id,
            text=view.text,
            reply_text=view.reply_text,
            html=view.html,
            auto=view.auto,
            trust=view.trust,
            attachments=[Attachment.of(file) for file in view.attachments],
            deliveries=[Delivery.of(delivery) for delivery in view.deliveries],
        )


PriorityName = Literal["low", "normal", "high", "urgent"]


class CustomerRef(Shape):
    """The customer of a ticket."""

    id: str
    name: str


class Ticket(Shape):
    """A ticket's head. `assignee` is a login; `due_for` is what it owes until `due_at`, null for nothing.

    One that sleeps waits until `wake_at`.
    """

    number: int
    subject: str
    status: Status
    created_at: datetime
    updated_at: datetime
    requester: Person
    customer: CustomerRef | None
    assignee: str | None
    tags: list[str]
    maybe_belongs_to: int | None
    article_count: int
    priority: PriorityName
    wake_at: datetime | None
    due_at: datetime | None
    due_for: Goal | None
    first_answered_at: datetime | None

    @classmethod
    def of(cls, row: TicketRow) -> Self:
        """As the store has it."""
        return cls(**_head(row))


class TicketWithArticles(Ticket):
    """A whole ticket, oldest article first."""

    articles: list[Article]
    seen: str

    @classmethod
    def whole(cls, detail: TicketDetail) -> Self:
        """As the store has it."""
        return cls(
            **_head(detail.ticket),
            articles=[Article.of(view) for view in detail.articles],
            seen=str(detail.seen),
        )


def _head(row: TicketRow) -> dict[str, Any]:
    customer = row.customer
    return {
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "requester": Person(name=row.requester_name, address=row.requester_address),
        "customer": CustomerRef(id=customer.public_id, name=customer.name) if customer else None,
        "assignee": row.assignee,
        "tags": list(row.tags),
        "maybe_belongs_to": row.maybe_belongs_to,
        "article_count": row.article_count,
        "priority": row.priority.name.lower(),
        "wake_at": row.wake_at,
        "due_at": row.due_at,
        "due_for": row.due_for,
        "first_answered_at": row.first_answered_at,
    }


class TicketPage(Shape):
    """Some tickets, newest activity first; `next` is the cursor of the following page."""

    items: list[Ticket]
    next: str | None

    @classmethod
    def of(cls, page: Page[TicketRow]) -> Self:
        """As the store has it."""
        return cls(items=[Ticket.of(row) for row in page.items], next=page.next)


class Mailbox(Shape):
    """An address of the account."""

    id: str
    address: str
    forwarding_address: str
    name: str


class Mailboxes(Shape):
    """The account's mailboxes, oldest first."""

    items: list[Mailbox]

    @classmethod
    def of(cls, views: tuple[MailboxView, ...]) -> Self:
        """As the store has it."""
        return cls(
            items=[
                Mailbox(
                    id=view.public_id,
                    address=view.address,
                    forwarding_address=view.forwarding_address,
                    name=view.name,
                )
                for view in views
            ]
        )


class Held(Shape):
    """A mail in quarantine. `ticket` is the number of the ticket that it names.

    `reason` is storm, loop, dmarc or scanner; `outcome` is null while it waits, then released or dismissed.
    """

    id: str
    reason: Reason
    from_: Person = Field(alias="from")
    subject: str
    snippet: str
    arrived_at: datetime
    size: int
    ticket: int | None
    outcome: Outcome | None

    @classmethod
    def of(cls, view: HeldView) -> Self:
        """As the store has it."""
        return cls(
            id=view.public_id,
            reason=view.reason,
            from_=Person.of(view.from_),
            subject=view.subject,
            snippet=view.snippet,
            arrived_at=view.arrived_at,
            size=view.size_bytes,
            ticket=view.ticket,
            outcome=Outcome(view.outcome) if view.outcome else None,
        )


class HeldPage(Shape):
    """Some mails in quarantine, newest first; `next` is the cursor of the following page."""

    items: list[Held]
    next: str | None

    @classmethod
    def of(cls, page: Page[HeldView]) -> Self:
        """As the store has it."""
        return cls(items=[Held.of(view) for view in page.items], next=page.next)


class FailedDelivery(Shape):
    """A mail that did not reach one recipient. `author` is a login; `answer` is what the server said."""

    article: str
    ticket: int
    subject: str
    author: str | None
    recipient: str
    state: str
    answer: str
    failed_at: datetime

    @classmethod
    def of(cls, view: FailedView) -> Self:
        """As the store has it."""
        return cls(**asdict(view))


class FailedDeliveryPage(Shape):
    """Some mails that did not arrive, newest first; `next` is the cursor of the following page."""

    items: list[FailedDelivery]
    next: str | None

    @classmethod
    def of(cls, page: Page[FailedView]) -> Self:
        """As the store has it."""
        return cls(items=[FailedDelivery.of(view) for view in page.items], next=page.next)


class HeldDelivery(Shape):
    """A mail that is held back from one recipient, and why. `author` is a login."""

    article: str
    ticket: int
    subject: str
    author: str | None
    recipient: str
    reason: str
    held_at: datetime

    @classmethod
    def of(cls, view: HeldMailView) -> Self:
        """As the store has it, the reason in words."""
        return cls(**(asdict(view) | {"reason": reason(view.reason)}))


class HeldDeliveryPage(Shape):
    """Some mails that are held back, oldest first; `next` is the cursor of the following page."""

    items: list[HeldDelivery]
    next: str | None

    @classmethod
    def of(cls, page: Page[HeldMailView]) -> Self:
        """As the store has it."""
        return cls(items=[HeldDelivery.of(view) for view in page.items], next=page.next)


class CannedReply(Shape):
    """A text that is written once, with its placeholders."""

    id: str
    name: str
    text: str


class CannedReplies(Shape):
    """The account's canned replies, by name."""

    items: list[CannedReply]

    @classmethod
    def of(cls, views: tuple[CannedView, ...]) -> Self:
        """As the desk has them."""
        return cls(items=[CannedReply(id=v.public_id, name=v.name, text=v.text) for v in views])


class Ledger(Shape):
    """What became of every mail that was offered; `offered` is the sum of the rest."""

    offered: int
    tickets: int
    follow_ups: int
    duplicates: int
    quarantined: int
    refused: int
    pending: int

    @classmethod
    def of(cls, books: Books) -> Self:
        """As the store has it."""
        return cls(**asdict(books))
