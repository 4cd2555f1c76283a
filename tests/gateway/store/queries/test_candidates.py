"""Which tickets the traces of a mail lead to, in one account only."""

from gateway.mail.address import Address
from gateway.rules.filing import Candidate, FoundBy
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.queries.candidates import MAX_REFERENCES, Traces, find_candidates
from tests.world import ANN, EVE, FOREIGN, Business, World, mail, ticket_row

NONE = Traces((), (), (), ())
LONG = "é" * 998


def find(business: Business, traces: Traces, sender: str = ANN) -> list[tuple[FoundBy, int, bool]]:
    with session.reading() as db:
        who = Address("", sender) if sender else None
        found = find_candidates(db, business.account_id, traces, who)
    return [(c.found_by, c.rank, c.sender_takes_part) for c in found]


def test_each_trace_leads_to_its_ticket(world: World) -> None:
    world.receive(mail(message_id="1@acme.example"))
    row = ticket_row(1)
    traces = Traces((row.id,), ("1@acme.example",), ("x@y", "1@acme.example"), (1,))
    assert find(world.ours, traces) == [
        (FoundBy.TOKEN, 0, True),
        (FoundBy.IN_REPLY_TO, 0, True),
        (FoundBy.REFERENCES, 1, True),
        (FoundBy.SUBJECT, 0, True),
    ]
    assert find(world.stranger, traces) == []


def test_a_thread_counts_behind_every_reference(world: World) -> None:
    world.receive(mail(message_id="1@acme.example"))
    traces = Traces((), (), ("1@acme.example",), (), thread_ids=(ticket_row(1).id,))
    assert find(world.ours, traces, EVE) == [
        (FoundBy.REFERENCES, 0, False),
        (FoundBy.REFERENCES, MAX_REFERENCES, False),
    ]
    assert find(world.stranger, traces) == []


def test_a_candidate_says_where_its_ticket_stands(world: World) -> None:
    world.receive(mail(message_id="1@acme.example"))
    world.move(1, Status.CLOSED)
    with session.reading() as db:
        (found,) = find_candidates(db, world.ours.account_id, Traces((), (), (), (1,)), None)
    row = ticket_row(1)
    assert found == Candidate(
        row.id, FoundBy.SUBJECT, 0, Status.CLOSED, row.closed_at, sender_takes_part=False
    )


def test_without_traces_there_are_none(world: World) -> None:
    world.receive(mail())
    assert find(world.ours, NONE) == []


def test_who_takes_part_is_known_by_address_or_by_the_customers_domain(world: World) -> None:
    world.receive(mail())
    traces = Traces((), (), (), (1,))
    for sender, takes_part in (
        (ANN, True),
        (ANN.upper(), True),
        ("new@ACME.example", True),
        ("new@sub.acme.example", False),
        ("acme.example", False),
        (EVE, False),
        ("", False),
    ):
        assert find(world.ours, traces, sender) == [(FoundBy.SUBJECT, 0, takes_part)], sender


def test_a_domain_counts_only_for_the_tickets_own_customer(world: World) -> None:
    world.receive(mail(sender=f"Eve <{EVE}>"))
    assert find(world.ours, Traces((), (), (), (1,)), ANN) == [(FoundBy.SUBJECT, 0, False)]


def test_an_endless_message_id_is_found_as_it_was_kept(world: World) -> None:
    world.receive(mail(message_id=LONG))
    assert find(world.ours, Traces((), (LONG,), (), ())) == [(FoundBy.IN_REPLY_TO, 0, True)]


def test_endless_references_are_looked_at_from_the_newest(world: World) -> None:
    world.receive(mail(message_id="1@acme.example"), FOREIGN)
    world.receive(mail(message_id="1@acme.example"))
    others = tuple(f"{n}@x" for n in range(MAX_REFERENCES - 1))
    assert len(find(world.ours, Traces((), (), (*others, "1@acme.example"), ()))) == 1
    assert find(world.ours, Traces((), (), (*others, "x@x", "1@acme.example"), ())) == []
