"""A remote session's link in the customer's hand: it tells who asks, the digits give it once, no ends it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from gateway.desk import remote, remotelinks
from gateway.errors import Gone, NotFound
from gateway.mail import tokens
from gateway.rules.remote import CODE_LASTS, LINK_LASTS, SESSION_LASTS, Scope, State, Why, link_of
from gateway.store import session
from gateway.store.models import Account, Staff, Ticket
from gateway.store.queries.remote import RemoteView
from tests.remotes import KEY, RELAY, join, make, redeem
from tests.world import NOON, World, mail, ticket_row


@pytest.fixture
def desk(world: World) -> World:
    """Ticket 1 of our customer Acme."""
    world.receive(mail())
    return world


def look(secret: str, *, now: datetime = NOON) -> remotelinks.Offer:
    with session.reading() as db:
        return remotelinks.look(db, token_hash=link_of(secret).token_hash, now=now)


def end(session_id: int) -> None:
    with session.transaction() as db:
        remote.end(db, session_id, why=Why.HOST_ENDED, now=NOON)


def view(world: World, public_id: str) -> RemoteView:
    with session.reading() as db:
        return remote.get(db, world.ours.owner, public_id)


def test_the_link_tells_who_asks_and_uses_nothing_up(desk: World) -> None:
    made = make(desk.ours.staff, scopes=[Scope.CONTROL])
    assert look(made.secret) == look(made.secret)
    offer = look(made.secret)
    assert (offer.who, offer.business, offer.number) == ("Sam Ours", "Ours", 1)
    assert offer.subject == "Printer is on fire"
    assert offer.asked == (Scope.VIEW, Scope.CONTROL)
    assert offer.expires_at == NOON + LINK_LASTS
    assert offer.reply_local == tokens.reply_local(desk.ours.key, ticket_row(1).id)
    assert redeem(made).state is State.ASKING


def test_no_name_turns_round_what_stands_beside_it(desk: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(first_name="\u202emaS", last_name="Ours\n"))
        db.execute(update(Account).values(name="\u2067Bank\u200f"))
        db.execute(update(Ticket).values(subject="\u202dPrinter\x1b"))
    made = make(desk.ours.staff)
    offer = look(made.secret)
    assert (offer.who, offer.business, offer.subject) == ("maS Ours", "Bank", "Printer")
    assert look(made.secret, now=NOON + LINK_LASTS).business == "Bank"


def test_whose_name_cannot_be_seen_is_known_by_their_login(desk: World) -> None:
    with session.transaction() as db:
        sam = Staff.id == desk.ours.staff.staff_id
        db.execute(update(Staff).where(sam).values(first_name="\u200b", last_name="\u202e"))
        login = db.execute(select(Staff.login).where(sam)).scalar_one()
    made = make(desk.ours.staff)
    assert join(desk.ours.staff, made.public_id).name == login
    assert redeem(made).who == login


def test_who_has_the_link_is_told_where_its_first_side_has_joined(desk: World) -> None:
    made, other = make(desk.ours.staff), make(desk.ours.staff)
    redeem(made)
    with session.reading() as db:
        found = [
            remotelinks.find_relay(db, token_hash=token_hash)
            for token_hash in (link_of(made.secret).token_hash, link_of(other.secret).token_hash, bytes(32))
        ]
    assert found == [RELAY, None, None]


def test_once_it_has_ended_any_relay_may_say_so(desk: World) -> None:
    made = make(desk.ours.staff)
    seat = redeem(made)
    with session.transaction() as db:
        remote.end(db, seat.session_id, why=Why.STAFF_ENDED, now=NOON)
        assert remotelinks.find_relay(db, token_hash=link_of(made.secret).token_hash) is None
    with pytest.raises(Gone):
        redeem(made, relay_url="wss://other.example")


def test_an_unknown_link_leads_nowhere(desk: World) -> None:
    make(desk.ours.staff)
    with pytest.raises(NotFound):
        look("A" * 43)
    with pytest.raises(NotFound), session.transaction() as db:
        remotelinks.not_me(db, token_hash=bytes(32), now=NOON)


@pytest.mark.parametrize(("seconds", "state"), [(-1, State.WAITING), (0, State.ENDED)])
def test_a_link_is_good_until_its_moment(desk: World, seconds: int, state: State) -> None:
    made = make(desk.ours.staff)
    at = NOON + LINK_LASTS + timedelta(seconds=seconds)
    offer = look(made.secret, now=at)
    assert offer.state is state
    if state is State.ENDED:
        assert (offer.why, offer.subject, offer.who) == (Why.EXPIRED, "", "")
        with pytest.raises(Gone):
            redeem(made, now=at)
    else:
        assert redeem(made, now=at).expires_at == at + SESSION_LASTS


def test_the_digits_give_the_secret_once(desk: World) -> None:
    made = make(desk.ours.staff)
    typed = f"{made.code[:3]} {made.code[3:6]}-{made.code[6:]}"
    with session.transaction() as db:
        assert remotelinks.exchange(db, typed, key=KEY, now=NOON) == made.secret
    with pytest.raises(NotFound), session.transaction() as db:
        remotelinks.exchange(db, typed, key=KEY, now=NOON)
    assert view(desk, made.public_id).code_expires_at is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: {"now": NOON + CODE_LASTS},
        lambda made: {"key": b"another"},
        lambda made: {"typed": str(10**9 - 1 - int(made.code)).zfill(9)},
        lambda made: {"typed": "no digits"},
    ],
)
def test_other_digits_give_nothing(desk: World, spoil: Callable[[remote.Made], dict[str, object]]) -> None:
    made = make(desk.ours.staff)
    given: dict[str, object] = {"typed": made.code, "key": KEY, "now": NOON} | spoil(made)
    with pytest.raises(NotFound), session.transaction() as db:
        remotelinks.exchange(db, str(given.pop("typed")), **given)  # type: ignore[arg-type]


def test_digits_are_worth_nothing_once_the_customer_is_there_or_it_has_ended(desk: World) -> None:
    opened, ended = make(desk.ours.staff), make(desk.ours.staff)
    redeem(opened)
    end(view(desk, ended.public_id).id)
    for made in (opened, ended):
        with pytest.raises(NotFound), session.transaction() as db:
            remotelinks.exchange(db, made.code, key=KEY, now=NOON)


def test_not_me_ends_it_and_is_told(desk: World) -> None:
    made = make(desk.ours.staff)
    with session.transaction() as db:
        remotelinks.not_me(db, token_hash=link_of(made.secret).token_hash, now=NOON)
    assert view(desk, made.public_id).why is Why.NOT_ME
    assert [e.data["why"] for e in desk.detail().events if e.kind == "remote"] == ["not-me"]
    assert look(made.secret).why is Why.NOT_ME
    with pytest.raises(Gone), session.transaction() as db:
        remotelinks.not_me(db, token_hash=link_of(made.secret).token_hash, now=NOON)
