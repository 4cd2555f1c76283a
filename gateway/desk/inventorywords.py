"""The inventory in words: what is kept is called what, why it is there, how long it stays."""

from collections.abc import Mapping, Sequence

from gateway.i18n import _, ngettext
from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.rules.retention import Matter, Rules


def whom_names() -> Mapping[Whom, str]:
    """About whom."""
    return {
        Whom.CUSTOMERS: _("Customers and contacts"),
        Whom.STAFF: _("Staff"),
        Whom.GUESTS: _("Guests"),
        Whom.PEOPLE: _("Staff and guests"),
        Whom.TECHNICAL: _("Settings and technology"),
    }


def privacy_names() -> Mapping[Privacy, str]:
    """How near to a person."""
    return {
        Privacy.PERSONAL: _("about a person"),
        Privacy.CONTENT: _("what somebody wrote"),
        Privacy.SECRET: _("a secret, sealed or as a hash"),
        Privacy.TECHNICAL: _("technical"),
    }


def purpose_names() -> Mapping[Purpose, str]:
    """What for."""
    return {
        Purpose.RUNNING: _("for the program to work"),
        Purpose.REQUESTS: _("to take in requests and answer them"),
        Purpose.PEOPLE: _("to know who somebody is and where they belong"),
        Purpose.SEARCH: _("to find it again"),
        Purpose.SENDING: _("to send mail and know whether it arrived"),
        Purpose.FETCHING: _("to fetch mail that arrives elsewhere"),
        Purpose.TEAMWORK: _("so that colleagues see who does what"),
        Purpose.OWN_WORK: _("to go on where one left off"),
        Purpose.TELLING: _("to tell people what they want to hear"),
        Purpose.REMOTE: _("to show who was in a remote session and when"),
        Purpose.WAY_IN: _("to let in the right people and nobody else"),
        Purpose.RIGHTS: _("to decide who sees and does what"),
        Purpose.PROTECTION: _("against forged mail, floods, viruses and guessing"),
        Purpose.PROOF: _("to show later who did what"),
        Purpose.REPORTS: _("for the numbers of reports"),
        Purpose.SETTINGS: _("to work as you have set it"),
        Purpose.TAKING_ALONG: _("so that you can take your data with you"),
        Purpose.ERASING: _("to erase what you have erased everywhere"),
    }


def lasts_names() -> Mapping[Lasts, str]:
    """How long."""
    return {
        Lasts.ACCOUNT: _("as long as the account"),
        Lasts.DELETED: _("until you delete it, as long as the account at most"),
        Lasts.TICKET: _("as long as its ticket"),
        Lasts.PERSON: _("as long as the person is known in the account"),
        Lasts.MAILBOX: _("as long as its mailbox or its connection"),
        Lasts.SENT: _("until it is sent or discarded"),
        Lasts.DONE: _("until the work is done"),
        Lasts.EXPIRES: _("until it is used or its time is over, a week at most"),
        Lasts.SIGN_IN: _("until somebody signs out, 30 days at most"),
        Lasts.INVITATION: _("accepted: as long as the person; otherwise 30 days beyond its time"),
        Lasts.UNDO: _("for the minutes in which it can be undone"),
        Lasts.HOURS: _("a few hours"),
        Lasts.DAY: _("two days at most"),
        Lasts.WEEK: _("a week"),
        Lasts.MONTH: _("30 days"),
        Lasts.INSTALLATION: _("as long as the installation"),
    }


def rule_names(table: str, rules: Rules) -> Sequence[str]:
    """What an account's own rules say of a table's rows, in words; nothing where none is about them."""
    said = [
        (words, rules.days(matter))
        for matter, (tables, words) in _by_rule(rules).items()
        if table in tables and rules.days(matter)
    ]
    return [words % {"num": days} for words, days in said]


def _by_rule(rules: Rules) -> Mapping[Matter, tuple[frozenset[str], str]]:
    days = {matter: rules.days(matter) for matter in Matter}
    return {
        Matter.CLOSED: (
            _OF_TICKETS,
            ngettext(
                "of closed tickets %(num)s day after the last activity",
                "of closed tickets %(num)s days after the last activity",
                days[Matter.CLOSED],
            ),
        ),
        Matter.SPAM: (
            _OF_TICKETS,
            ngettext(
                "of spam %(num)s day after the last activity",
                "of spam %(num)s days after the last activity",
                days[Matter.SPAM],
            ),
        ),
        Matter.QUARANTINED: (
            frozenset({"quarantined", "intake", "offer"}),
            ngettext(
                "in quarantine %(num)s day after its arrival",
                "in quarantine %(num)s days after its arrival",
                days[Matter.QUARANTINED],
            ),
        ),
        Matter.REMOTE: (
            frozenset({"remote_session", "remote_visit"}),
            ngettext(
                "%(num)s day after the session’s end",
                "%(num)s days after the session’s end",
                days[Matter.REMOTE],
            ),
        ),
    }


_OF_TICKETS = frozenset({"ticket", "article", "attachment", "intake", "offer"})
"""Where the rules about tickets are told; whatever else hangs on a ticket says that it does."""


def table_names() -> Mapping[str, str]:
    """What the tables hold; one without its name fails the tests."""
    return {**_about_customers(), **_about_people(), **_about_settings()}


def _about_customers() -> Mapping[str, str]:
    return {
        "customer": _("Customers"),
        "customer_domain": _("Mail domains of customers"),
        "customer_group": _("Groups of customers"),
        "customer_group_member": _("Which customer is in which group"),
        "contact": _("Contacts"),
        "contact_address": _("Addresses of contacts"),
        "contact_merge": _("Merged contacts"),
        "ticket": _("Tickets"),
        "ticket_event": _("Timelines of tickets"),
        "ticket_link": _("Linked tickets"),
        "participant": _("Who takes part in a ticket"),
        "article": _("Messages and notes"),
        "attachment": _("Files of messages"),
        "intake": _("Mail that arrived"),
        "offer": _("To whom mail was addressed"),
        "quarantined": _("Mail in quarantine"),
        "sender_tally": _("How many mails a sender sent"),
        "deletion_request": _("Requests for deletion by mail"),
        "farewell": _("To whom an erasure is certified by mail"),
        "delivery": _("Deliveries of outgoing mail"),
        "automatic_mail": _("Whom the desk wrote to by itself"),
        "outgoing_tally": _("How many mails left"),
        "remote_system": _("Computers with the ServiceClient"),
        "remote_enrol_code": _("Codes by which a computer joins"),
        "remote_session": _("Remote sessions, without their content"),
    }


def _about_people() -> Mapping[str, str]:
    return {
        "staff": _("People of the account"),
        "staff_group": _("Who sees which group"),
        "staff_news_group": _("Who hears of new tickets of which group"),
        "staff_identity": _("Links to a sign-in provider"),
        "invitation": _("Invitations"),
        "guest_notice": _("What guests were told of and have seen"),
        "web_session": _("Sign-ins in browsers"),
        "half_sign_in": _("Sign-ins that lack the second factor"),
        "mailed_link": _("Links to confirm an address or choose a password"),
        "sign_up_invitation": _("Invitations to begin an account"),
        "totp": _("Keys of apps for codes"),
        "recovery_code": _("Recovery codes"),
        "passkey": _("Passkeys"),
        "ceremony": _("Challenges for passkeys"),
        "knock": _("How often somebody tried to get in, or reported an error"),
        "remote_visit": _("Who was in a remote session"),
        "remote_pass": _("Passes into remote sessions"),
        "audit_entry": _("Audit log"),
        "notification": _("Notifications"),
        "mention": _("Mentions in notes"),
        "ticket_follower": _("Who follows a ticket"),
        "ticket_seen": _("What somebody has read"),
        "draft": _("Drafts"),
        "export": _("Exports"),
        "erasure": _("Erasures and their receipts"),
        "erasure_item": _("What an erasure still has to take"),
        "saved_view": _("Saved views"),
        "act": _("Acts that can be undone"),
        "act_item": _("Tickets of an act"),
    }


def _about_settings() -> Mapping[str, str]:
    return {
        "account": _("The account"),
        "mailbox": _("Mailboxes"),
        "imap_source": _("IMAP accounts"),
        "imap_folder": _("Folders that are fetched"),
        "imap_message": _("Numbers of fetched mails"),
        "smtp_account": _("SMTP accounts"),
        "smtp_turn": _("Turns at SMTP servers"),
        "relay_offer": _("What the outgoing server takes"),
        "dkim_key": _("Keys that sign mail"),
        "deliverability_check": _("Checks whether mail arrives"),
        "canned_reply": _("Canned replies"),
        "guided_start": _("How far the guided start has come"),
        "api_token": _("API tokens"),
        "idempotency_key": _("Repeated calls of the API"),
        "reminder": _("Due times that were noticed"),
        "report": _("Counted reports"),
        "legal_text": _("Privacy policy and terms"),
        "broadcast": _("Notices of the operator"),
        "suggestion": _("Suggestions of nobody in particular"),
        "outbox": _("Work that waits for a worker"),
    }


def elsewhere() -> Sequence[tuple[str, str]]:
    """What is not in the tables: its name, and what is there for how long."""
    return (*_on_disk(), *_in_passing())


def _on_disk() -> Sequence[tuple[str, str]]:
    return (
        (
            _("Raw mail and files"),
            _(
                "Files on the server’s disk, named by a hash, as long as a message refers to them: received "
                "and sent mail in full, attachments, small previews of pictures."
            ),
        ),
        (
            _("Keys of mail and files"),
            _(
                "What raw mail and files are encrypted with, one for each contact, apart from them; "
                "destroyed when the contact or the account is erased."
            ),
        ),
        (
            _("Words of the search"),
            _("Every message by its words, in the database, as long as the message."),
        ),
        (
            _("Files of exports"),
            _("What somebody asked to take along; removed seven days after it was ready."),
        ),
        (
            _("Half-written mail"),
            _("What a broken connection leaves behind; removed after six hours."),
        ),
        (
            _("Journal of senders"),
            _(
                "That a server took a mail, and what it answered, by numbers; "
                "removed when the database knows it."
            ),
        ),
        (
            _("Journal of erasures"),
            _(
                "By keyed hashes, what was erased, so that no restored backup brings it back; it stays, and "
                "names nobody."
            ),
        ),
    )


def _in_passing() -> Sequence[tuple[str, str]]:
    return (
        (
            _("Queue"),
            _("Numbers of work that waits, no content; forgotten as soon as a worker looks."),
        ),
        (
            _("Logs"),
            _(
                "What the program did, by numbers, states and durations: never an address, a subject, a text "
                "or a secret. How long they stay is up to whoever runs this installation."
            ),
        ),
        (
            _("Content of remote sessions"),
            _(
                "What is seen, typed, said or copied there is stored nowhere, not in logs either; "
                "it is sealed between the two ends."
            ),
        ),
        (
            _("Your browser"),
            _(
                "A cookie with the secret of the sign-in, one for forms, and the choice of language and "
                "colours; none of anybody else."
            ),
        ),
        (
            _("Backups"),
            _("Whatever the operator of this installation copies; ask there how long copies are kept."),
        ),
    )
