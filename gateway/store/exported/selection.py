"""Of which tables an export takes which rows and which columns.

A table is in `WHOLE`, or in `LEFT_OUT` with the reason; a test fails for one that is in neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_, select

from gateway.rules.privacy import Privacy
from gateway.rules.remote import State as RemoteState
from gateway.store.models import (
    Account,
    Article,
    Attachment,
    AuditEntry,
    CannedReply,
    Contact,
    ContactAddress,
    ContactMerge,
    Customer,
    CustomerDomain,
    CustomerGroup,
    CustomerGroupMember,
    Delivery,
    Draft,
    GuestNotice,
    ImapFolder,
    ImapSource,
    Intake,
    Invitation,
    Mailbox,
    Mention,
    Notification,
    Offer,
    Participant,
    Quarantined,
    Record,
    Reminder,
    RemoteSession,
    RemoteSystem,
    RemoteVisit,
    SavedView,
    SmtpAccount,
    Staff,
    StaffGroup,
    StaffNewsGroup,
    Ticket,
    TicketEvent,
    TicketFollower,
    TicketLink,
    TicketSeen,
    table,
)


@dataclass(frozen=True, slots=True)
class Picked:
    """A table of an export: which of its columns, which of its rows."""

    table: Table
    columns: Sequence[ColumnElement[Any]]
    where: Sequence[ColumnElement[bool]]

    @property
    def name(self) -> str:
        """The table's, after which its file is called, too."""
        return self.table.name


@dataclass(frozen=True, slots=True)
class _Taken:
    """A table of a whole account: all but some columns, of all rows or some."""

    model: type[Record]
    without: frozenset[str] = frozenset()
    where: Sequence[ColumnElement[bool]] = field(default=())


_LEASE = ("lease_owner", "lease_token", "leased_until")
_TROUBLE = ("checked_at", "last_error", "failing_since", "token_expires_at")

_OPERATORS = frozenset(
    {
        "is_operators",
        "suspended_at",
        "most_staff",
        "most_bytes",
        "most_mails_day",
        "kept_bytes",
        "terminates_at",
        "terminated_at",
    }
)
"""What of an account is for the operator to say, here as elsewhere."""

WHOLE: Sequence[_Taken] = (
    _Taken(Account, _OPERATORS | {"held_told_at"}),
    _Taken(Staff, frozenset({"notified_at"})),
    _Taken(CustomerGroup),
    _Taken(StaffGroup),
    _Taken(StaffNewsGroup),
    _Taken(Customer),
    _Taken(CustomerDomain),
    _Taken(CustomerGroupMember),
    _Taken(Contact),
    _Taken(ContactAddress),
    _Taken(Mailbox, frozenset({"alarmed_at"})),
    _Taken(ImapSource, frozenset({"state", "trial", *_LEASE, *_TROUBLE})),
    _Taken(ImapFolder),
    _Taken(SmtpAccount, frozenset({"is_operators", "resting_until", "refreshing_until", *_TROUBLE})),
    _Taken(Ticket, where=(or_(Ticket.merged_into_id.is_(None), Ticket.merged_into_id > 0),)),
    _Taken(ContactMerge),
    _Taken(TicketLink),
    _Taken(Participant),
    _Taken(Intake, frozenset({"tries"}), (Intake.filed_at.is_not(None),)),
    _Taken(Offer, where=(Offer.fate != "pending",)),
    _Taken(Quarantined),
    _Taken(Article),
    _Taken(Attachment, frozenset({"preview_sha256"})),
    _Taken(
        Delivery,
        frozenset({"raw_sha256", "next_try_at", "claims", *_LEASE}),
        (Delivery.article_id.is_not(None),),
    ),
    _Taken(TicketEvent),
    _Taken(RemoteSystem, frozenset({"relay_url"})),
    _Taken(RemoteSession, frozenset({"alive_at"}), where=(RemoteSession.state == RemoteState.ENDED.value,)),
    _Taken(
        RemoteVisit,
        frozenset({"web_session_id"}),
        (
            RemoteVisit.session_id.in_(
                select(RemoteSession.id).where(RemoteSession.state == RemoteState.ENDED.value)
            ),
        ),
    ),
    _Taken(TicketSeen),
    _Taken(TicketFollower),
    _Taken(Mention),
    _Taken(Notification),
    _Taken(Draft),
    _Taken(SavedView),
    _Taken(CannedReply),
    _Taken(Invitation),
    _Taken(GuestNotice),
    _Taken(Reminder),
    _Taken(AuditEntry),
)
"""A whole account, each table after those that it refers to."""

LEFT_OUT: Mapping[str, str] = {
    "act": "is of minutes, for undoing",
    "act_item": "is of minutes, for undoing",
    "api_token": "lets a program in",
    "automatic_mail": "names nobody, for two days",
    "broadcast": "is the operator's",
    "ceremony": "lets somebody in",
    "deletion_request": "is carried out where it was made",
    "deliverability_check": "is looked at anew where the mail leaves",
    "dkim_key": "is worth nothing without its secret; a new one is made",
    "erasure": "is of one installation; its receipt can be downloaded",
    "erasure_item": "is of an erasure that goes on",
    "export": "is one",
    "farewell": "is of an erasure, and gone once it is certified",
    "guided_start": "is not part of the desk",
    "half_sign_in": "lets somebody in",
    "idempotency_key": "is of a day",
    "imap_message": "is about marks on another server",
    "knock": "counts who is not known yet",
    "legal_text": "is the operator's",
    "mailed_link": "lets somebody in",
    "outbox": "says topic and id alone",
    "outgoing_tally": "is of two days",
    "passkey": "lets somebody in, at one address of the desk",
    "recovery_code": "lets somebody in",
    "relay_offer": "is about the installation's own server",
    "remote_enrol_code": "lets a computer in",
    "remote_pass": "lets somebody in",
    "report": "is counted anew",
    "sender_tally": "is of hours",
    "sign_up_invitation": "lets somebody in",
    "smtp_turn": "is of minutes",
    "staff_identity": "lets somebody in",
    "suggestion": "is nobody's",
    "totp": "lets somebody in",
    "web_session": "lets somebody in",
}


def of_account(account_id: int) -> Sequence[Picked]:
    """Everything that an account consists of; no column that is a secret."""
    return [_picked(taken, account_id) for taken in WHOLE]


def _picked(taken: _Taken, account_id: int) -> Picked:
    one = table(taken.model)
    columns = [c for c in one.columns if c.name not in taken.without | {"account_id"} and not is_secret(c)]
    mine = one.c.id if taken.model is Account else one.c.account_id
    return Picked(one, columns, (mine == account_id, *taken.where))


def is_secret(column: Column[object]) -> bool:
    """Whether a column is never in an export."""
    return column.info["privacy"] is Privacy.SECRET
