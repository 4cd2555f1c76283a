"""Remote sessions, visits and passes go with their account; a visit outlasts the sign-in it was made by."""

from sqlalchemy import delete, func, select

from gateway.store import session
from gateway.store.models import Account, RemotePass, RemoteSession, RemoteVisit, WebSession
from tests.remotes import join, make, pass_for, sign_in
from tests.world import World, mail


def counts() -> list[int]:
    with session.reading() as db:
        models = (RemoteSession, RemoteVisit, RemotePass)
        return [db.execute(select(func.count()).select_from(model)).scalar_one() for model in models]


def test_they_go_with_their_account(world: World) -> None:
    world.receive(mail())
    made = make(world.ours.staff)
    join(world.ours.staff, made.public_id)
    assert counts() == [1, 1, 1]
    with session.transaction() as db:
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
    assert counts() == [0, 0, 0]


def test_a_pass_goes_with_its_sign_in_and_a_visit_stays(world: World) -> None:
    world.receive(mail())
    made = make(world.ours.staff)
    join(world.ours.staff, made.public_id)
    pass_for(world.ours.staff, made.public_id, sign_in(world.ours.staff))
    with session.transaction() as db:
        db.execute(delete(WebSession))
    assert counts() == [1, 1, 0]
