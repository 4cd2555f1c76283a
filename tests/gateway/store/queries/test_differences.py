"""What others have done since somebody looked, and that of two at once one sees the other."""

import threading
from dataclasses import replace

import pytest

from gateway.desk import acts, noting, replying, tickets
from gateway.desk.replying import Changed, Draft
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor
from gateway.rules.seen import Seen
from gateway.rules.status import ArticleKind, Status
from gateway.store import session
from gateway.store.queries.differences import MOST_SHOWN, Difference, find_difference
from tests.world import World, mail, office


@pytest.fixture
def desk(world: World) -> World:
    world.receive(mail(text="It smokes.", subject="Printer", message_id="1@acme.example"))
    return world


def note(world: World, by: Actor, text: str = "Call her.") -> None:
    with session.transaction() as db:
        noting.note(db, by, 1, text, now=world.clock.now())


def change(world: World, by: Actor, wanted: TicketChange) -> None:
    with session.transaction() as db:
        tickets.patch(db, by, 1, wanted, now=world.clock.now())


def since(world: World, seen: Seen) -> Difference:
    detail = world.detail(1)
    with session.transaction() as db:
        return find_difference(db, world.ours.account_id, detail.ticket.id, world.ours.staff.staff_id, seen)


def test_where_nothing_happened_there_is_no_difference(desk: World) -> None:
    assert not since(desk, desk.detail(1).seen)


def test_own_acts_are_none(desk: World) -> None:
    seen = desk.detail(1).seen
    note(desk, desk.ours.staff)
    change(desk, desk.ours.staff, TicketChange(status=Status.PENDING))
    assert not since(desk, seen)


def test_what_a_colleague_says_and_does_is_told_and_seen_then(desk: World) -> None:
    seen = desk.detail(1).seen
    note(desk, desk.ours.owner, "She  called\nback.")
    change(desk, desk.ours.owner, TicketChange(status=Status.PENDING, tags=("x",)))
    found = since(desk, seen)
    (article,) = found.articles
    assert (article.kind, article.author, article.beginning) == (
        ArticleKind.NOTE,
        "ours",
        "She called back.",
    )
    assert [event.kind for event in found.events] == ["status"]
    assert found.seen == desk.detail(1).seen
    assert not since(desk, found.seen)


def test_a_customers_mail_counts_and_what_it_moves_does_not(desk: World) -> None:
    change(desk, desk.ours.staff, TicketChange(status=Status.PENDING))
    seen = desk.detail(1).seen
    desk.receive(mail(text="Still.", subject="Re: Printer [#1]", message_id="2@acme.example"))
    found = since(desk, seen)
    assert [article.author for article in found.articles] == [None]
    assert found.events == ()


def test_of_very_many_the_newest_are_told(desk: World) -> None:
    seen = desk.detail(1).seen
    for number in range(MOST_SHOWN + 1):
        note(desk, desk.ours.owner, f"Note {number}")
    assert since(desk, seen).articles[0].beginning == "Note 1"


def test_of_two_who_answer_at_once_one_is_held_back(desk: World) -> None:
    draft = Draft("Please restart it.", seen=desk.detail(1).seen)
    writers = desk.ours.staff, desk.ours.owner
    with session.reading() as db:
        wanted = office(desk.blobs, most=10**7)
        written = [replying.write(db, by, 1, draft, office=wanted, now=desk.clock.now()) for by in writers]
    held_back: list[tuple[Actor, int]] = []
    both = threading.Barrier(2)

    def send(by: Actor, answer: replying.Written) -> None:
        both.wait(10)
        try:
            with session.transaction() as db:
                replying.reply(db, by, answer, now=desk.clock.now())
        except Changed as changed:
            held_back.append((by, len(changed.difference.articles)))

    senders = [threading.Thread(target=send, args=each) for each in zip(writers, written, strict=True)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(20)
    ((loser, new),) = held_back
    assert new == 1
    assert len(desk.detail(1).articles) == 2
    again = replace(written[writers.index(loser)], seen=desk.detail(1).seen)
    with session.transaction() as db:
        replying.reply(db, loser, again, now=desk.clock.now())
    assert len(desk.detail(1).articles) == 3


def test_a_mail_that_takes_the_place_of_an_undone_note_is_new(desk: World) -> None:
    with session.transaction() as db:
        _, act = acts.note(db, desk.ours.owner, 1, "Oops.", now=desk.clock.now())
    seen = desk.detail(1).seen
    with session.transaction() as db:
        acts.undo(db, desk.ours.owner, act, now=desk.clock.now())
    assert not since(desk, seen).articles[1:]
    desk.receive(mail(text="Still smoking.", subject="[#1]"))
    assert since(desk, seen).articles[-1].beginning == "Still smoking."
