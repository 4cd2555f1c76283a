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
from gateway.store.models.dkim import DkimKey
from gateway.store.models.factor import HalfSignIn, RecoveryCode, Totp
from gateway.store.models.identity import StaffIdentity
from gateway.store.models.imap import ImapFolder, ImapMessage, ImapSource
from gateway.store.models.intake import Intake, Offer, Quarantined, SenderTally
from gateway.store.models.mailbox import DeliverabilityCheck, Mailbox
from gateway.store.models.outgoing import AutomaticMail, Delivery, Outbox, OutgoingTally
from gateway.store.models.passkey import Ceremony, Passkey
from gateway.store.models.record import Privacy, Record, table
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
    WebSession,
)
from gateway.store.models.ticket import Participant, Ticket, TicketEvent

__all__ = [
    "Account",
    "ApiToken",
    "Article",
    "Attachment",
    "AuditEntry",
    "AutomaticMail",
    "CannedReply",
    "Ceremony",
    "Contact",
    "ContactAddress",
    "ContactMerge",
    "Customer",
    "CustomerDomain",
    "CustomerGroup",
    "CustomerGroupMember",
    "DeliverabilityCheck",
    "Delivery",
    "DkimKey",
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
    "Mailbox",
    "MailedLink",
    "Offer",
    "Outbox",
    "OutgoingTally",
    "Participant",
    "Passkey",
    "Privacy",
    "Quarantined",
    "Record",
    "RecoveryCode",
    "RelayOffer",
    "SenderTally",
    "SignUpInvitation",
    "SmtpAccount",
    "SmtpTurn",
    "Staff",
    "StaffGroup",
    "StaffIdentity",
    "Ticket",
    "TicketEvent",
    "Totp",
    "WebSession",
    "table",
]
