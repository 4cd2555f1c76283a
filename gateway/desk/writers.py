"""Who wrote a mail: the contact it is from, or from whom a colleague has it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.mail.address import Address
from gateway.mail.authres import Verdict
from gateway.mail.forwarded import find_original
from gateway.mail.message import ParsedMail
from gateway.rules.filing import Filing, NewTicket
from gateway.rules.recipients import is_ours
from gateway.rules.trust import Trust, decide_trust, may_speak_for_another
from gateway.store import contacts
from gateway.store.contacts import Known
from gateway.store.intake import IntakeRow


@dataclass(frozen=True, slots=True)
class Writer:
    """Who sent a mail, whose request it is (the same, but for a colleague's forward), and what is known.

    `who` is the requester's contact; None where there is nobody.
    """

    sender: Address | None
    requester: Address | None
    who: Known | None
    trust: Trust


def recognise(
    db: Session,
    row: IntakeRow,
    parsed: ParsedMail,
    verdict: Verdict,
    filing: Filing,
    *,
    own: AbstractSet[str],
    now: datetime,
) -> Writer:
    """Who wrote; a contact is made for somebody new. `own` are the desk's addresses, as for `is_ours`.

    What a proven colleague forwards to begin a ticket is the request of whoever wrote it first; in a
    conversation that goes on already nothing changes.
    """
    sender = parsed.from_ or (Address("", row.mail_from) if row.mail_from else None)
    if sender is None or not sender.address:
        return Writer(sender, sender, None, Trust.NOBODY)
    is_staff = contacts.is_staff_address(db, row.account_id, sender.key)
    trust = decide_trust(verdict, has_contact=True, is_staff=is_staff, is_new=False)
    if may_speak_for_another(trust) and isinstance(filing, NewTicket):
        original = find_original(parsed)
        if original is not None and not is_ours(original.sender, own):
            who = contacts.recognise(db, row.account_id, original.sender, now=now)
            return Writer(sender, original.sender, who, Trust.FORWARDED_BY_STAFF)
    who = contacts.recognise(db, row.account_id, sender, now=now)
    trust = decide_trust(verdict, has_contact=True, is_staff=is_staff, is_new=who.is_new)
    return Writer(sender, sender, who, trust)
