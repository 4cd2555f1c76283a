"""Reports: asked for by who works here, counted by a worker, for the tickets that the asker sees."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.rules import reporting as rules
from gateway.rules.access import Actor, Permission, Sight, require
from gateway.rules.reporting import MOST_NAMED, Calendar, Compared, Numbers, Question, Times
from gateway.store import reports
from gateway.store.queries.reports import Counting, Lived
from gateway.store.queries.staff import full_name
from gateway.store.reports import Kept

_MOST_TAGS = 10_000
"""So many different tags are told apart, the first to come."""


def find(db: Session, by: Actor, question: Question, *, now: datetime) -> Kept:
    """The numbers as they were last counted for what they see."""
    require(by, Permission.WORK_TICKETS)
    return reports.find(db, by.account_id, _eyes(by), question, now=now)


def ask(db: Session, by: Actor, question: Question, *, now: datetime) -> bool:
    """Have the numbers counted, unless they are fresh or being counted; Invalid for a senseless question."""
    require(by, Permission.WORK_TICKETS)
    return reports.ask(db, by.account_id, _eyes(by), rules.check(question), now=now)


def count(db: Session, sight: Sight, question: Question, *, now: datetime) -> Numbers:
    """The numbers themselves: seconds of work, for a worker alone."""
    calendar = rules.calendar(question)
    counting = Counting(db, sight, question)
    tickets = _Tickets(calendar)
    for lived in counting.tickets(calendar.before, calendar.ends):
        tickets.add(lived)
    present, moves = counting.present(), counting.moves(calendar.before)
    incoming = counting.incoming(calendar.before, calendar.ends)
    backlog = rules.backlog(calendar, present, moves.changes, now=now)
    before = rules.open_at(calendar.begins, present, moves.changes)
    answers = counting.answers(calendar.begins, calendar.ends)
    earlier = counting.answers(calendar.before, calendar.begins)
    answered, resolved = tickets.answers.whole(), tickets.resolutions.whole()
    tiles = {
        "new": Compared(sum(tickets.new), tickets.new_before),
        "closed": rules.within(calendar, moves.closings),
        "backlog": Compared(backlog[-1], before),
        "incoming": rules.within(calendar, incoming),
        "answers": Compared(sum(answers.values()), sum(earlier.values())),
        "answer_median": Compared(answered[0].median, answered[1].median),
        "resolution_median": Compared(resolved[0].median, resolved[1].median),
    }
    answer_spreads, resolution_spreads = tickets.answers.spreads(), tickets.resolutions.spreads()
    closed_by = counting.closed_by(calendar.begins, calendar.ends)
    return Numbers(
        starts=tuple(day.isoformat() for day in calendar.starts),
        new=tuple(tickets.new),
        closed=rules.by_step(calendar, moves.closings),
        backlog=tuple(backlog),
        answer_median=tuple(one.median for one in answer_spreads),
        answer_p90=tuple(one.p90 for one in answer_spreads),
        resolution_median=tuple(one.median for one in resolution_spreads),
        resolution_p90=tuple(one.p90 for one in resolution_spreads),
        heat=rules.heat(calendar, incoming),
        tiles=tiles,
        answered=answered[0].count,
        resolved=resolved[0].count,
        customers=counting.customers(tickets.customers),
        tags=tuple(tickets.tags.most_common(MOST_NAMED)),
        staff=_staff(counting.people(), answers, closed_by),
    )


class _Tickets:
    """What the tickets of both periods come to, one after the other."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.new = [0] * len(calendar.starts)
        self.new_before = 0
        self.answers, self.resolutions = Times(calendar), Times(calendar)
        self.customers: Counter[int] = Counter()
        self.tags: Counter[str] = Counter()

    def add(self, lived: Lived) -> None:
        """One more; spam is none."""
        if lived.is_spam:
            return
        step = self._calendar.step_of(lived.created_at)
        if step is not None:
            self._add_new(lived, step)
        elif self._calendar.before <= lived.created_at < self._calendar.begins:
            self.new_before += 1
        if lived.first_answered_at is not None and lived.answer_seconds is not None:
            self.answers.add(lived.first_answered_at, lived.answer_seconds)
        if lived.closed_at is not None and lived.resolution_seconds is not None:
            self.resolutions.add(lived.closed_at, lived.resolution_seconds)

    def _add_new(self, lived: Lived, step: int) -> None:
        self.new[step] += 1
        if lived.customer_id is not None:
            self.customers[lived.customer_id] += 1
        for tag in lived.tags:
            if tag in self.tags or len(self.tags) < _MOST_TAGS:
                self.tags[tag] += 1


def _staff(
    people: Mapping[int, tuple[str, str, str]],
    answers: Mapping[int | None, int],
    closed: Mapping[int | None, int],
) -> tuple[tuple[str, str, int, int], ...]:
    """Who answered and closed how many, the busiest first."""
    found = [
        (login, full_name(first, last, login), answers.get(key, 0), closed.get(key, 0))
        for key, (login, first, last) in people.items()
        if answers.get(key) or closed.get(key)
    ]
    found.sort(key=lambda one: (-one[2] - one[3], one[1]))
    return tuple(found[: 2 * MOST_NAMED])


def _eyes(by: Actor) -> int | None:
    """Whose sight the numbers are bound to; None is all of the account, which many share."""
    return None if by.reach is None else by.staff_id
