"""A second factor: on with the first right code, no code taken twice, off with all that belongs to it."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from gateway.desk import secondfactor, signin
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.ids import hash_secret
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import RecoveryCode, Totp
from tests.world import NOON, SEAL, World

STEP = timedelta(seconds=30)


def begin(by: Actor) -> pyotp.TOTP:
    """The app, with its key."""
    with session.transaction() as db:
        secondfactor.begin(db, by, seal=SEAL, now=NOON)
    with session.reading() as db:
        return pyotp.TOTP(secondfactor.begun_key(db, by, seal=SEAL))


def turn_on(by: Actor) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    app = begin(by)
    with session.transaction() as db:
        return app, secondfactor.confirm(db, by, app.at(NOON), seal=SEAL, now=NOON)


def redeem(by: Actor, code: str, *, steps: int = 0) -> bool:
    assert by.staff_id is not None
    with session.transaction() as db:
        return secondfactor.redeem(db, by.staff_id, code, seal=SEAL, now=NOON + steps * STEP)


def is_on(by: Actor) -> bool:
    assert by.staff_id is not None
    with session.reading() as db:
        return secondfactor.is_on(db, by.staff_id)


def test_it_is_on_with_the_first_right_code(world: World) -> None:
    by, app = world.ours.owner, begin(world.ours.owner)
    assert (is_on(by), redeem(by, app.at(NOON))) == (False, False)
    with session.transaction() as db, pytest.raises(Invalid) as wrong:
        secondfactor.confirm(db, by, "000000", seal=SEAL, now=NOON)
    assert wrong.value.field == "code"
    with session.transaction() as db:
        codes = secondfactor.confirm(db, by, f" {app.at(NOON)[:3]} {app.at(NOON)[3:]} ", seal=SEAL, now=NOON)
        view = secondfactor.view(db, by)
    assert (len(set(codes)), view.since, view.recovery_codes) == (10, NOON, 10)
    assert (is_on(by), is_on(world.stranger.owner)) == (True, False)


def test_no_code_of_the_app_is_taken_twice_nor_an_older_one(world: World) -> None:
    by = world.ours.owner
    app, _codes = turn_on(by)
    assert not redeem(by, app.at(NOON))  # that which turned it on
    assert redeem(by, app.at(NOON + 2 * STEP), steps=2)
    assert not redeem(by, app.at(NOON + 2 * STEP), steps=2)
    assert not redeem(by, app.at(NOON + STEP), steps=2)
    assert redeem(by, app.at(NOON + 3 * STEP), steps=2)


@pytest.mark.parametrize("written", [str.upper, str.lower, lambda code: code.replace("-", " ")])
def test_a_recovery_code_lets_in_once_however_it_is_written(
    world: World, written: Callable[[str], str]
) -> None:
    by = world.ours.owner
    _app, codes = turn_on(by)
    assert redeem(by, written(codes[3]))
    assert not redeem(by, codes[3])
    with session.reading() as db:
        assert secondfactor.view(db, by).recovery_codes == 9


def test_codes_are_good_for_their_person_alone(world: World) -> None:
    app, codes = turn_on(world.ours.owner)
    turn_on(world.stranger.owner)
    assert not redeem(world.stranger.owner, codes[0])
    assert not redeem(world.stranger.owner, app.at(NOON + 2 * STEP), steps=2)
    assert not redeem(world.ours.staff, codes[0])


@pytest.mark.parametrize("said", ["", "-", "000000", "x" * 50, "é"])
def test_anything_else_is_no_code(world: World, said: str) -> None:
    turn_on(world.ours.owner)
    assert not redeem(world.ours.owner, said)


def test_fresh_recovery_codes_end_the_old_ones(world: World) -> None:
    by = world.ours.owner
    _app, old = turn_on(by)
    with session.transaction() as db:
        fresh = secondfactor.new_recovery_codes(db, by, now=NOON)
    assert not set(old) & set(fresh)
    assert (redeem(by, old[0]), redeem(by, fresh[0])) == (False, True)


def test_turned_off_nothing_of_it_is_left(world: World) -> None:
    by = world.ours.owner
    app, codes = turn_on(by)
    with session.transaction() as db:
        secondfactor.turn_off(db, by, now=NOON)
    assert (is_on(by), redeem(by, codes[0]), redeem(by, app.at(NOON + STEP), steps=1)) == (False,) * 3


def test_a_key_in_use_is_not_replaced_and_one_begun_is(world: World) -> None:
    by, first = world.ours.owner, begin(world.ours.owner)
    assert begin(by).secret != first.secret
    with session.transaction() as db:
        secondfactor.turn_off(db, by, now=NOON)
    turn_on(by)
    with session.transaction() as db, pytest.raises(Conflict):
        secondfactor.begin(db, by, seal=SEAL, now=NOON)
    with session.reading() as db, pytest.raises(NotFound):
        secondfactor.begun_key(db, by, seal=SEAL)


def test_neither_key_nor_codes_can_be_read_in_the_database(world: World) -> None:
    app, codes = turn_on(world.ours.owner)
    with session.reading() as db:
        kept = [*db.execute(select(Totp.sealed_secret)).scalars()]
        kept += db.execute(select(RecoveryCode.code_hash)).scalars()
    plain = [app.secret, *codes, *(code.replace("-", "") for code in codes)]
    assert [one for one in plain if any(one.lower() in held.lower() for held in kept)] == []
    assert hash_secret(codes[0].replace("-", "")) in kept


def test_the_operator_takes_it_away_from_who_has_lost_it(world: World) -> None:
    _app, codes = turn_on(world.ours.owner)
    turn_on(world.stranger.owner)
    with session.transaction() as db:
        secondfactor.take_away(db, " OURS ", now=NOON)
    assert (is_on(world.ours.owner), redeem(world.ours.owner, codes[0])) == (False, False)
    assert is_on(world.stranger.owner)
    with session.transaction() as db, pytest.raises(NotFound):
        secondfactor.take_away(db, "nobody", now=NOON)


def owes(by: Actor) -> bool:
    assert by.staff_id is not None
    with session.transaction() as db:
        secret = signin.open_session(db, by.staff_id, browser="", now=NOON)
        db.flush()
        found = signin.find_session(db, secret, now=NOON)
    assert found is not None
    return found.owes_factor


def test_an_account_demands_it_of_everybody_but_not_of_strangers(world: World) -> None:
    owner, staff = world.ours.owner, world.ours.staff
    turn_on(owner)
    for demanded in (True, False):
        with session.transaction() as db:
            secondfactor.demand(db, owner, demanded=demanded, now=NOON)
            assert secondfactor.is_demanded(db, owner) is demanded
            assert not secondfactor.is_demanded(db, world.stranger.owner)
        assert (owes(owner), owes(staff), owes(world.stranger.owner)) == (False, demanded, False)


def test_who_has_set_it_up_owes_nothing_any_more(world: World) -> None:
    turn_on(world.ours.owner)
    with session.transaction() as db:
        secondfactor.demand(db, world.ours.owner, demanded=True, now=NOON)
    begin(world.ours.staff)
    assert owes(world.ours.staff)  # begun is not done
    turn_on(world.ours.staff)
    assert not owes(world.ours.staff)


def test_who_has_none_demands_none_and_staff_demand_nothing(world: World) -> None:
    with session.transaction() as db:
        with pytest.raises(Conflict):
            secondfactor.demand(db, world.ours.owner, demanded=True, now=NOON)
        with pytest.raises(Denied):
            secondfactor.demand(db, world.ours.staff, demanded=False, now=NOON)
