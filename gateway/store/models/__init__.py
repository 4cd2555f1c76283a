"""The tables, one noun a file. Only `store` and `desk` may import from here."""

from gateway.store.models.account import Account
from gateway.store.models.article import Article, Attachment
from gateway.store.models.audit import AuditEntry
from gateway.store.models.beginning import GuidedStart, SignUpInvitation
from gateway.store.models.canned import CannedReply
from gateway.store.models.customer import (
    Contact,
    ContactAddress,
    ContactMerge,
    Customer,
    CustomerDomain,
    CustomerGroup,
    CustomerGroupMember,
)
from gateway.store.models.deletion import DeletionRequest
from gateway.store.models.dkim import DkimKey
from gateway.store.models.draft import Draft
from gateway.store.models.erasure import Erasure, ErasureItem
from gateway.store.models.export import Export
from gateway.store.models.factor import HalfSignIn, RecoveryCode, Totp
from gateway.store.models.following import Mention, TicketFollower
from gateway.store.models.identity import StaffIdentity
from gateway.store.models.imap import ImapFolder, ImapMessage, ImapSource
from gateway.store.models.intake import Intake, Offer, Quarantined, SenderTally
from gateway.store.models.mailbox import DeliverabilityCheck, Mailbox
from gateway.store.models.notification import Notification
from gateway.store.models.operating import Broadcast, Farewell, LegalText, Suggestion
from gateway.store.models.outgoing import AutomaticMail, Delivery, Outbox, OutgoingTally
from gateway.store.models.passkey import Ceremony, Passkey
from gateway.store.models.record import Record, table
from gateway.store.models.remote import (
    RemoteEnrolCode,
    RemotePass,
    RemoteSession,
    RemoteSystem,
    RemoteVisit,
)
from gateway.store.models.smtp import RelayOffer, SmtpAccount, SmtpTurn
from gateway.store.models.staff import (
    ApiToken,
    GuestNotice,
    IdempotencyKey,
    Invitation,
    Knock,
    MailedLink,
    Staff,
    StaffGroup,
    StaffNewsGroup,
    WebSession,
)
from gateway.store.models.ticket import Participant, Ticket, TicketEvent, TicketLink, TicketSeen
from gateway.store.models.work import Act, ActItem, Reminder, Report, SavedView

__all__ = [
    "Account",
    "Act",
    "ActItem",
    "ApiToken",
    "Article",
    "Attachment",
    "AuditEntry",
    "AutomaticMail",
    "Broadcast",
    "CannedReply",
    "Ceremony",
    "Contact",
    "ContactAddress",
    "ContactMerge",
    "Customer",
    "CustomerDomain",
    "CustomerGroup",
    "CustomerGroupMember",
    "DeletionRequest",
    "DeliverabilityCheck",
    "Delivery",
    "DkimKey",
    "Draft",
    "Erasure",
    "ErasureItem",
    "Export",
    "Farewell",
    "GuestNotice",
    "GuidedStart",
    "HalfSignIn",
    "IdempotencyKey",
    "ImapFolder",
    "ImapMessage",
    "ImapSource",
    "Intake",
    "Invitation",
    "Knock",
    "LegalText",
    "Mailbox",
    "MailedLink",
    "Mention",
    "Notification",
    "Offer",
    "Outbox",
    "OutgoingTally",
    "Participant",
    "Passkey",
    "Quarantined",
    "Record",
    "RecoveryCode",
    "RelayOffer",
    "Reminder",
    "RemoteEnrolCode",
    "RemotePass",
    "RemoteSession",
    "RemoteSystem",
    "RemoteVisit",
    "Report",
    "SavedView",
    "SenderTally",
    "SignUpInvitation",
    "SmtpAccount",
    "SmtpTurn",
    "Staff",
    "StaffGroup",
    "StaffIdentity",
    "StaffNewsGroup",
    "Suggestion",
    "Ticket",
    "TicketEvent",
    "TicketFollower",
    "TicketLink",
    "TicketSeen",
    "Totp",
    "WebSession",
    "table",
]
