"""What stands in the audit log, in words."""

from collections.abc import Mapping

from gateway.desk.auditing import Kind, Way, What, Who
from gateway.i18n import _, ngettext
from gateway.store.audit import Entry, Ref


def kind_names() -> Mapping[Kind, str]:
    """What was done; a kind without its word fails the tests."""
    return {**_of_people(), **_of_data()}


def _of_people() -> Mapping[Kind, str]:
    """Who came in, and who lets whom in to what."""
    return {
        Kind.ACCOUNT_CREATED: _("Account created"),
        Kind.SIGN_IN: _("Signed in"),
        Kind.SESSIONS_ENDED: _("Signed out elsewhere"),
        Kind.PASSWORD_CHANGED: _("Password changed"),
        Kind.PASSWORD_RESET: _("Password chosen anew by a mailed link"),
        Kind.PASSWORD_SET: _("Password set by the operator"),
        Kind.FACTOR_ON: _("Second factor turned on"),
        Kind.FACTOR_OFF: _("Second factor turned off"),
        Kind.FACTOR_FAILED: _("Wrong second factor after the right password"),
        Kind.FACTOR_TAKEN_AWAY: _("Second factor taken away"),
        Kind.FACTOR_DEMANDED: _("Second factor demanded of everybody"),
        Kind.FACTOR_DEMANDED_NO_MORE: _("Second factor demanded no more"),
        Kind.RECOVERY_CODES_RENEWED: _("Recovery codes made"),
        Kind.PASSKEY_ADDED: _("Passkey added"),
        Kind.PASSKEY_REMOVED: _("Passkey removed"),
        Kind.TOKEN_CREATED: _("API token made"),
        Kind.TOKEN_REVOKED: _("API token revoked"),
        Kind.PERSON_EDITED: _("Details of a person changed"),
        Kind.EMAIL_CHANGED: _("E-mail address of a person changed"),
        Kind.ACCESS_CHANGED: _("Role or groups of a person changed"),
        Kind.DEACTIVATED: _("Person deactivated"),
        Kind.REACTIVATED: _("Person reactivated"),
        Kind.OWNERSHIP_HANDED_ON: _("Account handed on to a new owner"),
        Kind.PROVIDER_LINKED: _("Sign-in provider linked"),
        Kind.PROVIDER_UNLINKED: _("Sign-in provider unlinked"),
        Kind.INVITED: _("Invitation sent"),
        Kind.INVITED_AGAIN: _("Invitation sent again"),
        Kind.INVITATION_CHANGED: _("Invitation changed"),
        Kind.INVITATION_REVOKED: _("Invitation revoked"),
        Kind.JOINED: _("Invitation accepted"),
        **_of_remote_sessions(),
    }


def _of_data() -> Mapping[Kind, str]:
    """What was set up, taken out and done to the account as such."""
    return {
        Kind.MAILBOX_ADDED: _("Mailbox added"),
        Kind.MAILBOX_REMOVED: _("Mailbox removed"),
        Kind.IMAP_CHANGED: _("IMAP account set"),
        Kind.IMAP_REMOVED: _("IMAP account removed"),
        Kind.SMTP_CHANGED: _("SMTP account set"),
        Kind.SMTP_REMOVED: _("SMTP account removed"),
        Kind.DKIM_MADE: _("DKIM key made"),
        Kind.DKIM_REMOVED: _("DKIM keys removed"),
        Kind.EXPORT_ASKED: _("Export asked for"),
        Kind.EXPORT_DOWNLOADED: _("Export downloaded"),
        Kind.EXPORT_REMOVED: _("Export removed"),
        Kind.ERASURE_ASKED: _("Erasure asked for"),
        Kind.ERASURE_DONE: _("Erased"),
        Kind.ACCOUNT_IMPORTED: _("Account imported"),
        Kind.CUSTOMERS_EXPORTED: _("Customers exported"),
        Kind.CUSTOMERS_IMPORTED: _("Customers imported"),
        Kind.CUSTOMER_REMOVED: _("Customer deleted"),
        Kind.CONTACTS_MERGED: _("Contacts merged"),
        Kind.CONTACTS_UNMERGED: _("Merging of contacts undone"),
        Kind.MAIL_RELEASED: _("Mail released from quarantine"),
        Kind.HELD_RELEASED: _("Outgoing mail released that was held back"),
        Kind.OPERATOR_APPOINTED: _("Made the operator’s account"),
        Kind.OPERATOR_RELIEVED: _("The operator’s account no more"),
        Kind.LIMITS_CHANGED: _("Limits of the account changed"),
        Kind.SUSPENDED: _("Account suspended"),
        Kind.RESUMED: _("Account goes on"),
        Kind.RETENTION_CHANGED: _("How long things are kept changed"),
        Kind.RETENTION_APPLIED: _("Erased what was kept for long enough"),
        Kind.TERMINATION_ASKED: _("Account terminated"),
        Kind.TERMINATION_TAKEN_BACK: _("Termination of the account taken back"),
        Kind.LEGAL_CHANGED: _("Privacy policy or terms changed"),
        Kind.BROADCAST_MADE: _("Notice to everybody made"),
        Kind.BROADCAST_ENDED: _("Notice to everybody taken back"),
    }


def _of_remote_sessions() -> Mapping[Kind, str]:
    return {
        Kind.REMOTE_MADE: _("Remote session made"),
        Kind.REMOTE_JOINED: _("Remote session joined"),
        Kind.REMOTE_ENDED: _("Remote session ended"),
        Kind.SYSTEM_CODE_MADE: _("Code for a system made"),
        Kind.SYSTEM_ENROLLED: _("System added"),
        Kind.SYSTEM_RENAMED: _("System renamed"),
        Kind.SYSTEM_REMOVED: _("System removed"),
    }


def way_names() -> Mapping[Way, str]:
    """By what somebody signed in, or tried to."""
    return {
        Way.PASSWORD: _("by password"),
        Way.CODE: _("by a code of the app"),
        Way.RECOVERY_CODE: _("by a recovery code"),
        Way.PASSKEY: _("by passkey"),
        Way.PROVIDER: _("by the sign-in provider"),
        Way.INVITATION: _("by an invitation"),
    }


def name_of_kind(kind: str) -> str:
    """What was done; its bare name where a newer version has written it."""
    return kind_names()[Kind(kind)] if kind in _KINDS else kind


def actor_of(entry: Entry, names: Mapping[Ref, str]) -> str:
    """Who did it."""
    actor = entry.actor
    if actor.kind == Who.OPERATOR:
        return _("The operator of the installation")
    if actor.kind == Who.DESK:
        return _("The desk by itself")
    if actor.kind == Who.VISITOR:
        return _("Somebody")
    if actor.kind == Who.TOKEN:
        return _("API token %(name)s") % {"name": names.get(actor) or _("without a name")}
    return names.get(actor) or _("a person who is gone")


def subject_of(entry: Entry, names: Mapping[Ref, str]) -> str:
    """To whom or what it was done; "" for the account itself, a mail, or who did it to themselves."""
    subject = entry.subject
    if subject.kind == What.ACCOUNT and subject.id:  # another one, to which the operator's people did it
        return subject.id
    if subject.kind in (What.ACCOUNT, What.MAIL) or subject == entry.actor:
        return ""
    gone = _("a person who is gone") if subject.kind == What.STAFF else _("gone since")
    return names.get(subject) or gone


def details_of(entry: Entry) -> str:
    """What is technical about it; "" if nothing is."""
    way, count = entry.facts.get("way"), entry.facts.get("count")
    if isinstance(way, str):
        return way_names()[Way(way)] if way in _WAYS else way
    if isinstance(count, int):
        return ngettext("%(num)s in all", "%(num)s in all", count) % {"num": count}
    return ""


_KINDS, _WAYS = frozenset(Kind), frozenset(Way)
