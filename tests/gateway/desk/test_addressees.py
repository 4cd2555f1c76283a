"""Who gets an answer, and what it may quote, when third parties were brought in by a forward."""

import pytest

from gateway.desk import replying
from gateway.desk.addressees import default_recipients, own_addresses, third_parties, within_sight
from gateway.desk.replying import Draft
from gateway.mail.address import Address
from gateway.store import session
from tests.gateway.desk.test_forwarding import forward
from tests.world import ANN, BOB, EVE, World, mail, office, ticket_row

CARL = "carl@acme.example"


@pytest.fixture
def desk(world: World) -> World:
    """Ann's ticket, with Carl in copy, forwarded to Bob."""
    world.receive(mail("It smokes.", message_id="1@acme.example", headers=[f"Cc: {CARL}"]))
    forward(world, draft=Draft("", to=(Address("", BOB),)))
    return world


def bob_answers(desk: World, *headers: str) -> None:
    to = desk.ours.reply_address(ticket_row(1).id)
    wanted = mail("Secret price.", sender=BOB, subject="Re: Fwd", message_id="2@bob.example", headers=headers)
    assert desk.receive(wanted, to, mail_from=BOB).number == 1


def default(desk: World) -> tuple[list[str], list[str]]:
    with session.reading() as db:
        own = own_addresses(db, desk.ours.account_id)
    found = default_recipients(desk.detail(1), own)
    return [who.address for who in found.to], [who.address for who in found.cc]


def written(desk: World, *to: str) -> tuple[str, replying.Written]:
    people = tuple(Address("", one) for one in to)
    with session.reading() as db:
        now, draft = desk.clock.now(), Draft("Hello", to=people)
        found = replying.write(db, desk.ours.staff, 1, draft, office=office(desk.blobs), now=now)
    return desk.blobs.read(found.article.raw_sha256 or "").decode(), found


def test_whom_it_was_forwarded_to_gets_no_answer_by_default(desk: World) -> None:
    assert default(desk) == ([ANN], [CARL])


def test_who_answers_a_forward_is_who_gets_the_next_answer(desk: World) -> None:
    bob_answers(desk)
    assert default(desk) == ([BOB], [])
    desk.receive(mail("And?", subject="[#1]"))
    assert default(desk)[0] == [ANN]


def test_third_parties_are_whom_a_forward_brought_in_and_whom_those_brought(desk: World) -> None:
    assert third_parties(desk.detail(1)) == {BOB}
    bob_answers(desk, f"Cc: {EVE}, {ANN}")
    desk.reply(1, draft=Draft("Thanks", to=(Address("", BOB),)))
    desk.receive(mail("Bob?", subject="[#1]", headers=[f"Cc: {BOB}"]))
    assert third_parties(desk.detail(1)) - {desk.ours.reply_address(ticket_row(1).id)} >= {BOB, EVE}
    assert not third_parties(desk.detail(1)) & {ANN, CARL}


def test_who_took_part_before_is_no_third_party(desk: World) -> None:
    forward(desk, draft=Draft("", to=(Address("", CARL), Address("", ANN.upper()))))
    assert third_parties(desk.detail(1)) == {BOB}


def test_an_answer_to_the_customer_tells_nothing_of_third_parties(desk: World) -> None:
    bob_answers(desk)
    desk.reply(1, draft=Draft("Cheaper?", to=(Address("", BOB),)))
    for people in ((ANN,), (ANN, BOB), (CARL,), (EVE,)):
        raw, made = written(desk, *people)
        assert "Secret" not in raw
        assert "It smokes." in raw
        assert made.article.references[1:] == ("1@acme.example",)


def test_an_answer_to_third_parties_quotes_theirs(desk: World) -> None:
    bob_answers(desk)
    raw, made = written(desk, BOB)
    assert "Secret price." in raw
    assert made.article.references[-1] == "2@bob.example"
    assert len(within_sight(desk.detail(1), [Address("", BOB)])) == 3


def test_without_a_forward_everything_is_in_sight(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    detail = world.detail(1)
    assert within_sight(detail, [Address("", EVE)]) == detail.articles
