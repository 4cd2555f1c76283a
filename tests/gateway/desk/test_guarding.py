"""Storms fold and wait, loops wait, and machines are not answered: on real databases, through the filing."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import func, select, update

from gateway.desk.guarding import Guards, Watch
from gateway.mail.address import Address
from gateway.rules.storms import WINDOW
from gateway.settings import Settings
from gateway.store import session
from gateway.store.intake import Fate
from gateway.store.models import Article, AutomaticMail, Mailbox, SenderTally, Ticket
from gateway.store.queries.quarantine import list_waiting
from tests.world import ANN, BOB, NOON, SUPPORT, World, guards, mail, ticket_row

GUARDS = guards(storm_mails=3)
ROBOT = "Robot <robot@machine.example>"


def storm(world: World, count: int, *, sender: str = ROBOT) -> list[Fate | None]:
    """What became of so many different mails of one sender in one moment."""
    return [world.receive(mail(sender=sender), guards=GUARDS, minutes=0).fate for _ in range(count)]


# --- Storms ---


def test_a_storm_folds_into_the_newest_ticket_and_then_waits(world: World) -> None:
    world.receive(mail(sender=ROBOT))
    fates = storm(world, 32)
    assert fates == [Fate.TICKET] * 3 + [Fate.FOLLOW_UP] * 27 + [Fate.QUARANTINED] * 2
    detail = world.detail(4)
    assert (detail.ticket.folded_count, detail.ticket.article_count) == (27, 28)
    assert sum(article.is_folded for article in detail.articles) == 27
    assert [event.kind for event in detail.events] == ["created"]
    ledger = world.ledger()
    assert (ledger.offered, ledger.tickets, ledger.follow_ups, ledger.quarantined) == (33, 4, 27, 2)


def test_a_folded_mail_does_not_reopen_its_ticket(world: World) -> None:
    storm(world, 4)
    with session.transaction() as db:
        db.execute(update(Ticket).where(Ticket.number == 3).values(status="closed", closed_at=NOON))
    assert world.receive(mail(sender=ROBOT), guards=GUARDS).number == 3
    assert world.detail(3).ticket.status == "closed"


def test_others_are_filed_as_ever_during_a_storm(world: World) -> None:
    storm(world, 40)
    assert world.receive(mail(), guards=GUARDS).fate is Fate.TICKET


def test_a_storm_against_one_account_does_not_touch_another(world: World) -> None:
    storm(world, 40)
    (intake_id,) = world.accept(mail(sender=ROBOT), "help@stranger.example")
    assert world.file(intake_id, guards=GUARDS) is Fate.TICKET


def test_a_storm_is_over_when_it_is_over(world: World) -> None:
    storm(world, 40)
    world.clock.advance(minutes=25)
    assert storm(world, 1) == [Fate.TICKET]


def test_an_answer_goes_to_its_ticket_also_in_a_storm(world: World) -> None:
    world.receive(mail(message_id="first@acme.example"))
    storm(world, 6, sender=ANN)
    received = world.receive(mail(sender=ANN, in_reply_to="first@acme.example"), guards=GUARDS)
    assert received.number == 1
    assert not world.detail(1).articles[-1].is_folded


def test_the_same_mail_again_and_again_is_no_line_each(world: World) -> None:
    raw = mail(sender=ROBOT)
    for _ in range(40):
        world.receive(raw, guards=GUARDS, minutes=0)
    assert [event.kind for event in world.detail(1).events] == ["created", *["same_mail_again"] * 2]
    assert world.ledger().duplicates == 39


def test_imported_mail_is_no_storm_and_neither_is_mail_filed_without_guards(world: World) -> None:
    assert [world.receive(mail(sender=ROBOT), minutes=0).fate for _ in range(5)] == [Fate.TICKET] * 5
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(SenderTally)).scalar() == 0


def test_a_full_ticket_is_followed_by_another(world: World) -> None:
    storm(world, 5)
    with session.transaction() as db:
        db.execute(update(Ticket).values(folded_count=500))
    assert storm(world, 2) == [Fate.TICKET, Fate.FOLLOW_UP]
    assert ticket_row(4).folded_count == 1


def test_what_waits_shows_who_and_what(world: World) -> None:
    storm(world, 30)
    world.receive(mail("The disk is full.", sender=ROBOT, subject="Alert"), guards=GUARDS)
    with session.reading() as db:
        (view,) = list_waiting(db, world.ours.account_id).items
    assert (view.from_, view.subject, view.snippet) == (
        Address("Robot", "robot@machine.example"),
        "Alert",
        "The disk is full.",
    )
    assert view.reason == "storm"


# --- Loops ---


@pytest.mark.parametrize("headers", [["X-Loop: Support@ours.example"], ["Received: by x"] * 51])
def test_a_mail_that_goes_in_circles_waits(world: World, headers: list[str]) -> None:
    assert world.receive(mail(headers=headers)).fate is Fate.QUARANTINED
    with session.reading() as db:
        (view,) = list_waiting(db, world.ours.account_id).items
        assert db.execute(select(func.count()).select_from(Article)).scalar() == 0
    assert view.reason == "loop"


def test_an_automatic_mail_of_ours_that_comes_back_waits_and_a_copied_id_does_not(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    own = world.detail(1).articles[-1].message_id or ""
    auto = ["Auto-Submitted: auto-replied"]
    assert world.receive(mail(message_id=own, headers=auto)).fate is Fate.QUARANTINED
    foreign = own.replace(own[-25:-15], "aaaaaaaaaa")
    assert world.receive(mail(message_id=foreign, headers=auto)).fate is not Fate.QUARANTINED


# --- Watching ---


def test_only_who_was_held_back_is_watched_and_not_for_ever() -> None:
    watch, robot = Watch(), Address("", "Robot@x.example")
    assert watch.is_calm(NOON)
    watch.note(1, robot.key, NOON)
    assert not watch.is_calm(NOON + WINDOW)
    assert watch.watches(1, robot)
    assert not watch.watches(2, robot)
    assert not watch.watches(1, None)
    assert watch.is_calm(NOON + 2 * WINDOW)
    assert not watch.watches(1, robot)


def test_the_memory_of_watched_senders_is_bounded() -> None:
    watch = Watch()
    for number in range(3000):
        watch.note(number, "x", NOON)
    assert len(watch._until) <= 1000


def test_the_hash_of_an_address_needs_the_installations_key() -> None:
    one, other = (Guards.of(Settings(secret_key=key)).digest for key in ("one", "other"))
    assert one(ANN) == one(ANN) != other(ANN)
    assert len(one(ANN)) == 64
    assert one(ANN) != one(BOB)


# --- Acknowledgements: whether one is owed ---


@pytest.fixture
def acknowledging(world: World) -> World:
    """Our mailbox acknowledges, and Ann, who belongs to a customer, has written before."""
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=True, created_at=NOON - timedelta(days=1)))
    world.receive(mail())
    return world


def owed(world: World) -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(AutomaticMail)).scalar_one()


def test_somebody_known_is_acknowledged_once_a_day(acknowledging: World) -> None:
    for _ in range(3):
        acknowledging.receive(mail(), guards=GUARDS)
        acknowledging.clock.advance(minutes=30)
    assert owed(acknowledging) == 1
    acknowledging.clock.advance(hours=24)
    acknowledging.receive(mail(), guards=GUARDS)
    assert owed(acknowledging) == 2


@pytest.mark.parametrize("mail_from", ["", ANN])
def test_a_null_reverse_path_is_not_answered(acknowledging: World, mail_from: str) -> None:
    acknowledging.receive(mail(), guards=GUARDS, mail_from=mail_from)
    assert owed(acknowledging) == bool(mail_from)


def test_a_first_contact_is_not_answered_and_neither_is_a_second_mail_under_the_same_name(
    acknowledging: World,
) -> None:
    for _ in range(3):
        acknowledging.receive(mail(sender=BOB), guards=GUARDS, mail_from=BOB)
    assert owed(acknowledging) == 0


def test_who_was_answered_by_staff_is_known(acknowledging: World) -> None:
    number = acknowledging.receive(mail(sender=BOB), mail_from=BOB).number
    acknowledging.reply(number)
    acknowledging.receive(mail(sender=BOB), guards=GUARDS, mail_from=BOB)
    assert owed(acknowledging) == 1


@pytest.mark.parametrize(
    "headers",
    [
        ["Auto-Submitted: auto-replied"],
        ["Precedence: list"],
        ["List-Id: <x.example>"],
        ["Date: Sun, 1 Feb 2026 12:00:00 +0000"],
    ],
)
def test_machines_lists_and_old_mail_are_not_answered(acknowledging: World, headers: list[str]) -> None:
    acknowledging.receive(mail(headers=headers), guards=GUARDS)
    assert owed(acknowledging) == 0


@pytest.mark.parametrize(("seconds", "count"), [(-1, 0), (0, 1), (1, 1)])
def test_a_mail_is_old_when_its_whole_second_is_before_the_mailbox(
    acknowledging: World, seconds: int, count: int
) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(created_at=NOON + timedelta(seconds=0.9)))
    dated = format_datetime(NOON + timedelta(seconds=seconds))
    acknowledging.receive(mail(headers=[f"Date: {dated}"]), guards=GUARDS)
    assert owed(acknowledging) == count


@pytest.mark.parametrize("sender", [SUPPORT, "in-x@desk.example", "no address at all"])
def test_ourselves_and_nobody_are_not_answered(acknowledging: World, sender: str) -> None:
    for _ in range(2):
        acknowledging.receive(mail(sender=sender), guards=GUARDS)
    assert owed(acknowledging) == 0


def test_a_follow_up_in_a_ticket_is_no_new_request(acknowledging: World) -> None:
    acknowledging.receive(mail(subject="Re: [#1]"), guards=GUARDS)
    assert owed(acknowledging) == 0


def test_a_mailbox_that_does_not_acknowledge_stays_silent(acknowledging: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=False))
    acknowledging.receive(mail(), guards=GUARDS)
    assert owed(acknowledging) == 0


def test_one_address_gets_few_in_an_hour_however_many_accounts_it_writes_to(acknowledging: World) -> None:
    for _ in range(2):
        acknowledging.receive(mail(), SUPPORT, "help@stranger.example", guards=GUARDS)
    assert owed(acknowledging) == 1


def test_none_at_all_if_the_operator_wants_none(acknowledging: World) -> None:
    acknowledging.receive(mail(), guards=guards(automatic_per_hour=0))
    assert owed(acknowledging) == 0
