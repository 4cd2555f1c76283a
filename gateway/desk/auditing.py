"""The audit log: what somebody did in the account that its owner may have to account for.

The verbs note it in their own transaction, so that nothing is done without its entry, and no entry tells of
what was not done. People and things stand there by their public ids; facts are numbers and single words, so
that nothing that somebody wrote, no name, address or subject, can get in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.rules.access import Actor, Permission, Role, require
from gateway.store import audit
from gateway.store.audit import Entry, NewEntry, Ref, Verdict
from gateway.store.models import Staff
from gateway.store.queries import audit as queries


class Kind(StrEnum):
    """What can stand in the log; `webui.audit.words` says each in words."""

    ACCOUNT_CREATED = "account_created"
    SIGN_IN = "sign_in"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    PASSWORD_SET = "password_set"
    FACTOR_ON = "factor_on"
    FACTOR_OFF = "factor_off"
    FACTOR_FAILED = "factor_failed"
    FACTOR_TAKEN_AWAY = "factor_taken_away"
    FACTOR_DEMANDED = "factor_demanded"
    FACTOR_DEMANDED_NO_MORE = "factor_demanded_no_more"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    MAILBOX_ADDED = "mailbox_added"
    MAILBOX_REMOVED = "mailbox_removed"
    IMAP_CHANGED = "imap_changed"
    IMAP_REMOVED = "imap_removed"
    SMTP_CHANGED = "smtp_changed"
    SMTP_REMOVED = "smtp_removed"
    DKIM_MADE = "dkim_made"
    DKIM_REMOVED = "dkim_removed"
    EXPORT_ASKED = "export_asked"
    EXPORT_DOWNLOADED = "export_downloaded"
    EXPORT_REMOVED = "export_removed"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_DONE = "erasure_done"
    ACCOUNT_IMPORTED = "account_imported"
    CUSTOMERS_EXPORTED = "customers_exported"
    CUSTOMERS_IMPORTED = "customers_imported"
    CUSTOMER_REMOVED = "customer_removed"
    CONTACTS_MERGED = "contacts_merged"
    CONTACTS_UNMERGED = "contacts_unmerged"
    MAIL_RELEASED = "mail_released"
    HELD_RELEASED = "held_released"
    PERSON_EDITED = "person_edited"
    EMAIL_CHANGED = "email_changed"
    ACCESS_CHANGED = "access_changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    OWNERSHIP_HANDED_ON = "ownership_handed_on"
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_UNLINKED = "provider_unlinked"
    INVITED = "invited"
    INVITED_AGAIN = "invited_again"
    INVITATION_CHANGED = "invitation_changed"
    INVITATION_REVOKED = "invitation_revoked"
    JOINED = "joined"
    REMOTE_MADE = "remote_made"
    REMOTE_JOINED = "remote_joined"
    REMOTE_ENDED = "remote_ended"
    SYSTEM_CODE_MADE = "system_code_made"
    SYSTEM_ENROLLED = "system_enrolled"
    SYSTEM_RENAMED = "system_renamed"
    SYSTEM_REMOVED = "system_removed"
    OPERATOR_APPOINTED = "operator_appointed"
    OPERATOR_RELIEVED = "operator_relieved"
    LIMITS_CHANGED = "limits_changed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    RETENTION_CHANGED = "retention_changed"
    RETENTION_APPLIED = "retention_applied"
    TERMINATION_ASKED = "termination_asked"
    TERMINATION_TAKEN_BACK = "termination_taken_back"
    LEGAL_CHANGED = "legal_changed"
    BROADCAST_MADE = "broadcast_made"
    BROADCAST_ENDED = "broadcast_ended"


class Who(StrEnum):
    """What kind of actor an entry names; a visitor has shown a password or a link and no more."""

    STAFF = "staff"
    TOKEN = "token"
    OPERATOR = "operator"
    VISITOR = "visitor"
    DESK = "desk"


class What(StrEnum):
    """What kind of thing an entry is about; `queries.audit` knows where each has its name."""

    ACCOUNT = "account"
    STAFF = "staff"
    TOKEN = "token"
    MAILBOX = "mailbox"
    CUSTOMER = "customer"
    CONTACT = "contact"
    MAIL = "mail"
    INVITATION = "invitation"
    REMOTE_SESSION = "remote_session"
    SYSTEM = "system"


class Way(StrEnum):
    """By what somebody signed in."""

    PASSWORD = "password"
    CODE = "code"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    PROVIDER = "provider"
    INVITATION = "invitation"


OPERATOR = Ref(Who.OPERATOR.value)
VISITOR = Ref(Who.VISITOR.value)
DESK = Ref(Who.DESK.value)
"""The desk by itself: a time is over, a line is lost."""

_ACCOUNT = Ref(What.ACCOUNT.value)
_WORD = re.compile(r"[a-z0-9_]{1,40}")


def note(
    db: Session,
    by: Actor,
    kind: Kind,
    subject: Ref | None = None,
    *,
    now: datetime,
    **facts: str | int | bool,
) -> None:
    """Note what somebody did to a thing; without one to the account, or to themselves."""
    write(db, by.account_id, NewEntry(now, _actor(db, by), kind.value, subject or _ACCOUNT, facts))


def note_of_person(
    db: Session,
    staff_id: int | None,
    kind: Kind,
    *,
    now: datetime,
    actor: Ref | None = None,
    **facts: str | int | bool,
) -> None:
    """Note what a person did about themselves, or what another actor did to them; nothing for nobody."""
    person = db.connection().execute(_PERSON.where(Staff.id == staff_id)).first()
    if person is not None:
        subject = Ref(What.STAFF.value, person.public_id)
        write(db, person.account_id, NewEntry(now, actor or subject, kind.value, subject, facts))


def write(db: Session, account_id: int, new: NewEntry) -> None:
    """Add an entry; ValueError for a fact that is more than a number or a word, a fault of the program."""
    if any(isinstance(value, str) and not _WORD.fullmatch(value) for value in new.facts.values()):
        raise ValueError("an audit entry holds no text")
    audit.append(db, account_id, new)


def list_entries(
    db: Session, by: Actor, *, kind: Kind | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Entry]:
    """Entries from the newest on, below the number `before`; Denied for all but the owner."""
    require(by, Permission.OWN_ACCOUNT)
    return audit.list_newest(db, by.account_id, kind=kind.value if kind else None, before=before, limit=limit)


def names_of(db: Session, by: Actor, entries: Sequence[Entry]) -> Mapping[Ref, str]:
    """What the people and things of some entries are called today; those that are gone are missing."""
    require(by, Permission.OWN_ACCOUNT)
    return queries.names_of(db, by.account_id, {ref for one in entries for ref in (one.actor, one.subject)})


def verify(db: Session, by: Actor) -> Verdict:
    """Look at the whole chain; Denied for all but the owner."""
    require(by, Permission.OWN_ACCOUNT)
    return audit.verify(db, by.account_id)


def give(db: Session, by: Actor, after: int) -> Sequence[Entry]:
    """The next entries for a download, oldest first; Denied for all but the owner."""
    require(by, Permission.OWN_ACCOUNT)
    return audit.list_after(db, by.account_id, after)


def everything(db: Session, account_id: int) -> Iterator[Entry]:
    """The whole log of an account, oldest first, for the operator: it names nobody."""
    return audit.everything(db, account_id)


def operator_in(account_id: int) -> Actor:
    """The operator at work in an account, who has no name there."""
    return Actor(account_id, Role.TOKEN, name="manage4all")


def verify_of(db: Session, account_id: int) -> Verdict:
    """Look at the whole chain of an account, for the operator."""
    return audit.verify(db, account_id)


def _actor(db: Session, by: Actor) -> Ref:
    """Who acts, by public id; the operator's commands act without a token that could be named."""
    if by.role is Role.TOKEN:
        return Ref(Who.TOKEN.value, by.token_id) if by.token_id else OPERATOR
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    person = db.connection().execute(_PERSON.where(*mine)).first()
    return Ref(Who.STAFF.value, person.public_id if person else "")


_PERSON = select(Staff.account_id, Staff.public_id)
