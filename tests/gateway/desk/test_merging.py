"""Two tickets become one, everything that led to either leads there, and it can be taken back."""

import pytest

from gateway.desk import merging
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Role, Sight
from gateway.rules.status import Status
from gateway.store import session, tickets
from gateway.store.intake import Fate
from tests.world import ANN, BOB, NOON, World, mail, ticket_row


@pytest.fixture
def two(world: World) -> World:
    """Ann's ticket 1 with an answer, and Bob's ticket 2 about the same."""
    world.receive(mail("One.", message_id="one@acme.example"))
    world.reply(1)
    world.receive(mail("Two.", sender=BOB, message_id="two@elsewhere.example"), mail_from=BOB)
    return world


def merge(world: World, number: int, into: int) -> None:
    with session.transaction() as db:
        merging.merge(db, world.ours.staff, number, into, now=world.clock.now())


def unmerge(world: World, number: int) -> None:
    with session.transaction() as db:
        merging.unmerge(db, world.ours.staff, number, now=world.clock.now())


def texts(world: World, number: int) -> list[str]:
    return [article.text for article in world.detail(number).articles]


def test_everything_moves_and_the_old_number_leads_there(two: World) -> None:
    merge(two, 2, 1)
    detail = two.detail(2)
    assert detail.ticket.number == 1
    assert [text[:4] for text in texts(two, 1)] == ["One.", "Plea", "Two."]
    assert detail.ticket.article_count == 3
    assert ("merged", 2) in [(event.kind, event.data.get("from")) for event in detail.events]
    with session.reading() as db:
        assert tickets.stand(db, Sight(two.ours.account_id), 2).number == 1


def test_mail_to_the_old_ticket_goes_to_the_one_it_became(two: World) -> None:
    old = ticket_row(2)
    merge(two, 2, 1)
    by_token = two.receive(mail(sender=BOB), two.ours.reply_address(old.id), mail_from=BOB)
    by_header = two.receive(mail(sender=BOB, in_reply_to="two@elsewhere.example"), mail_from=BOB)
    by_number = two.receive(mail(sender=BOB, subject="Re: [#2]"), mail_from=BOB)
    assert [(one.fate, one.number) for one in (by_token, by_header, by_number)] == [(Fate.FOLLOW_UP, 1)] * 3


def test_an_open_matter_stays_open(two: World) -> None:
    two.move(1, Status.CLOSED)
    merge(two, 2, 1)
    assert two.detail(1).ticket.status is Status.OPEN


def test_it_is_taken_back_with_what_it_brought(two: World) -> None:
    merge(two, 2, 1)
    two.receive(mail("Three.", sender=BOB, in_reply_to="two@elsewhere.example"), mail_from=BOB)
    unmerge(two, 2)
    assert [text.strip() for text in texts(two, 2)] == ["Two."]
    assert [text[:4] for text in texts(two, 1)] == ["One.", "Plea", "Thre"]
    assert (two.detail(2).ticket.article_count, two.detail(1).ticket.article_count) == (1, 3)
    assert two.detail(2).ticket.status is Status.NEW
    with pytest.raises(Conflict):
        unmerge(two, 2)


def test_a_chain_leads_to_its_end(two: World) -> None:
    two.receive(mail("Three.", sender=ANN))
    merge(two, 2, 1)
    merge(two, 1, 3)
    assert {two.detail(number).ticket.number for number in (1, 2, 3)} == {3}
    unmerge(two, 2)
    assert [text.strip() for text in texts(two, 2)] == ["Two."]


def test_what_may_belong_to_the_merged_one_may_belong_to_the_other(two: World) -> None:
    two.receive(mail(sender="eve@evil.example", subject="Re: [#2]"), mail_from="eve@evil.example")
    assert two.detail(3).ticket.maybe_belongs_to == 2
    merge(two, 2, 1)
    assert two.detail(3).ticket.maybe_belongs_to == 1
    merge(two, 3, 1)
    assert two.detail(1).ticket.maybe_belongs_to is None


def test_the_ledger_does_not_change(two: World) -> None:
    before = two.ledger()
    merge(two, 2, 1)
    unmerge(two, 2)
    assert two.ledger() == before


def test_nonsense_is_refused(two: World) -> None:
    with pytest.raises(Invalid):
        merge(two, 1, 1)
    merge(two, 2, 1)
    for number, into in ((2, 1), (1, 2)):
        with pytest.raises((Conflict, Invalid)):
            merge(two, number, into)


def test_a_strangers_ticket_is_not_there(two: World) -> None:
    for number, into in ((9, 1), (1, 9)):
        with pytest.raises(NotFound):
            merge(two, number, into)
    with session.transaction() as db, pytest.raises(NotFound):
        merging.merge(db, two.stranger.staff, 2, 1, now=NOON)
    with session.transaction() as db, pytest.raises((NotFound, Denied)):
        merging.unmerge(db, Actor(two.stranger.account_id, Role.STAFF), 2, now=NOON)
