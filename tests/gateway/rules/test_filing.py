"""Which ticket a mail goes to: every combination of what can be known, and the order of the traces."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import headerlines
from gateway.mail.parse import parse
from gateway.rules.filing import (
    Append,
    Candidate,
    Filing,
    FollowUp,
    FoundBy,
    NewTicket,
    decide_filing,
    first_subject,
    forwarded_subject,
    numbers_in_subject,
    tagged_subject,
)
from gateway.rules.status import Status

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMIT = timedelta(days=30)
AGES = (None, timedelta(), LIMIT - timedelta(microseconds=1), LIMIT, LIMIT + timedelta(microseconds=1))


def candidate(
    ticket_id: int = 1,
    found_by: FoundBy = FoundBy.IN_REPLY_TO,
    *,
    rank: int = 0,
    closed: timedelta | None = None,
    takes_part: bool = True,
) -> Candidate:
    status = Status.OPEN if closed is None else Status.CLOSED
    closed_at = None if closed is None else NOON - closed
    return Candidate(ticket_id, found_by, rank, status, closed_at, sender_takes_part=takes_part)


def decide(candidates: Sequence[Candidate], *, by_machine: bool = False) -> Filing:
    return decide_filing(candidates, now=NOON, reopen_within=LIMIT, by_machine=by_machine)


@pytest.mark.parametrize(
    ("found_by", "takes_part", "age", "by_machine"),
    list(product(FoundBy, (True, False), AGES, (True, False))),
)
def test_one_trace_is_decided_by_trust_age_and_sender(
    found_by: FoundBy, *, takes_part: bool, age: timedelta | None, by_machine: bool
) -> None:
    only = candidate(7, found_by, closed=age, takes_part=takes_part)
    expected: Filing = Append(to=7)
    if age is not None and age > LIMIT and not by_machine:
        expected = FollowUp(of=7)
    if not takes_part and found_by is not FoundBy.TOKEN:
        expected = NewTicket(maybe_belongs_to=7)
    assert decide([only], by_machine=by_machine) == expected


def test_without_a_trace_it_is_a_new_ticket() -> None:
    assert decide([]) == NewTicket()


@pytest.mark.parametrize(("stronger", "weaker"), [(a, b) for a in FoundBy for b in FoundBy if a < b])
def test_the_stronger_trace_wins(stronger: FoundBy, weaker: FoundBy) -> None:
    both = [candidate(2, weaker), candidate(1, stronger, rank=9)]
    assert decide(both) == decide(both[::-1]) == Append(to=1)


def test_among_equal_traces_the_newest_reference_wins() -> None:
    older, newer = (candidate(n, FoundBy.REFERENCES, rank=n) for n in (2, 1))
    assert decide([older, newer]) == Append(to=1)


def test_a_trusted_trace_goes_before_a_stronger_one_that_is_not() -> None:
    forged = candidate(1, FoundBy.IN_REPLY_TO, takes_part=False)
    assert decide([forged, candidate(2, FoundBy.SUBJECT)]) == Append(to=2)


def test_what_it_may_belong_to_is_the_strongest_trace() -> None:
    traces = [candidate(n, FoundBy.REFERENCES, rank=n, takes_part=False) for n in (3, 1, 2)]
    assert decide(traces) == NewTicket(maybe_belongs_to=1)


candidates = st.builds(
    candidate,
    st.integers(1, 5),
    st.sampled_from(FoundBy),
    rank=st.integers(0, 5),
    closed=st.sampled_from(AGES),
    takes_part=st.booleans(),
)


@given(found=st.lists(candidates, max_size=8), by_machine=st.booleans())
def test_no_mail_gets_into_a_ticket_without_token_or_taking_part(
    *, found: list[Candidate], by_machine: bool
) -> None:
    trusted = {c.ticket_id for c in found if c.found_by is FoundBy.TOKEN or c.sender_takes_part}
    match decide(found, by_machine=by_machine):
        case Append(to=ticket) | FollowUp(of=ticket):
            assert ticket in trusted
        case NewTicket(maybe_belongs_to=maybe):
            assert not trusted
            assert (maybe is None) == (not found)


@given(st.lists(candidates, max_size=8))
def test_a_machine_opens_no_follow_up(found: list[Candidate]) -> None:
    assert not isinstance(decide(found, by_machine=True), FollowUp)


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: printer [#12]", (12,)),
        ("[#1] Fwd: [#22] x", (22, 1)),
        ("[# 1] [#] [#a] #3 (#4) [#1234567890]", ()),
        ("[#0012]", (12,)),
    ],
)
def test_numbers_stand_in_their_tag_only(subject: str, numbers: tuple[int, ...]) -> None:
    assert numbers_in_subject(subject) == numbers


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Printer", "Re: Printer [#5]"),
        ("Re: AW: re : Printer [#5]", "Re: Printer [#5]"),
        ("Re: Printer [#9] broken [#5]", "Re: Printer broken [#5]"),
        ("", "Re: [#5]"),
        ("Regarding: x", "Re: Regarding: x [#5]"),
    ],
)
def test_an_answer_has_one_re_and_the_tag_once(subject: str, answer: str) -> None:
    assert tagged_subject(subject, 5) == answer
    assert tagged_subject(answer, 5) == answer


@pytest.mark.parametrize("letters", [1_899, 1_900, 1_901, 60_000])
def test_the_tag_stands_whole_in_the_longest_subject(letters: int) -> None:
    answer = tagged_subject("x" * letters, 999_999_999)
    assert answer == f"Re: {'x' * min(letters, 1_900)} [#999999999]"
    assert tagged_subject(answer, 999_999_999) == answer
    read = parse(
        f"{headerlines.text('Subject', answer)}\r\n\r\nx".encode(), detect_type=lambda _: "text/plain"
    )
    assert numbers_in_subject(read.subject) == (999_999_999,)


@pytest.mark.parametrize(
    ("subject", "forward"),
    [
        ("Printer", "Fwd: Printer [#5]"),
        ("Re: AW: Fwd: WG: fw: Printer [#5]", "Fwd: Printer [#5]"),
        ("Fwd:  Printer [#4] on", "Fwd: Printer on [#5]"),
        ("", "Fwd: [#5]"),
    ],
)
def test_a_forward_has_one_mark_and_one_tag(subject: str, forward: str) -> None:
    assert forwarded_subject(subject, 5) == forward
    assert forwarded_subject(forward, 5) == forward


@pytest.mark.parametrize(
    ("written", "sent"), [("Your  offer", "Your offer [#5]"), ("[#5] Re: x", "Re: x [#5]"), ("", "[#5]")]
)
def test_the_first_mail_of_a_conversation_answers_nothing(written: str, sent: str) -> None:
    assert first_subject(written, 5) == sent
