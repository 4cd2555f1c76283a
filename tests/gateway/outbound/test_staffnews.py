"""The mails to staff about what they have not read."""

from datetime import datetime, timedelta
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from gateway.desk import notifications, tickets
from gateway.desk.notifications import Choices
from gateway.desk.tickets import TicketChange
from gateway.outbound.staffnews import tell_staff
from gateway.rules.access import Actor
from gateway.rules.notifying import PAUSE, WAITS, Kind, NewTickets
from gateway.rules.quiet import Quiet
from gateway.store import session
from gateway.store.models import Delivery, Staff, Ticket
from tests.hiring import set_columns
from tests.world import SUPPORT, World, mail


def tell(world: World) -> int:
    return tell_staff(
        blobs=world.blobs, mail_domain="desk.example", base_url="https://desk.example", clock=world.clock
    )


def mails(world: World) -> list[bytes]:
    with session.reading() as db:
        mine = select(Delivery.raw_sha256).where(Delivery.article_id.is_(None)).order_by(Delivery.id)
        return [world.blobs.read(sha) for sha in db.execute(mine).scalars() if sha]


@pytest.fixture
def two(world: World) -> World:
    """Tickets 1 and 2 were given to our staff, who reads German."""
    for number in (1, 2):
        world.receive(mail(f"The password is swordfish {number}.", subject="Secret matter"))
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=world.clock.now(), locale="de"))
        for number in (1, 2):
            change = TicketChange(assignee="sam-ours")
            tickets.patch(db, world.ours.owner, number, change, now=world.clock.now())
    world.clock.at += WAITS
    return world


def test_one_mail_holds_all_and_nothing_that_a_customer_wrote(two: World) -> None:
    assert tell(two) == 1
    assert tell(two) == 0
    (raw,) = mails(two)
    said = message_from_bytes(raw)
    assert said["Auto-Submitted"] == "auto-generated"
    text = raw.decode()
    assert "https://desk.example/t/1" in text
    assert "https://desk.example/t/2" in text
    assert "Neues in 2 Tickets" in text
    assert "swordfish" not in text
    assert "Secret" not in text


def test_what_happens_meanwhile_is_in_the_next_one(two: World) -> None:
    tell(two)
    two.receive(mail("Again.", subject="[#1]"))
    two.clock.at += WAITS
    assert tell(two) == 0
    two.clock.at += PAUSE
    assert tell(two) == 1
    assert "https://desk.example/t/2" not in mails(two)[1].decode()


def test_what_nobody_wants_by_mail_is_not_looked_at_again(two: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(mail_kinds=[]))
    assert tell(two) == 0
    with session.transaction() as db:
        db.execute(update(Staff).values(mail_kinds=None))
    assert tell(two) == 0
    assert mails(two) == []


def test_a_mail_that_comes_back_to_the_desk_starts_no_round(two: World) -> None:
    """Somebody's address is a mailbox of the desk, or answers by itself."""
    tell(two)
    with session.reading() as db:
        before = db.execute(select(Ticket.id)).all()
    for _ in range(5):
        for raw in mails(two):
            two.receive(raw, SUPPORT, mail_from="")
        two.clock.at += PAUSE + timedelta(seconds=1)
        tell(two)
    assert len(mails(two)) == 1
    with session.reading() as db:
        assert len(db.execute(select(Ticket.id)).all()) <= len(before) + 1


def test_an_answer_of_a_machine_to_it_starts_no_round(two: World) -> None:
    tell(two)
    for number in range(5):
        answer = mail(
            "I am away.",
            sender="Sam <sam@ours.example>",
            subject="Out of office: Neues in 2 Tickets",
            headers=["Auto-Submitted: auto-replied"],
            message_id=f"away{number}@ours.example",
        )
        two.receive(answer, SUPPORT, mail_from="")
        two.clock.at += PAUSE + timedelta(seconds=1)
        tell(two)
    assert len(mails(two)) == 1


NIGHT = Quiet(18 * 60, 8 * 60, frozenset(range(5)))
WEEKEND = Quiet(0, 0, frozenset({5, 6}))


def rests(who: Actor, quiet: Quiet, zone: str = "Europe/Berlin") -> None:
    set_columns(who, quiet=quiet.as_stored(), zone=zone)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def test_quiet_hours_end_with_one_mail_of_all_that_has_gathered(two: World) -> None:
    rests(two.ours.staff, NIGHT)
    two.clock.at = berlin("2026-01-28 22:00")
    two.receive(mail("Again.", subject="[#1]"))
    for at in ("2026-01-28 22:30", "2026-01-29 07:59"):
        two.clock.at = berlin(at)
        assert tell(two) == 0
    two.clock.at = berlin("2026-01-29 08:00")
    assert tell(two) == 1


def test_what_is_held_for_a_whole_weekend_is_not_too_old_after_it(two: World) -> None:
    rests(two.ours.staff, WEEKEND)
    two.clock.at = berlin("2026-01-30 23:59")
    two.receive(mail("Again.", subject="[#1]"))
    two.clock.at = berlin("2026-02-01 23:59")
    assert tell(two) == 0
    two.clock.at = berlin("2026-02-02 00:00")
    assert tell(two) == 1
    (raw,) = mails(two)
    assert "Neues in #1" in raw.decode()


def test_what_waited_for_other_reasons_is_too_old_also_for_who_has_quiet_hours(two: World) -> None:
    rests(two.ours.staff, NIGHT)
    two.clock.at += timedelta(days=3)
    two.clock.at = two.clock.at.replace(hour=12)
    assert tell(two) == 0


def test_others_are_told_while_somebody_has_quiet_hours(two: World) -> None:
    rests(two.ours.owner, Quiet(0, 0, frozenset({two.clock.at.weekday(), (two.clock.at.weekday() - 1) % 7})))
    assert tell(two) == 1


def test_our_own_mail_that_comes_back_as_a_new_ticket_starts_no_round(two: World) -> None:
    with session.transaction() as db:
        notifications.choose(db, two.ours.staff, Choices(frozenset(Kind), new=NewTickets.ALL))
    for _ in range(3):
        tell(two)
        *_, raw = mails(two)
        two.receive(raw)
        two.clock.at += PAUSE + WAITS
    assert len(mails(two)) == 1


def test_times_are_those_of_the_readers_own_clock(two: World) -> None:
    set_columns(two.ours.staff, zone="Asia/Tokyo", locale="en")
    assert tell(two) == 1
    (raw,) = mails(two)
    at = (two.clock.at - WAITS).astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"#1: Assigned to you ({at:%-m/%-d/%y}" in raw.decode()
    assert f"{at:%-I:%M}" in raw.decode()
    assert "UTC)" not in raw.decode()
    assert str(message_from_bytes(raw)["Date"]).endswith("+0900")
