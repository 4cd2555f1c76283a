"""Erasures in words: what is erased, how far that is, and what is counted."""

from collections.abc import Mapping

from gateway.i18n import _
from gateway.rules.erasure import ErasureKind, Step, Thing


def kind_names() -> Mapping[ErasureKind, str]:
    """What is erased."""
    return {
        ErasureKind.CONTACT: _("A contact"),
        ErasureKind.CUSTOMER: _("A customer with all contacts"),
        ErasureKind.TICKET: _("A ticket"),
        ErasureKind.ATTACHMENT: _("A file"),
        ErasureKind.RANGE: _("Tickets of a time"),
        ErasureKind.REMOTE: _("Records of remote sessions"),
        ErasureKind.QUARANTINE: _("Mail in quarantine"),
        ErasureKind.ACCOUNT: _("The whole account"),
    }


def step_names() -> Mapping[Step, str]:
    """What is done at the moment."""
    return {
        Step.PLAN: _("it is listed what goes"),
        Step.JOURNAL: _("it is noted, so that no backup brings it back"),
        Step.EXPORTS: _("exports that hold it"),
        Step.TICKETS: _("tickets"),
        Step.ARTICLES: _("messages"),
        Step.FILES: _("files"),
        Step.REMOTE: _("records of remote sessions"),
        Step.MAILS: _("mails in full"),
        Step.PEOPLE: _("contacts and customers"),
        Step.ACCOUNT: _("the account"),
        Step.BLOBS: _("what lies on the disk"),
        Step.WIPE: _("what the database has left over"),
        Step.RECEIPT: _("the receipt"),
    }


def thing_names() -> Mapping[Thing, str]:
    """What goes, each as a heading for a number."""
    return {
        Thing.TICKETS: _("Tickets"),
        Thing.MESSAGES: _("Messages"),
        Thing.NOTES: _("Internal notes"),
        Thing.FILES: _("Files"),
        Thing.MAILS: _("Mails in full"),
        Thing.DRAFTS: _("Drafts"),
        Thing.DELIVERIES: _("Deliveries of outgoing mail"),
        Thing.SESSIONS: _("Remote sessions"),
        Thing.CONTACTS: _("Contacts"),
        Thing.CUSTOMERS: _("Customers"),
        Thing.SYSTEMS: _("Computers with the ServiceClient"),
        Thing.PEOPLE: _("People of the account"),
        Thing.EXPORTS: _("Exports"),
    }
