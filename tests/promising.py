"""What is promised in the tests: office hours in UTC, and targets that are easily counted."""

from datetime import datetime
from functools import partial

from gateway.desk import outofhours, promises
from gateway.desk.outofhours import OutOfHours
from gateway.desk.promises import GroupPromise
from gateway.rules.due import Targets, Term
from gateway.rules.hours import Hours, read_spans
from gateway.store import session
from tests.world import World

OFFICE = Hours("UTC", (read_spans("09:00-17:00"),) * 5 + ((), ()))
HOURS = partial(Term, unit="h")
USUAL = Targets(first_answer=HOURS(4), next_answer=HOURS(2), resolution=Term(2, "d"))


def promise(
    world: World, targets: Targets = USUAL, *, hours: Hours = OFFICE, now: datetime | None = None
) -> None:
    """Our mailbox promises this from now on."""
    box, at = world.ours.mailbox.public_id, now or world.clock.now()
    with session.transaction() as db:
        outofhours.change_out_of_hours(
            db, world.ours.owner, box, OutOfHours(hours, answers=False, text=""), now=at
        )
        promises.change_targets(db, world.ours.owner, box, targets, now=at)


def promise_group(world: World, group: str, targets: Targets = USUAL, *, hours: Hours | None = None) -> None:
    """A group's customers are promised this from now on."""
    with session.transaction() as db:
        promises.change_group_promise(
            db, world.ours.owner, group, GroupPromise(targets, hours), now=world.clock.now()
        )
