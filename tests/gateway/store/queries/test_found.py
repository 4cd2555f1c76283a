"""What a search finds, on both databases: in order, once, and only what somebody sees."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.desk import merging, noting, tickets
from gateway.desk.tickets import TicketChange
from gateway.errors import Invalid
from gateway.rules.access import Reach, Sight
from gateway.rules.searching import Query, parse
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.models import Ticket
from gateway.store.queries import found, hits
from gateway.store.queries.found import BUDGET, find, named
from gateway.store.queries.narrowing import Viewer
from gateway.store.seen import mark
from gateway.store.types import MOST
from tests.world import BOB, NOON, SUPPORT, World, mail

Look = Callable[..., list[int]]


@pytest.fixture
def look(world: World) -> Look:
    def look(text: str, *, sight: Sight | None = None, budget: int = BUDGET, limit: int = 50) -> list[int]:
        return list(pages(world, parse(text), sight, budget, limit))

    return look


def pages(
    world: World, query: Query, sight: Sight | None = None, budget: int = BUDGET, limit: int = 50
) -> Iterator[int]:
    """The numbers of all pages."""
    after: str | None = None
    viewer = Viewer(world.ours.staff.staff_id, world.clock.now())
    for _ in range(500):
        with session.reading() as db:
            page = find(
                db,
                sight or Sight(world.ours.account_id),
                query,
                viewer,
                after=after,
                limit=limit,
                budget=budget,
            )
        assert len(page.items) <= limit
        yield from (one.ticket.number for one in page.items)
        after = page.next
        if after is None:
            return
    raise AssertionError("the pages have no end")


def receive(world: World, *texts: str) -> None:
    for text in texts:
        world.receive(mail(text))


def test_the_newest_matching_message_orders_not_the_newest_activity(world: World, look: Look) -> None:
    receive(world, "alpha one", "alpha two", "beta three")
    world.reply(1, "Something else.")
    assert look("alpha") == [2, 1]
    world.reply(1, "Now alpha again.")
    assert look("alpha") == [1, 2]


def test_whole_words_come_before_beginnings_and_no_ticket_twice(world: World, look: Look) -> None:
    receive(world, "alpha", "alphabet", "alpha alphabet", "beta alphas")
    assert look("alpha") == [3, 1, 4, 2]
    assert look("alph") == [4, 3, 2, 1]
    assert look("al") == []


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("budget", [1, 2, 5, 1000])
def test_pages_lose_and_double_nothing_however_small_the_budget(
    world: World, look: Look, budget: int, limit: int
) -> None:
    receive(world, "alpha", "alphabet", "alpha", "beta", "alphabet alpha", "alphabet")
    for number in (1, 2, 6):
        world.reply(number, "alphabet")
    everything = look("alpha")
    assert sorted(everything) == [1, 2, 3, 5, 6]
    assert look("alpha", budget=budget, limit=limit) == everything


def test_a_stretch_ends_without_losing_what_lies_behind(
    world: World, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(world, *["alpha"] * 3)
    # Patched, because no test can write as many articles as a look takes.
    monkeypatch.setattr(hits, "LOOKED_AT", 1)
    monkeypatch.setattr(hits, "_MOST_LOOKS", 1)
    assert look("alph", limit=1) == [3, 2, 1]


def test_filters_narrow_what_words_find(world: World, look: Look) -> None:
    receive(world, "alpha", "alpha", "beta")
    world.move(1, Status.CLOSED)
    for text, expected in (
        ("alpha status:closed", [1]),
        ("alpha -status:closed", [2]),
        ("alpha status:open,closed", [2, 1]),
        ("status:open", [3, 2]),
        ("alpha #2", [2]),
        ("#2", [2]),
        ("-#2 -#1", [3]),
        ("alpha customer:acme", [2, 1]),
        ("alpha customer:nobody", []),
        ("alpha -beta", [2, 1]),
        ("-alpha", [3]),
    ):
        assert look(text) == expected, text


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("articles", [0, 2, 1200])
def test_the_tickets_of_a_filter_come_in_the_order_of_all(
    world: World, look: Look, monkeypatch: pytest.MonkeyPatch, articles: int, limit: int
) -> None:
    receive(world, "alpha", "alphabet", "alpha", "beta", "alphabet alpha", "alphabet")
    for number, text in ((1, "alphabet"), (2, "beta"), (6, "alpha"), (3, "gamma")):
        world.reply(number, text)
    # Patched, because no test can write as many articles as may be read before the index is asked instead.
    monkeypatch.setattr(found, "_FEW_ARTICLES", articles)
    everything = look("alpha")
    assert len(everything) == 5
    assert look("alpha customer:acme", limit=limit) == everything
    assert look("alpha customer:acme -#6", limit=limit) == [n for n in everything if n != 6]


def test_people_subjects_and_files_are_asked_for_by_themselves(world: World, look: Look) -> None:
    world.receive(mail(subject="Printer of Bob"))
    world.receive(mail("No printer.", subject="Scanner", sender=f"Bob Builder <{BOB}>"), mail_from=BOB)
    world.receive(mail(subject="Fax", to=f"{SUPPORT}, Sales <sales@other.example>"))
    for text, expected in (
        ("bob", [2, 1]),
        ("from:bob", [2]),
        ("from:buil", [2]),
        ('from:"bob builder"', [2]),
        ("subject:bob", [1]),
        ("subject:printer,fax", [3, 1]),
        ("-from:bob", [3, 1]),
        ("to:sales", [3]),
        ("to:sal", [3]),
        ("to:bob", []),
        ("printer -subject:printer", [2]),
    ):
        assert look(text) == expected, text


def test_who_asked_is_a_sender_also_of_our_answers(world: World, look: Look) -> None:
    world.receive(mail(subject="Printer"))
    world.reply(1, "Restart it, please.")
    assert look("from:ann restart") == [1]


def test_compounds_and_umlauts_are_found_by_their_parts_and_spellings(world: World, look: Look) -> None:
    world.receive(mail("Der Druckertreiber von Frau Müller", subject="Scannertreiber"))
    for text in (
        "treiber",
        "treib",
        "subject:treiber",
        "mueller",
        "Müller",
        "muller",
        "muell",
        '"frau mueller"',
    ):
        assert look(text) == [1], text


def test_a_merged_ticket_is_found_under_the_other_one(world: World, look: Look) -> None:
    receive(world, "alpha", "beta")
    with session.transaction() as db:
        merging.merge(db, world.ours.staff, 1, 2, now=world.clock.now())
    assert look("alpha") == look("#1") == [2]


def test_limited_staff_find_what_they_see(world: World, look: Look) -> None:
    receive(world, "alpha", "alpha", "alpha")
    with session.reading() as db:
        (seen,) = find(db, Sight(world.ours.account_id), parse("#2"), Viewer(None, NOON)).items
    assert look("alpha", sight=Sight(world.ours.account_id, Reach(tickets=(seen.ticket.id,)))) == [2]
    assert look("alpha", sight=Sight(world.ours.account_id, Reach())) == []
    assert look("alpha", sight=Sight(world.stranger.account_id)) == []


def test_guests_find_nothing_by_what_they_do_not_read(world: World, look: Look) -> None:
    receive(world, "alpha")
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "secretive alphabet", (), now=world.clock.now())
    with session.reading() as db:
        (seen,) = find(db, Sight(world.ours.account_id), parse("#1"), Viewer(None, NOON)).items
    guest = Sight(world.ours.account_id, Reach(tickets=(seen.ticket.id,)), is_guest=True)
    assert look("alpha", sight=guest) == [1]
    assert look("secretive", sight=guest) == []
    assert look("secretive") == [1]


def test_days_are_those_of_messages_with_words_and_of_tickets_without(world: World, look: Look) -> None:
    receive(world, "alpha")
    world.clock.advance(days=10)
    world.reply(1, "beta")
    day, later = f"{NOON:%Y-%m-%d}", f"{NOON + timedelta(days=5):%Y-%m-%d}"
    for text, expected in (
        (f"alpha before:{later}", [1]),
        (f"beta before:{later}", []),
        (f"beta after:{later}", [1]),
        (f"beta -after:{later}", []),
        (f"alpha after:{later}", []),
        (f"before:{later}", [1]),
        (f"after:{later}", [1]),
        (f"before:{day}", []),
        (f"created:{day}", [1]),
        (f"updated:{day}", []),
        (f"updated:{later}..", [1]),
        (f"created:..{later}", [1]),
        ("before:0001-01-01", []),
        ("after:9999-12-31", []),
        ("created:0001-01-01..9999-12-31", [1]),
    ):
        assert look(text) == expected, text


def test_assignees_tags_and_mailboxes_are_filters(world: World, look: Look) -> None:
    receive(world, "alpha", "beta")
    world.receive(mail("gamma"))
    login = "sam-ours"
    with session.transaction() as db:
        change = TicketChange(assignee=login, tags=("Grün", "100%"))
        tickets.patch(db, world.ours.staff, 1, change, now=world.clock.now())
    for text, expected in (
        ("is:mine", [1]),
        ("assignee:me", [1]),
        (f"assignee:{login},nobody", {1, 2, 3}),
        ("assignee:nobody", {2, 3}),
        ("is:unassigned", {2, 3}),
        ("-is:mine", {2, 3}),
        ("assignee:whoever", []),
        ("tag:Grün", [1]),
        ("tag:100%", [1]),
        ("tag:100", []),
        ("-tag:Grün", {2, 3}),
        ("mailbox:support", {1, 2, 3}),
        ("mailbox:none", []),
        ("group:none", []),
        ("has:attachment", []),
    ):
        assert sorted(look(text)) == sorted(expected), text


def test_a_foreign_cursor_is_invalid(world: World) -> None:
    for text in ("alpha", "status:open"):
        with session.reading() as db, pytest.raises(Invalid):
            find(db, Sight(world.ours.account_id), parse(text), Viewer(None, NOON), after="none of ours")


def test_a_search_for_nothing_finds_nothing(world: World, look: Look) -> None:
    receive(world, "alpha")
    assert look("") == look("status:unheard-of") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("#1", 1), ("1", 1), ("#7", None), ("alpha", None), ("1 alpha", None), ("-#1", None), ("9" * 30, None)],
)
def test_a_number_alone_names_its_ticket(world: World, text: str, expected: int | None) -> None:
    receive(world, "alpha")
    with session.reading() as db:
        ticket = named(db, Sight(world.ours.account_id), parse(text))
    assert (ticket.number if ticket else None) == expected


def test_unread_sleeping_pressing_and_due_tickets_are_found(world: World, look: Look) -> None:
    receive(world, "alpha", "beta", "gamma")
    now = world.clock.now()
    with session.transaction() as db:
        ids = {row.number: row.id for row in db.execute(select(Ticket.number, Ticket.id))}
        mark(db, world.ours.account_id, world.ours.staff.staff_id or 0, ids[1], MOST)
        for number, values in (
            (1, {"wake_at": now + timedelta(hours=1), "priority": 3}),
            (2, {"wake_at": now - timedelta(hours=1), "due_at": now - timedelta(minutes=1)}),
            (3, {"priority": 2, "due_at": now + timedelta(minutes=1)}),
        ):
            db.execute(update(Ticket).where(Ticket.id == ids[number]).values(**values))
    for text, expected in (
        ("is:unread", {2, 3}),
        ("-is:unread", {1}),
        ("is:snoozed", {1}),
        ("priority:high,urgent", {1, 3}),
        ("priority:normal", {2}),
        ("-priority:normal", {1, 3}),
        ("due:overdue", {2}),
        ("due:today", {2, 3}),
        ("due:overdue alpha", set()),
    ):
        assert set(look(text)) == expected, text
