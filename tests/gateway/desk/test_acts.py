"""What was done to one ticket or to many is taken back, as far as nobody has changed it since."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.desk import acts, following, linking, noting, tickets
from gateway.desk.acts import CHUNK, MOST_AT_ONCE, Done, Kind, as_stored, from_stored
from gateway.desk.replying import DraftFile
from gateway.desk.tickets import TicketChange
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Reach, Role
from gateway.rules.priority import Priority
from gateway.rules.searching import parse
from gateway.rules.status import Status
from gateway.rules.undoing import OFFERED_FOR, UNDONE_WITHIN
from gateway.store import drafts, followers, links, outbox, seen, session
from gateway.store import tickets as rows
from gateway.store.drafts import Drafted
from gateway.store.models import ActItem, Attachment, Mention, Notification, Ticket, TicketFollower
from gateway.store.outbox import Topic
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.tickets import NewTicketRow
from tests.admitting import add_guest
from tests.hiring import hire
from tests.world import NOON, World, mail, ticket_row

CLOSE = TicketChange(status=Status.CLOSED)
EVERYTHING = TicketChange(
    status=Status.CLOSED,
    assignee="sam-ours",
    subject="Else",
    add_tags=("red",),
    priority=Priority.URGENT,
    customer=None,
)


@pytest.fixture
def three(world: World) -> World:
    for _ in range(3):
        world.receive(mail())
    return world


def change(world: World, numbers: list[int], wanted: TicketChange, by: Actor | None = None) -> str:
    with session.transaction() as db:
        return acts.change(db, by or world.ours.staff, numbers, wanted, now=world.clock.now())


def undo(world: World, act: str, by: Actor | None = None) -> Done:
    with session.transaction() as db:
        return acts.undo(db, by or world.ours.staff, act, now=world.clock.now())


def patch(world: World, number: int, wanted: TicketChange) -> None:
    with session.transaction() as db:
        tickets.patch(db, world.ours.owner, number, wanted, now=world.clock.now())


def state(number: int) -> tuple[object, ...]:
    row = ticket_row(number)
    return (
        row.status,
        row.closed_at,
        row.queue_at,
        row.wake_at,
        row.assignee_id,
        row.customer_id,
        row.tags,
        row.priority,
        row.subject,
    )


@pytest.mark.parametrize(
    "wanted", [CLOSE, EVERYTHING, TicketChange(wake_at=NOON + timedelta(days=1)), TicketChange(tags=("x",))]
)
def test_what_was_changed_is_as_it_was_before(three: World, wanted: TicketChange) -> None:
    patch(three, 2, TicketChange(tags=("blue",), assignee="ours"))
    before = [state(number) for number in (1, 2, 3)]
    act = change(three, [1, 2], wanted)
    assert [state(number) for number in (1, 2)] != before[:2]
    assert state(3) == before[2]
    done = undo(three, act)
    assert (done.kind, done.count, done.is_undone) == (Kind.CHANGE, 2, True)
    assert [state(number) for number in (1, 2, 3)] == before


def test_the_timeline_says_that_it_was_undone(three: World) -> None:
    undo(three, change(three, [1], CLOSE))
    told = [(event.kind, event.by) for event in three.detail(1).events if event.kind == "undone"]
    assert told == [("undone", "sam-ours")]


def test_what_a_colleague_has_changed_since_stays(three: World) -> None:
    act = change(three, [1, 2], EVERYTHING)
    patch(three, 1, TicketChange(status=Status.OPEN, tags=("theirs",)))
    undo(three, act)
    row = ticket_row(1)
    assert (row.status, row.tags, row.assignee_id, row.subject) == (
        "open",
        ["theirs"],
        None,
        "Printer is on fire",
    )
    assert ticket_row(2).status == "new"


def test_a_mail_that_came_meanwhile_keeps_the_ticket_waiting(three: World) -> None:
    three.reply(1)
    act = change(three, [1], CLOSE)
    three.receive(mail(subject="[#1]"))
    waiting_since = ticket_row(1).queue_at
    undo(three, act)
    assert (ticket_row(1).status, ticket_row(1).queue_at) == ("open", waiting_since)


def test_it_is_offered_for_a_while_and_done_somewhat_longer(three: World) -> None:
    act = change(three, [1], CLOSE)
    for after, is_offered in ((OFFERED_FOR - timedelta(seconds=1), True), (OFFERED_FOR, False)):
        with session.reading() as db:
            found = acts.find(db, three.ours.staff, act, now=three.clock.now() + after)
        assert found is not None
        assert found.is_offered is is_offered
    three.clock.at += UNDONE_WITHIN
    undo(three, act)
    late = change(three, [2], CLOSE)
    three.clock.at += UNDONE_WITHIN + timedelta(seconds=1)
    with pytest.raises(Conflict):
        undo(three, late)


def test_it_is_undone_once_and_only_by_who_did_it(three: World) -> None:
    act = change(three, [1], CLOSE)
    for other in (three.ours.owner, three.stranger.owner):
        with pytest.raises(NotFound):
            undo(three, act, other)
        with session.reading() as db:
            assert acts.find(db, other, act, now=three.clock.now()) is None
    undo(three, act)
    with pytest.raises(Conflict):
        undo(three, act)


def test_tickets_out_of_sight_are_passed_over(three: World) -> None:
    sees_one = Actor(
        three.ours.account_id,
        Role.STAFF,
        three.ours.staff.staff_id,
        reach=Reach(tickets=(ticket_row(1).id,)),
    )
    change(three, [1, 2, 4711], CLOSE, sees_one)
    assert (ticket_row(1).status, ticket_row(2).status) == ("closed", "new")
    with pytest.raises(NotFound):
        change(three, [2], CLOSE, sees_one)
    with pytest.raises(NotFound):
        change(three, [1], CLOSE, three.stranger.owner)


def test_guests_and_tokens_do_not(three: World) -> None:
    guest = Actor(three.ours.account_id, Role.GUEST, three.ours.staff.staff_id)
    with pytest.raises(Denied):
        change(three, [1], CLOSE, guest)
    token = Actor(three.ours.account_id, Role.TOKEN)
    with pytest.raises(NotFound):
        change(three, [1], CLOSE, token)


def test_the_number_of_a_merged_ticket_means_what_it_became(three: World) -> None:
    with session.transaction() as db:
        acts.merge(db, three.ours.staff, 2, 1, now=three.clock.now())
    change(three, [2, 1], CLOSE)
    assert ticket_row(1).status == "closed"


def test_a_change_that_cannot_be_made_is_made_nowhere(three: World) -> None:
    with pytest.raises(Invalid):
        change(three, [1, 2], TicketChange(status=Status.CLOSED, assignee="nobody-here"))
    assert (ticket_row(1).status, ticket_row(2).status) == ("new", "new")


@pytest.fixture
def many(world: World) -> World:
    """One ticket more than two portions."""
    new = NewTicketRow("Printer", Status.NEW, None, None, None, "", "")
    with session.transaction() as db:
        for _ in range(2 * CHUNK + 1):
            rows.open_ticket(db, world.ours.account_id, new, now=NOON)
    return world


def count(status: Status) -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).where(Ticket.status == status.value)).scalar_one()


def work(world: World) -> int:
    """What a worker does with the rows of acts that are owed; how many portions it took."""
    portions = 0
    with session.transaction() as db:
        owed = outbox.claim_due(db, now=world.clock.now() + timedelta(minutes=1), limit=9, topic=Topic.ACT)
    for row in owed:
        left = 1
        while left:
            with session.transaction() as db:
                left = acts.go_on(db, row.ref_id, now=world.clock.now())
            portions += 1
    return portions


def test_many_are_done_in_portions_and_undone_likewise(many: World) -> None:
    act = change(many, list(range(1, 2 * CHUNK + 2)), CLOSE)
    assert count(Status.CLOSED) == CHUNK
    assert work(many) == 2
    assert count(Status.CLOSED) == 2 * CHUNK + 1
    undo(many, act)
    assert count(Status.NEW) == CHUNK
    assert work(many) == 2
    assert count(Status.NEW) == 2 * CHUNK + 1
    with session.reading() as db:
        assert outbox.depth(db, Topic.ACT) == 0
        assert db.execute(select(func.count(ActItem.id))).scalar_one() == 0


def test_what_is_undone_in_its_midst_goes_no_further(many: World) -> None:
    act = change(many, list(range(1, 2 * CHUNK + 2)), CLOSE)
    undo(many, act)
    work(many)
    assert count(Status.NEW) == 2 * CHUNK + 1


def test_a_ticket_that_cannot_be_changed_any_more_does_not_stop_the_others(many: World) -> None:
    change(many, list(range(1, 2 * CHUNK + 2)), TicketChange(add_tags=("red",)))
    full = tuple(f"tag {number}" for number in range(tickets.MAX_TAGS))
    patch(many, CHUNK + 1, TicketChange(tags=full))
    assert work(many) == 2
    assert ticket_row(CHUNK + 1).tags == list(full)
    assert ticket_row(2 * CHUNK + 1).tags == ["red"]


def test_there_is_a_most_of_tickets_at_once(three: World) -> None:
    numbers = list(range(1, MOST_AT_ONCE + 2))
    with pytest.raises(Invalid):
        change(three, numbers, CLOSE)
    change(three, numbers[:-1], CLOSE)
    assert ticket_row(3).status == "closed"


def test_a_worker_finds_nothing_to_do_for_an_act_that_is_gone(world: World) -> None:
    with session.transaction() as db:
        assert acts.go_on(db, 4711, now=NOON) == 0


def test_merging_splitting_and_linking_are_undone(three: World) -> None:
    staff, now = three.ours.staff, three.clock.now()
    with session.transaction() as db:
        into, merged = acts.merge(db, staff, 2, 1, now=now)
    assert (into, len(three.detail(1).articles)) == (1, 2)
    assert undo(three, merged).what == {"number": 2, "into": 1}
    assert len(three.detail(1).articles) == len(three.detail(2).articles) == 1

    three.receive(mail(subject="[#1] Else"))
    second = three.detail(1).articles[1]
    with session.transaction() as db:
        number, split = acts.split(db, staff, second.public_id, "Else", now=now)
    assert [article.public_id for article in three.detail(number).articles] == [second.public_id]
    undo(three, split)
    assert [article.public_id for article in three.detail(1).articles][1:] == [second.public_id]

    for act, numbers in ((acts.link, [3]), (acts.unlink, [])):
        with session.transaction() as db:
            done = act(db, staff, 1, 3, now=now)
        assert linked(three) == numbers
        undo(three, done)
        assert linked(three) == ([] if numbers else [3])
        with session.transaction() as db:
            if numbers:
                linking.link(db, staff, 1, 3, now=now)


def linked(world: World) -> list[int]:
    ticket_id = ticket_row(1).id
    with session.reading() as db:
        return [one.number for one in links.linked_to(db, world.ours.staff.sight, ticket_id)]


@pytest.mark.parametrize(
    "wanted",
    [
        TicketChange(),
        EVERYTHING,
        TicketChange(assignee=None, customer="x", drop_tags=("a",), tags=()),
        TicketChange(wake_at=NOON),
        TicketChange(wake_at=None),
    ],
)
def test_a_change_is_kept_whole(wanted: TicketChange) -> None:
    assert from_stored(as_stored(wanted)) == wanted


def test_a_note_is_no_act(three: World) -> None:
    with session.transaction() as db:
        noting.note(db, three.ours.staff, 1, "Hello", now=NOON)
        found: Any = acts.find(db, three.ours.staff, "none", now=NOON)
    assert found is None


def noted(world: World, text: str, files: tuple[DraftFile, ...] = (), *, is_shared: bool = False) -> str:
    with session.transaction() as db:
        by, now = world.ours.staff, world.clock.now()
        return acts.note(db, by, 1, text, files, is_shared=is_shared, now=now)[1]


def finds(world: World, words: str) -> bool:
    me = world.ours.staff
    with session.reading() as db:
        viewer = Viewer(me.staff_id, world.clock.now())
        return bool(find(db, me.sight, parse(words), viewer).items)


def test_an_undone_note_leaves_nothing_but_a_draft_and_a_line(three: World) -> None:
    hire(three.ours.account_id, "kim", now=NOON)
    before = ticket_row(1)
    file = DraftFile("plan.txt", "text/plain", three.blobs.put(b"plan"))
    act = noted(three, "@kim look at the flywheel", (file,))
    assert finds(three, "flywheel")
    assert finds(three, "plan.txt")
    assert undo(three, act).kind is Kind.NOTE
    after = ticket_row(1)
    columns = ("article_count", "attachment_count", "last_article_id", "snippet", "updated_at", "queue_at")
    assert [getattr(after, name) for name in columns] == [getattr(before, name) for name in columns]
    assert [a.kind for a in three.detail(1).articles] == ["inbound"]
    assert [event.kind for event in three.detail(1).events][-1] == "note_undone"
    assert not finds(three, "flywheel")
    assert not finds(three, "plan.txt")
    with session.reading() as db:
        for left in (Mention, Notification, TicketFollower, Attachment):
            assert db.execute(select(func.count()).select_from(left)).scalar_one() == 0
        (draft,) = drafts.list_drafts(db, three.ours.account_id, after.id)
    assert (draft.author, draft.drafted.kind) == ("sam-ours", "note")
    assert draft.drafted.text == "@kim look at the flywheel"
    assert [kept.filename for kept in draft.drafted.files] == ["plan.txt"]


def test_what_others_wrote_and_did_after_a_note_stays_when_it_is_undone(three: World) -> None:
    act = noted(three, "Mine.")
    patch(three, 1, TicketChange(status=Status.PENDING))
    with session.transaction() as db:
        noting.note(db, three.ours.owner, 1, "Theirs.", now=three.clock.now())
    undo(three, act)
    assert [a.text for a in three.detail(1).articles if a.kind == "note"] == ["Theirs."]
    assert (ticket_row(1).status, ticket_row(1).snippet) == ("pending", "Theirs.")


def test_who_had_left_or_followed_before_a_note_does_so_after_it_is_undone(three: World) -> None:
    kim, me = hire(three.ours.account_id, "kim", now=NOON), three.ours.staff
    with session.transaction() as db:
        following.follow(db, kim, 1, follows=False)
        following.follow(db, me, 1, follows=True)
    undo(three, noted(three, "@kim look"))
    ticket_id = ticket_row(1).id
    with session.reading() as db:
        assert followers.choices(db, ticket_id) == {kim.staff_id: True, me.staff_id: False}


def test_what_was_begun_since_stands_below_an_undone_note_and_stays_internal(three: World) -> None:
    act = noted(three, "First.", is_shared=True)
    ticket_id, me = ticket_row(1).id, three.ours.staff.staff_id or 0
    with session.transaction() as db:
        begun = Drafted("note", "Second.", is_shared=False)
        drafts.put(db, three.ours.account_id, ticket_id, me, begun, version=0, now=NOON)
    undo(three, act)
    with session.reading() as db:
        assert drafts.find(db, ticket_id, me) == (Drafted("note", "First.\n\nSecond."), 2)


def test_guests_hear_nothing_of_a_shared_note_that_is_undone(three: World) -> None:
    add_guest(three.ours.account_id, ticket=1, may=["note"])
    act = noted(three, "See?", is_shared=True)
    with session.reading() as db:
        assert outbox.next_due_at(db) == three.clock.now() + OFFERED_FOR
    undo(three, act)
    with session.reading() as db:
        assert outbox.depth(db, Topic.GUESTS) == 0


def test_what_comes_after_an_undone_note_is_news_to_whoever_had_seen_the_note(three: World) -> None:
    act, owner = noted(three, "Oops."), three.ours.owner.staff_id or 0
    ticket = ticket_row(1)
    with session.transaction() as db:
        seen.mark(db, three.ours.account_id, owner, ticket.id, ticket.last_article_id)
    undo(three, act)
    three.receive(mail(subject="[#1]"))
    newest = three.detail(1).articles[-1].public_id
    with session.reading() as db:
        assert seen.first_unread(db, owner, ticket.id) == newest


def test_a_note_that_became_a_ticket_of_its_own_stays(three: World) -> None:
    act = noted(three, "Another matter.")
    article = three.detail(1).articles[-1].public_id
    with session.transaction() as db:
        acts.split(db, three.ours.owner, article, "Else", now=three.clock.now())
    with pytest.raises(Conflict):
        undo(three, act)


def test_a_note_is_taken_back_by_its_writer_alone_and_not_for_ever(three: World) -> None:
    act = noted(three, "Mine.")
    with pytest.raises(NotFound):
        undo(three, act, three.ours.owner)
    three.clock.advance(seconds=UNDONE_WITHIN.total_seconds() + 1)
    with pytest.raises(Conflict):
        undo(three, act)
