"""Whose words a mail's are, as far as is known: what each article says of it, and what follows from that."""

from collections.abc import Sequence
from enum import StrEnum

from gateway.mail.authres import Verdict
from gateway.rules.filing import Candidate


class Trust(StrEnum):
    """How a mail's sender is taken."""

    NOBODY = "nobody"
    FORGED = "forged"
    CLAIMS_STAFF = "claims_staff"
    STAFF = "staff"
    FORWARDED_BY_STAFF = "forwarded_by_staff"
    FIRST_CONTACT = "first_contact"
    KNOWN = "known"


def decide_trust(verdict: Verdict, *, has_contact: bool, is_staff: bool, is_new: bool) -> Trust:
    """How the sender is taken. A colleague's address is a claim until its domain confirms the mail.

    Mail never becomes staff's words, whatever is confirmed (SPEC 4.5).
    """
    if not has_contact:
        return Trust.NOBODY
    if verdict.is_forged:
        return Trust.FORGED
    if is_staff:
        return Trust.STAFF if verdict.is_confirmed else Trust.CLAIMS_STAFF
    return Trust.FIRST_CONTACT if is_new else Trust.KNOWN


def may_take_part(verdict: Verdict) -> bool:
    """Whether the sender's address counts for anything: never where DMARC failed (SPEC 4.6)."""
    return not verdict.is_forged


def may_speak_for_another(trust: Trust) -> bool:
    """Whether a mail that the sender forwards counts as the request of whoever wrote it first.

    Colleagues only, and only proven ones: else anybody could begin a ticket in anybody's name.
    """
    return trust is Trust.STAFF


def names_ticket_without_proof(candidates: Sequence[Candidate], verdict: Verdict) -> int | None:
    """The ticket (its row) that a forged mail names by whatever trace, the strongest one; else None."""
    if not verdict.is_forged or not candidates:
        return None
    return min(candidates, key=lambda one: (one.found_by, one.rank)).ticket_id
