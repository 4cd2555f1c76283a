"""Passkeys of people: named, bounded, each one person's, and challenges that are good once."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.desk import passkeys, secondfactor
from gateway.desk.ceremonies import FreshKey
from gateway.desk.passkeys import LASTS, MAX_PASSKEYS, Purpose
from gateway.errors import Conflict, DeskError, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import Staff
from tests.world import NOON, World


def add(by: Actor, credential_id: str = "abc", name: str = "blue") -> None:
    with session.transaction() as db:
        passkeys.add(db, by, FreshKey(credential_id, b"key", 0), name, now=NOON)


def ask(purpose: Purpose, staff_id: int | None) -> passkeys.Challenge:
    with session.transaction() as db:
        return passkeys.ask(db, purpose, staff_id, now=NOON)


def take(secret: str, purpose: Purpose, staff_id: int | None, *, seconds: float = 0) -> bytes:
    with session.transaction() as db:
        return passkeys.take(db, secret, purpose, staff_id, now=NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize("is_anybodys", [True, False])
def test_a_challenge_is_good_once_for_who_holds_its_secret(world: World, *, is_anybodys: bool) -> None:
    staff_id = None if is_anybodys else world.ours.owner.staff_id
    asked = ask(Purpose.ALONE, staff_id)
    for secret, purpose, other in (
        (asked.secret[:-1], Purpose.ALONE, staff_id),
        (asked.secret, Purpose.SECOND, staff_id),
        (asked.secret, Purpose.ALONE, world.stranger.owner.staff_id),
    ):
        with pytest.raises(Invalid):
            take(secret, purpose, other)
    assert take(asked.secret, Purpose.ALONE, staff_id) == asked.value
    with pytest.raises(Invalid):
        take(asked.secret, Purpose.ALONE, staff_id)


@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (0, False)])
def test_a_challenge_ends_with_its_time(world: World, seconds: int, *, is_good: bool) -> None:
    asked, at = ask(Purpose.ALONE, None), LASTS.total_seconds() + seconds
    if is_good:
        assert take(asked.secret, Purpose.ALONE, None, seconds=at) == asked.value
        return
    with pytest.raises(Invalid):
        take(asked.secret, Purpose.ALONE, None, seconds=at)


def test_people_see_their_own_and_remove_their_own(world: World) -> None:
    by = world.ours.owner
    add(by, "abc", "  blue   key ")
    add(by, "def", "phone")
    add(world.stranger.owner, "ghi")
    with session.transaction() as db:
        listed = passkeys.list_passkeys(db, by)
        (theirs,) = passkeys.list_passkeys(db, world.stranger.owner)
        assert [one.name for one in listed] == ["blue key", "phone"]
        assert passkeys.credentials_of(db, by.staff_id) == ("abc", "def")
        with pytest.raises(NotFound):
            passkeys.remove(db, by, theirs.public_id, now=NOON)
        passkeys.remove(db, by, listed[0].public_id, now=NOON)
        assert passkeys.credentials_of(db, by.staff_id) == ("def",)


@pytest.mark.parametrize(
    ("credential_id", "name", "error"),
    [("new", " ", Invalid), ("new", "x" * 101, Invalid), ("abc", "again", Conflict)],
)
def test_what_cannot_be_kept_is_refused(
    world: World, credential_id: str, name: str, error: type[DeskError]
) -> None:
    add(world.stranger.owner, "abc", "x" * 100)
    with pytest.raises(error):
        add(world.ours.owner, credential_id, name)


def test_a_person_has_so_many_and_no_more(world: World) -> None:
    for number in range(MAX_PASSKEYS):
        add(world.ours.owner, f"id{number}")
    with pytest.raises(Conflict):
        add(world.ours.owner, "one more")
    add(world.stranger.owner, "theirs")


def test_its_use_is_noted_once_and_only_while_it_is_there(world: World) -> None:
    by = world.ours.owner
    add(by)
    with session.transaction() as db:
        holder = passkeys.get_holder(db, "abc")
        assert (holder.staff_id, holder.login, holder.key.public_key) == (by.staff_id, "ours", b"key")
        assert holder.handle == passkeys.candidate(db, by).handle
        passkeys.note_use(db, holder, 7, now=NOON)
        (listed,) = passkeys.list_passkeys(db, by)
        assert listed.used_at == NOON
        with pytest.raises(Invalid):  # the same answer in two requests at once
            passkeys.note_use(db, holder, 7, now=NOON)


def test_who_works_here_no_more_or_is_unknown_holds_nothing(world: World) -> None:
    add(world.ours.owner)
    with session.transaction() as db:
        db.execute(update(Staff).values(deactivated_at=NOON))
        for credential_id in ("abc", "unknown"):
            with pytest.raises(Invalid):
                passkeys.get_holder(db, credential_id)


def test_a_passkey_is_a_second_factor_and_recovery_codes_stay_as_long_as_there_is_one(world: World) -> None:
    by = world.ours.owner
    assert by.staff_id is not None
    add(by)
    with session.transaction() as db:
        codes = secondfactor.first_recovery_codes(db, by, now=NOON)
        assert (len(codes), secondfactor.first_recovery_codes(db, by, now=NOON)) == (10, ())
        secondfactor.turn_off(db, by, now=NOON)  # there is no app
        view = secondfactor.view(db, by)
        assert (view.is_on, view.passkeys, view.recovery_codes) == (True, 1, 10)
        assert secondfactor.is_on(db, by.staff_id)
        (listed,) = passkeys.list_passkeys(db, by)
        passkeys.remove(db, by, listed.public_id, now=NOON)
        secondfactor.forget_idle_codes(db, by)
        view = secondfactor.view(db, by)
        assert (view.is_on, view.recovery_codes) == (False, 0)
