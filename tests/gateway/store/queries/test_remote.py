"""Remote sessions as pages and relays read them: by ticket, by customer, running; never another account's."""

from sqlalchemy import update

from gateway.rules.remote import link_of
from gateway.store import session
from gateway.store.models import Customer, Staff
from gateway.store.queries import remote as queries
from tests.admitting import add_guest
from tests.remotes import join, make, redeem, sign_in
from tests.world import NOON, World, mail, ticket_row


def test_the_newest_comes_first_and_each_list_has_its_own(world: World) -> None:
    world.receive(mail())
    world.receive(mail(subject="Two"))
    first, second = make(world.ours.staff), make(world.ours.owner)
    other = make(world.ours.staff, 2)
    redeem(first)
    sight, ticket = world.ours.owner.sight, ticket_row(1)
    with session.reading() as db:
        of_ticket = queries.list_of_ticket(db, sight, ticket.id)
        assert [one.public_id for one in of_ticket] == [second.public_id, first.public_id]
        running = queries.list_running(db, sight, limit=2)
        assert [one.public_id for one in running] == [other.public_id, second.public_id]
        customer = queries.list_of_customer(db, sight, ticket.customer_id or 0, limit=5)
        assert [one.public_id for one in customer] == [first.public_id]
        for theirs in (queries.list_running, queries.list_of_customer):
            args: tuple[int, ...] = () if theirs is queries.list_running else (ticket.customer_id or 0,)
            assert theirs(db, world.stranger.owner.sight, *args, limit=5) == ()
        assert queries.find(db, world.stranger.owner.sight, first.public_id) is None


def test_without_a_person_there_is_no_name(world: World) -> None:
    world.receive(mail())
    made = make(world.ours.staff)
    with session.transaction() as db:
        found = queries.find_by_token(db, link_of(made.secret).token_hash)
        assert found is not None
        assert found.who == "Sam Ours"
        assert queries.find_person(db, world.ours.staff.staff_id or 0) is not None
        db.execute(update(Staff).where(Staff.id == world.ours.staff.staff_id).values(deactivated_at=NOON))
        assert queries.find_person(db, world.ours.staff.staff_id or 0) is None
        assert queries.find_by_token(db, bytes(32)) is None
        assert queries.find_course(db, found.id) == found


def test_who_sees_all_need_not_be_looked_after(world: World) -> None:
    world.receive(mail())
    made = make(world.ours.staff)
    join(world.ours.staff, made.public_id)
    guest = add_guest(world.ours.account_id, ticket=1, may=["join"])
    seat = join(guest, made.public_id)
    with session.reading() as db:
        assert [one.staff_id for one in queries.lookers(db, {seat.session_id})] == [guest.staff_id]
        assert queries.logins_of(db, seat.session_id)[0] == "sam-ours"
        known = queries.signed_in_of(db, {seat.sign_in_id, 999}, now=NOON)
        assert known == {seat.sign_in_id}


def test_a_session_has_its_customers_name(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        db.execute(update(Customer).values(name="Acme Inc"))
    made = make(world.ours.staff)
    sign_in(world.ours.staff)
    with session.reading() as db:
        seen = queries.find(db, world.ours.owner.sight, made.public_id)
    assert seen is not None
    assert (seen.customer, seen.visits) == ("Acme Inc", ())
