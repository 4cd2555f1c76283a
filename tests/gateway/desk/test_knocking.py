"""Trying to get in: counted before it is looked at, and not without end."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.desk.knocking import (
    Visitor,
    give_back,
    give_back_digits,
    give_back_secret,
    knock,
    knock_with_code,
    knock_with_digits,
    knock_with_report,
    knock_with_secret,
    pardon,
    welcome,
)
from gateway.errors import TooMany
from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.models import Knock
from tests.world import NOON, World

ANN = Visitor("ann", "192.0.2.1")


def tries(visitor: Visitor, times: int, *, minutes: int = 0) -> None:
    for _ in range(times):
        with session.transaction() as db:
            knock(db, visitor, key=b"key", now=NOON + timedelta(minutes=minutes))


def test_the_next_try_after_the_last_waits_till_its_time_is_over(world: World) -> None:
    tries(ANN, MOST[Counted.LOGIN_HERE])
    with pytest.raises(TooMany) as refused:
        tries(ANN, 1, minutes=14)
    assert refused.value.retry_after == 60
    tries(ANN, 1, minutes=15)


def test_who_guesses_anns_password_elsewhere_does_not_keep_her_out(world: World) -> None:
    tries(Visitor("ANN ", "192.0.2.66"), MOST[Counted.LOGIN_HERE])
    with pytest.raises(TooMany):
        tries(Visitor("ann", "192.0.2.66"), 1)
    tries(ANN, 1)


def test_who_goes_through_logins_is_stopped(world: World) -> None:
    for number in range(MOST[Counted.NETWORK]):
        tries(Visitor(f"login{number}", "192.0.2.1"), 1)
    with pytest.raises(TooMany):
        tries(Visitor("one more", "192.0.2.1"), 1)
    tries(Visitor("one more", "192.0.2.2"), 1)


def test_a_whole_office_comes_in_by_one_address(world: World) -> None:
    for number in range(2 * MOST[Counted.NETWORK]):
        visitor = Visitor(f"login{number}", "192.0.2.1")
        tries(visitor, 1)
        with session.transaction() as db:
            give_back(db, visitor, key=b"key", now=NOON)
    tries(ANN, 1)


def test_who_is_in_has_their_slips_forgotten(world: World) -> None:
    tries(ANN, MOST[Counted.LOGIN_HERE])
    with session.transaction() as db:
        welcome(db, ANN, key=b"key")
    tries(ANN, 1)


def test_wrong_secrets_are_counted_for_their_network_alone(world: World) -> None:
    def show(address: str) -> None:
        with session.transaction() as db:
            knock_with_secret(db, address, key=b"key", now=NOON)

    for _ in range(MOST[Counted.SECRET]):
        show("192.0.2.1")
    with pytest.raises(TooMany):
        show("192.0.2.1")
    show("192.0.2.2")
    tries(ANN, 1)


def test_codes_of_a_person_are_counted_from_everywhere_until_they_are_in(world: World) -> None:
    def show(name: str) -> None:
        with session.transaction() as db:
            knock_with_code(db, name, key=b"key", now=NOON)

    for _ in range(MOST[Counted.CODE]):
        show("ann")
    with pytest.raises(TooMany):
        show("ann")
    show("bob")
    with session.transaction() as db:
        pardon(db, ANN, key=b"key")  # the password alone proves nothing here
    with pytest.raises(TooMany):
        show("ann")
    with session.transaction() as db:
        welcome(db, ANN, key=b"key")
    show("ann")


def test_nothing_is_kept_that_names_anybody(world: World) -> None:
    tries(ANN, 1)
    with session.reading() as db:
        kept = db.execute(select(Knock.who)).scalars().all()
    assert len(kept) == len(set(kept)) == 3
    assert not [who for who in kept if "ann" in who or "192" in who]


def test_a_secret_that_was_right_does_not_count(world: World) -> None:
    for _ in range(2 * MOST[Counted.SECRET]):
        with session.transaction() as db:
            knock_with_secret(db, "192.0.2.1", key=b"key", now=NOON)
            give_back_secret(db, "192.0.2.1", key=b"key", now=NOON)
    with session.transaction() as db:
        give_back_secret(db, "192.0.2.1", key=b"key", now=NOON)  # there is none to give back
        for _ in range(MOST[Counted.SECRET]):
            knock_with_secret(db, "192.0.2.1", key=b"key", now=NOON)
        with pytest.raises(TooMany):
            knock_with_secret(db, "192.0.2.1", key=b"key", now=NOON)


def test_the_digits_of_a_remote_session_are_counted_by_network_and_all_together(world: World) -> None:
    def tries_of(address: str, times: int) -> None:
        for _ in range(times):
            with session.transaction() as db:
                knock_with_digits(db, address, key=b"key", now=NOON)

    tries_of("192.0.2.1", MOST[Counted.DIGITS_HERE])
    with session.transaction() as db:
        give_back_digits(db, "192.0.2.1", key=b"key", now=NOON)
    tries_of("192.0.2.1", 1)
    with pytest.raises(TooMany):
        tries_of("192.0.2.1", 1)
    tries_of("192.0.2.2", 1)
    with session.transaction() as db:
        db.execute(update(Knock).values(times=MOST[Counted.DIGITS]))
    with pytest.raises(TooMany):
        tries_of("192.0.2.3", 1)


def test_error_reports_are_counted_by_person_and_for_all_others_together(world: World) -> None:
    def reports_of(staff_id: int | None, times: int) -> None:
        for _ in range(times):
            with session.transaction() as db:
                knock_with_report(db, staff_id, key=b"key", now=NOON)

    reports_of(1, MOST[Counted.REPORT_OF])
    with pytest.raises(TooMany):
        reports_of(1, 1)
    reports_of(2, MOST[Counted.REPORT_OF])
    reports_of(None, MOST[Counted.REPORT])
    with pytest.raises(TooMany):
        reports_of(None, 1)
