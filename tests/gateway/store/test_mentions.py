"""Whom notes call, and whether they have seen it."""

from gateway.desk import marks, noting
from gateway.rules.access import Actor
from gateway.rules.searching import parse
from gateway.store import mentions, session
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from tests.hiring import hire
from tests.world import NOON, World, mail, ticket_row


def call(world: World, text: str) -> str:
    with session.transaction() as db:
        return noting.note(db, world.ours.staff, 1, text, now=NOON).public_id


def unseen(who: Actor) -> int:
    with session.reading() as db:
        return mentions.count_unseen(db, who.sight, who.staff_id)


def found_by(who: Actor) -> list[int]:
    with session.reading() as db:
        results = find(db, who.sight, parse("is:mentioned"), Viewer(who.staff_id, NOON))
    return [one.ticket.number for one in results.items]


def test_a_mention_counts_until_the_note_is_seen_and_is_found_ever_after(world: World) -> None:
    world.receive(mail())
    anna = hire(world.ours.account_id, "anna", now=NOON)
    note = call(world, "@anna, please look.")
    assert (unseen(anna), unseen(world.ours.owner)) == (1, 0)
    assert (found_by(anna), found_by(world.ours.owner)) == ([1], [])
    first = world.detail(1).articles[0].public_id
    with session.transaction() as db:
        marks.mark_seen(db, anna, 1, first)
    assert unseen(anna) == 1
    with session.transaction() as db:
        marks.mark_seen(db, anna, 1, note)
    assert (unseen(anna), found_by(anna)) == (0, [1])


def test_a_token_is_called_by_nobody(world: World) -> None:
    with session.reading() as db:
        assert mentions.count_unseen(db, world.ours.owner.sight, None) == 0


def test_who_sees_some_groups_only_can_be_called_where_they_see_the_ticket(world: World) -> None:
    world.receive(mail())
    hire(world.ours.account_id, "blind", now=NOON, sees_all=False)
    ticket_id = ticket_row(1).id
    with session.reading() as db:
        known = mentions.colleagues(db, world.ours.account_id, ticket_id)
    assert {login: one.sees_it for login, one in known.items()} == {
        "ours": True,
        "sam-ours": True,
        "blind": False,
    }
