"""How a sender is taken."""

from itertools import product

import pytest

from gateway.mail.authres import NOT_EXAMINED, By, Check, Result, Verdict
from gateway.rules.filing import Candidate, FoundBy
from gateway.rules.status import Status
from gateway.rules.trust import (
    Trust,
    decide_trust,
    may_speak_for_another,
    may_take_part,
    names_ticket_without_proof,
)

FORGED = Verdict(By.CHECKED, "acme.example", dmarc=Result.FAIL)
BROKEN = Verdict(By.CHECKED, "acme.example", dmarc=Result.PERMERROR)
PROVEN = Verdict(By.CHECKED, "acme.example", dmarc=Result.PASS, aligned="acme.example")
BY_SPF = Verdict(By.CHECKED, "acme.example", Check(Result.PASS, "acme.example"), aligned="acme.example")
OPEN = Verdict(By.CHECKED, "acme.example", dmarc=Result.TEMPERROR)


@pytest.mark.parametrize(
    ("verdict", "is_staff", "is_new", "expected"),
    [
        (NOT_EXAMINED, False, True, Trust.FIRST_CONTACT),
        (NOT_EXAMINED, False, False, Trust.KNOWN),
        (NOT_EXAMINED, True, False, Trust.CLAIMS_STAFF),
        (OPEN, True, False, Trust.CLAIMS_STAFF),
        (PROVEN, True, False, Trust.STAFF),
        (BY_SPF, True, True, Trust.STAFF),
        (PROVEN, False, False, Trust.KNOWN),
        (FORGED, True, False, Trust.FORGED),
        (FORGED, False, True, Trust.FORGED),
        (BROKEN, False, False, Trust.FORGED),
    ],
)
def test_a_sender_is_taken_as_what_is_proven(
    verdict: Verdict,
    is_staff: bool,  # noqa: FBT001
    is_new: bool,  # noqa: FBT001
    expected: Trust,
) -> None:
    assert decide_trust(verdict, has_contact=True, is_staff=is_staff, is_new=is_new) is expected


def test_nobody_is_nobody_whatever_else_is_said() -> None:
    for verdict, is_staff in product((NOT_EXAMINED, FORGED, PROVEN), (True, False)):
        assert decide_trust(verdict, has_contact=False, is_staff=is_staff, is_new=True) is Trust.NOBODY


def test_a_failed_dmarc_never_counts_as_taking_part() -> None:
    assert [may_take_part(one) for one in (FORGED, BROKEN)] == [False, False]
    assert all(may_take_part(one) for one in (NOT_EXAMINED, PROVEN, BY_SPF, OPEN))


def test_only_a_proven_colleague_speaks_for_another() -> None:
    assert [one for one in Trust if may_speak_for_another(one)] == [Trust.STAFF]


def candidate(ticket_id: int, found_by: FoundBy, rank: int = 0) -> Candidate:
    return Candidate(ticket_id, found_by, rank, Status.OPEN, None, sender_takes_part=False)


def test_the_ticket_that_a_forged_mail_names_is_the_strongest_trace() -> None:
    found = [
        candidate(3, FoundBy.SUBJECT),
        candidate(2, FoundBy.REFERENCES, 1),
        candidate(1, FoundBy.REFERENCES),
    ]
    assert names_ticket_without_proof(found, FORGED) == 1
    assert names_ticket_without_proof([*found, candidate(9, FoundBy.TOKEN)], FORGED) == 9
    assert names_ticket_without_proof([], FORGED) is None
    assert names_ticket_without_proof(found, PROVEN) is None
    assert names_ticket_without_proof(found, NOT_EXAMINED) is None
