"""Reports in the API: what is asked, and the numbers."""

from datetime import date, datetime
from typing import Self

from pydantic import Field

from gateway.rules import reporting as rules
from gateway.rules.reporting import Question
from gateway.store.reports import Kept
from webui.api.schemas import Shape


class ReportQuery(Shape):
    """Which days, both included, by the clock of which zone; `group`, `customer` and `mailbox` are ids.

    `staff` is a login: of the tickets that are assigned to them. A filter that is empty is none.
    """

    begins: date
    ends: date
    zone: str = Field("UTC", max_length=100)
    group: str = Field("", max_length=100)
    customer: str = Field("", max_length=100)
    mailbox: str = Field("", max_length=100)
    staff: str = Field("", max_length=200)

    def question(self) -> Question:
        """As the desk takes it; Invalid for days that make no sense."""
        return rules.check(Question(**self.model_dump()))


class Compared(Shape):
    """A number of the period, and of the one of the same length before it; null where there is none."""

    current: int | None
    before: int | None


class CustomerCount(Shape):
    """A customer and its new tickets."""

    id: str
    name: str
    new: int


class TagCount(Shape):
    """A tag and the new tickets that have it."""

    tag: str
    new: int


class StaffCount(Shape):
    """Who wrote how many answers and closed how many tickets."""

    login: str
    name: str
    answers: int
    closed: int


class ReportNumbers(Shape):
    """The numbers. Lists go along `starts`, the first day of each step: a day, or a week in longer periods.

    `heat` has a list of 24 hours for each day of the week from Monday. Times are seconds of work.
    """

    starts: list[date]
    new: list[int]
    closed: list[int]
    backlog: list[int]
    answer_median: list[int | None]
    answer_p90: list[int | None]
    resolution_median: list[int | None]
    resolution_p90: list[int | None]
    heat: list[list[int]]
    totals: dict[str, Compared]
    answered: int
    resolved: int
    customers: list[CustomerCount]
    tags: list[TagCount]
    staff: list[StaffCount]

    @classmethod
    def of(cls, numbers: rules.Numbers) -> Self:
        """As the desk has them."""
        values = numbers.as_stored()
        totals = {name: Compared(**one) for name, one in values.pop("tiles").items()}
        return cls(
            **values
            | {
                "totals": totals,
                "heat": [list(row) for row in numbers.heat],
                "customers": [CustomerCount(id=i, name=name, new=n) for i, name, n in numbers.customers],
                "tags": [TagCount(tag=tag, new=n) for tag, n in numbers.tags],
                "staff": [
                    StaffCount(login=login, name=name, answers=answers, closed=closed)
                    for login, name, answers, closed in numbers.staff
                ],
            }
        )


class Report(Shape):
    """The numbers as they were last counted, null before; with `is_awaited` newer ones come in seconds."""

    numbers: ReportNumbers | None
    counted_at: datetime | None
    is_awaited: bool

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """As the desk has it."""
        return cls(
            numbers=ReportNumbers.of(kept.numbers) if kept.numbers else None,
            counted_at=kept.counted_at,
            is_awaited=kept.is_awaited,
        )
