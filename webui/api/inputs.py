"""What the API takes, field by field; an unknown field is refused with a pointer to it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from gateway.desk.contacts import Along
from gateway.desk.replying import MAX_FILES
from gateway.desk.tickets import UNCHANGED, TicketChange
from gateway.errors import Invalid
from gateway.mail.address import Address, parse_addresses
from gateway.rules.priority import Priority
from gateway.rules.searching import Query, parse
from gateway.rules.status import Status
from gateway.store.queries.paging import MAX_LIMIT
from gateway.store.queries.tickets import TicketFilter
from webui import searchwords
from webui.api.schemas import Person, PriorityName, Shape


def none_if_empty(value: object) -> object:
    """A parameter without a value is none."""
    return None if value == "" else value


def _people(value: object) -> object:
    """A list of addresses may be written as one text, or hold texts."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return value
    return [person for item in items for person in _read(item)]


def _read(item: object) -> list[object]:
    if not isinstance(item, str):
        return [item]
    found = parse_addresses(item)
    return [{"name": who.name, "address": who.address} for who in found] or [{"address": item}]


def _person(value: object) -> object:
    return _read(value)[0] if isinstance(value, str) else value


def _statuses(value: object) -> object:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list):
        return value
    return [word for part in words for word in str(part).split(",") if word]


Cursor = Annotated[str | None, BeforeValidator(none_if_empty)]
People = Annotated[list[Person], BeforeValidator(_people)]
Somebody = Annotated[Person | None, BeforeValidator(_person)]
Limit = Annotated[Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None, BeforeValidator(none_if_empty)]
DEFAULT_LIMIT = 50


class PageQuery(Shape):
    """Which page of a list."""

    cursor: Cursor = None
    limit: Limit = None

    @property
    def size(self) -> int:
        """How many items a page has."""
        return self.limit or DEFAULT_LIMIT


class TicketQuery(PageQuery):
    """Which tickets: a search, and statuses separated by commas.

    `q` is what the search box takes: words, "exact phrases", -left -out, and filters such as status:open,
    from:ann, customer:"Example Inc", tag:urgent, has:attachment, created:2026-01-01..2026-01-31, #123.
    """

    q: str = Field("", max_length=1000)
    status: Annotated[list[Status], BeforeValidator(_statuses)] = []  # noqa: RUF012 - pydantic copies it

    def filter(self) -> TicketFilter:
        """What the store is asked for."""
        return TicketFilter(statuses=tuple(self.status))

    def query(self) -> Query:
        """What is searched for; Invalid where it cannot be understood."""
        found = parse(self.q)
        if found.problems:
            raise Invalid(" ".join(map(searchwords.in_words, found.problems)), field="q")
        return found


class DeliveryQuery(PageQuery):
    """Which deliveries: those that failed or came back and are on the list."""

    state: Literal["failed"]


class RecipientIn(Shape):
    """The recipient whom a mail did not reach."""

    recipient: str = Field(max_length=320)


class CannedQuery(Shape):
    """Which canned replies: words of their names and texts."""

    q: str = Field("", max_length=1000)


class NumberPath(Shape):
    """A ticket's number."""

    number: int


class IdPath(Shape):
    """A public id."""

    id: str


class FileIn(Shape):
    """A file of the form by its name; with `inline` it is the picture that `![filename]` shows."""

    filename: str = Field(max_length=255)
    inline: bool = False


class ArticleIn(Shape):
    """An answer or a note. Without `to`, an answer goes to whoever wrote last.

    `replaces` is the id of an answer of the ticket that did not arrive: it leaves the list of those.
    With `send_at`, a time with its zone, an answer waits for it, a year at most. A note that is `shared` is
    read by the ticket's guests, too. With `seen`, as the ticket had it, an answer is held back (409) where
    others have written, or changed its state or assignee, since.
    """

    kind: Literal["reply", "note"]
    text: str
    to: People | None = None
    cc: People = Field(default_factory=list)
    bcc: People = Field(default_factory=list)
    status: Status | None = None
    replaces: str = ""
    send_at: AwareDatetime | None = None
    shared: bool = False
    seen: str = Field("", pattern=r"^(\d{1,9}\.\d{1,9})?$")
    files: list[FileIn] = Field(default_factory=list)


class ForwardIn(Shape):
    """A message to hand on. `attachments` are ids of its files, without it all that are open go along.

    With `original` the mail goes along as it came. The text may be empty; the rest is as for an answer.
    """

    to: People
    text: str = ""
    cc: People = Field(default_factory=list)
    bcc: People = Field(default_factory=list)
    attachments: list[str] | None = Field(None, max_length=MAX_FILES)
    files: list[FileIn] = Field(default_factory=list)
    original: bool = False
    status: Status | None = None
    replaces: str = ""
    send_at: AwareDatetime | None = None


class TicketIn(Shape):
    """A new ticket: a mail to `to`, the first of whom is its requester, or a note about `requester`."""

    subject: str
    text: str
    kind: Literal["reply", "note"] = "reply"
    to: People = Field(default_factory=list)
    cc: People = Field(default_factory=list)
    bcc: People = Field(default_factory=list)
    requester: Somebody = None
    mailbox: str | None = None
    status: Status | None = None
    files: list[FileIn] = Field(default_factory=list)


class TicketPatch(Shape):
    """What is to change; fields left out stay. `assignee` is a login, `customer` an id, null is nobody.

    With `wake_at` the ticket sleeps until then; null wakes it.
    """

    status: Status | None = None
    assignee: str | None = None
    subject: str | None = None
    tags: list[str] | None = None
    customer: str | None = None
    priority: PriorityName | None = None
    wake_at: AwareDatetime | None = None

    def change(self) -> TicketChange:
        """What the desk is asked for."""
        named = self.model_fields_set
        return TicketChange(
            status=self.status,
            assignee=self.assignee if "assignee" in named else UNCHANGED,
            subject=self.subject,
            tags=None if self.tags is None else tuple(self.tags),
            customer=self.customer if "customer" in named else UNCHANGED,
            priority=Priority[self.priority.upper()] if self.priority else None,
            wake_at=self.wake_at if "wake_at" in named else UNCHANGED,
        )


class MergeIn(Shape):
    """The ticket to become part of."""

    into: int = Field(ge=1)


class ContactMergeIn(Shape):
    """The contact to become part of, by its id."""

    into: str


class CustomerQuery(PageQuery):
    """Which customers: those with the words of `q`, those of a group, by its id."""

    q: str = Field("", max_length=1000)
    group: Annotated[str | None, BeforeValidator(none_if_empty)] = None


class ContactQuery(PageQuery):
    """Which contacts: those with the words of `q`, those of a customer, by its id."""

    q: str = Field("", max_length=1000)
    customer: Annotated[str | None, BeforeValidator(none_if_empty)] = None


class CustomerIn(Shape):
    """A customer, named freely; `groups` are ids."""

    name: str
    domains: list[str] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=list)
    note: str = ""


class CustomerPatch(Shape):
    """What is to change; fields left out stay. `groups` are the ids of all that it is to be in."""

    name: str | None = None
    domains: list[str] | None = None
    groups: list[str] | None = None
    note: str | None = None


class GroupIn(Shape):
    """A group of customers, named freely."""

    name: str


class ContactIn(Shape):
    """A person who writes for the customer."""

    name: str = ""
    address: str


class ContactPatch(Shape):
    """What is to change; fields left out stay. `addresses` are all that the contact is to have.

    `customer` is an id, null is none; `tickets` says which go along: `all`, or those that are `open`.
    """

    name: str | None = None
    note: str | None = None
    addresses: list[str] | None = None
    customer: str | None = None
    tickets: Along = Along.ALL


def addresses(people: list[Person]) -> tuple[Address, ...]:
    """As the desk takes them."""
    return tuple(Address(who.name, who.address) for who in people)
