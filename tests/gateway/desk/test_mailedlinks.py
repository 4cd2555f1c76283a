"""Links that are mailed: good once, for a time, for whoever reads the address they went to."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from gateway.desk import mailedlinks, signin
from gateway.desk.mailedlinks import LASTS, Letter, Purpose
from gateway.errors import NotFound
from gateway.mail.parse import parse
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, MailedLink, Staff
from tests.world import DOMAIN, NOON, World


def write(world: World, purpose: Purpose, said: str = "ours") -> Letter:
    with session.reading() as db:
        (reader,) = mailedlinks.find_readers(db, said)
    return mailedlinks.write(
        reader,
        purpose,
        base_url="https://desk.example",
        blobs=world.blobs,
        mail_domain=DOMAIN,
        now=world.clock.now(),
    )


def ask(world: World, purpose: Purpose, said: str = "ours") -> str:
    """Have a link mailed; the secret in it."""
    letter = write(world, purpose, said)
    with session.transaction() as db:
        assert mailedlinks.send(db, letter, now=world.clock.now())
    mail = parse(world.blobs.read(letter.raw_sha256), detect_type=detect_type)
    found = re.search(r"https://desk\.example/(\w+)#(\S+)", mail.text)
    assert found is not None
    assert found[1] == purpose.value
    return found[2]


def confirm(world: World, secret: str) -> None:
    with session.transaction() as db:
        mailedlinks.confirm(db, secret, now=world.clock.now())


def reset(world: World, secret: str) -> None:
    with session.transaction() as db:
        mailedlinks.set_password(db, secret, "new hash", now=world.clock.now())


def count_of(model: type) -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(model)).scalar_one()


@pytest.mark.parametrize("said", ["ours", " OURS ", "owner@ours.example", "Owner@Ours.example"])
def test_a_person_is_found_by_login_or_address(world: World, said: str) -> None:
    with session.reading() as db:
        (found,) = mailedlinks.find_readers(db, said)
    assert (found.login, found.email) == ("ours", "owner@ours.example")


@pytest.mark.parametrize("said", ["", "%", "nobody", "owner@ours.exampl"])
def test_nobody_is_found_by_anything_else(world: World, said: str) -> None:
    with session.reading() as db:
        assert mailedlinks.find_readers(db, said) == ()


def test_an_address_is_confirmed_once(world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=None))
    secret = ask(world, Purpose.CONFIRM)
    confirm(world, secret)
    with session.reading() as db:
        found = db.execute(select(Staff.login, Staff.email_confirmed_at)).all()
    assert [at for login, at in found if login == "ours"] == [world.clock.now()]
    assert [at for login, at in found if login == "stranger"] == [None]
    with pytest.raises(NotFound):
        confirm(world, secret)


def test_a_new_password_ends_every_session_and_every_other_link(world: World) -> None:
    with session.transaction() as db:
        assert world.ours.owner.staff_id
        cookie = signin.open_session(db, world.ours.owner.staff_id, browser="", now=NOON)
    first, second = ask(world, Purpose.RESET), ask(world, Purpose.RESET)
    reset(world, second)
    with session.reading() as db:
        assert signin.find_session(db, cookie, now=world.clock.now()) is None
        found = signin.find_credentials(db, "ours")
    assert found is not None
    assert found.password_hash == "new hash"
    with pytest.raises(NotFound):
        reset(world, first)


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (0, False), (1, False)])
def test_a_link_ends_with_its_time(world: World, purpose: Purpose, seconds: int, *, is_good: bool) -> None:
    secret = ask(world, purpose)
    world.clock.at += LASTS[purpose] + timedelta(seconds=seconds)
    use = confirm if purpose is Purpose.CONFIRM else reset
    if is_good:
        use(world, secret)
        return
    with pytest.raises(NotFound):
        use(world, secret)


def test_a_link_for_one_purpose_is_none_for_another(world: World) -> None:
    with pytest.raises(NotFound):
        reset(world, ask(world, Purpose.CONFIRM))
    with pytest.raises(NotFound):
        confirm(world, ask(world, Purpose.RESET))


@pytest.mark.parametrize("values", [{"email": "other@ours.example"}, {"deactivated_at": NOON}])
def test_who_changed_address_or_left_cannot_use_it(world: World, values: dict[str, object]) -> None:
    secret = ask(world, Purpose.RESET)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(**values))
    with pytest.raises(NotFound):
        reset(world, secret)


def test_whoever_asks_again_and_again_makes_no_flood(world: World) -> None:
    for _ in range(3):
        ask(world, Purpose.RESET)
    letter = write(world, Purpose.RESET)
    with session.transaction() as db:
        assert not mailedlinks.send(db, letter, now=world.clock.now())
    assert (count_of(MailedLink), count_of(Delivery)) == (3, 3)
    world.clock.at += LASTS[Purpose.RESET]
    ask(world, Purpose.RESET)
    assert count_of(MailedLink) == 4  # the old ones count no more; the scheduler takes them away


def test_the_secret_itself_is_not_kept_and_stands_behind_the_hash_mark_alone(world: World) -> None:
    secret = ask(world, Purpose.CONFIRM)
    with session.reading() as db:
        assert db.execute(select(MailedLink.token_hash)).scalar_one() not in secret
    assert len(secret) >= 40
