"""A report as its page shows it: tiles, plots, tables, and what each is a number of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date, get_day_names

from gateway.i18n import _, current_locale, ngettext
from gateway.rules.hours import DAYS
from gateway.rules.reporting import HOURS, Compared, Numbers, Question, is_weekly
from webui.reports import plots
from webui.reports.plots import Axis, Plot

_LEVELS = 6
_YEAR = 366
_HOUR, _MINUTE = 3600, 60
_TIMES = frozenset({"answer_median", "resolution_median"})


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that counts most, and how it was in the period before."""

    name: str
    value: str
    change: str


@dataclass(frozen=True, slots=True)
class Legend:
    """Which colour is what."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot with its name, what it shows, and its numbers as a table."""

    key: str
    title: str
    caption: str
    plot: Plot
    legend: Sequence[Legend]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """An hour of a day of the week."""

    level: int
    count: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A day of the week."""

    name: str
    day: str
    cells: Sequence[HeatCell]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of a list, and how long its bars are."""

    name: str
    link: str
    values: Sequence[tuple[str, str, str]]


def tiles(numbers: Numbers) -> list[Tile]:
    """The numbers that count most."""
    names = {
        "new": _("New tickets"),
        "closed": _("Closed"),
        "backlog": _("Open at the end"),
        "incoming": _("Mails received"),
        "answers": _("Answers sent"),
        "answer_median": _("First answer, median"),
        "resolution_median": _("Resolution, median"),
    }
    return [_tile(key, name, numbers.tiles[key]) for key, name in names.items()]


def figures(question: Question, numbers: Numbers) -> list[Figure]:
    """The plots along the days or weeks."""
    days = [date.fromisoformat(start) for start in numbers.starts]
    names = [_name(day, question) for day in days]
    weekly = is_weekly(question)
    when = _("Week from") if weekly else _("Day")
    full = [_full(day) for day in days]
    return [
        _flow(numbers, names, full, when, weekly=weekly),
        _backlog(numbers, names, full, when, weekly=weekly),
        _lasted(
            "answers",
            _("Time to the first answer"),
            ngettext(
                "Of %(num)s first answer, in working time. Tickets that nobody has answered are not in it.",
                "Of %(num)s first answers, in working time. Tickets that nobody has answered are not in it.",
                numbers.answered,
            )
            % {"num": _number(numbers.answered)},
            (numbers.answer_median, numbers.answer_p90),
            (names, full, when),
        ),
        _lasted(
            "resolutions",
            _("Time to resolution"),
            ngettext(
                "Of %(num)s closed ticket, in working time, without the time it waited for the customer.",
                "Of %(num)s closed tickets, in working time, without the time they waited for the customer.",
                numbers.resolved,
            )
            % {"num": _number(numbers.resolved)},
            (numbers.resolution_median, numbers.resolution_p90),
            (names, full, when),
        ),
    ]


def heat(numbers: Numbers) -> list[HeatRow]:
    """Mails by day of the week and hour."""
    levels = plots.levels(numbers.heat, _LEVELS)
    short, wide = _day_names("abbreviated"), _day_names("wide")
    rows = []
    for day in range(DAYS):
        cells = [HeatCell(*cell) for cell in zip(levels[day], numbers.heat[day], strict=True)]
        rows.append(HeatRow(short[day], wide[day], cells))
    return rows


def customers(numbers: Numbers) -> list[Ranked]:
    """The customers with the most new tickets."""
    lengths = plots.shares(count for _id, _name, count in numbers.customers)
    return [
        Ranked(name, f"/customers/{public_id}", [("a", _number(count), length)])
        for (public_id, name, count), length in zip(numbers.customers, lengths, strict=True)
    ]


def tags(numbers: Numbers) -> list[Ranked]:
    """The tags of the most new tickets."""
    lengths = plots.shares(count for _tag, count in numbers.tags)
    return [
        Ranked(tag, "", [("a", _number(count), length)])
        for (tag, count), length in zip(numbers.tags, lengths, strict=True)
    ]


def staff(numbers: Numbers) -> list[Ranked]:
    """Who answered and closed how much."""
    both = [count for one in numbers.staff for count in one[2:]]
    lengths = iter(plots.shares(both))
    return [
        Ranked(name, "", [("a", _number(answers), next(lengths)), ("b", _number(closed), next(lengths))])
        for _login, name, answers, closed in numbers.staff
    ]


def hours_of_day() -> list[int]:
    """The hours of a day."""
    return list(range(HOURS))


def time_told(seconds: int) -> str:
    """A time of work in minutes, or in hours with their minutes as long as these matter."""
    minutes = round(seconds / _MINUTE)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours = _("%(n)s h") % {"n": minutes // 60}
    rest = minutes % 60 if minutes < 10 * 60 else 0
    return f"{hours} {_('%(n)s min') % {'n': rest}}" if rest else hours


def _tile(key: str, name: str, compared: Compared) -> Tile:
    told: Callable[[int], str] = time_told if key in _TIMES else _number
    value = "–" if compared.current is None else told(compared.current)
    return Tile(name, value, _change(compared, told))


def _change(compared: Compared, told: Callable[[int], str]) -> str:
    if compared.before is None:
        return _("nothing to compare with")
    before = _("before: %(value)s") % {"value": told(compared.before)}
    if compared.current is None or not compared.before:
        return before
    percent = round(100 * (compared.current - compared.before) / compared.before)
    sign = "+" if percent > 0 else "−" if percent < 0 else "±"
    return f"{sign}{_number(abs(percent))} % · {before}"


def _flow(numbers: Numbers, names: list[str], full: list[str], when: str, *, weekly: bool) -> Figure:
    return Figure(
        key="flow",
        title=_("New and closed by week") if weekly else _("New and closed by day"),
        caption=_(
            "Upwards what came, downwards what was closed, no spam. A reopened ticket can be closed twice."
        ),
        plot=plots.mirrored(Axis(names), numbers.new, numbers.closed, kinds=("a", "b")),
        legend=[Legend("a", _("New")), Legend("b", _("Closed"))],
        columns=[when, _("New"), _("Closed")],
        rows=_table(full, numbers.new, numbers.closed),
    )


def _backlog(numbers: Numbers, names: list[str], full: list[str], when: str, *, weekly: bool) -> Figure:
    return Figure(
        key="backlog",
        title=_("Open tickets"),
        caption=_("How many were new, open or waiting at the end of each week.")
        if weekly
        else _("How many were new, open or waiting at the end of each day."),
        plot=plots.area(Axis(names), numbers.backlog, kind="a"),
        legend=[],
        columns=[when, _("Open")],
        rows=_table(full, numbers.backlog),
    )


def _lasted(
    key: str,
    title: str,
    caption: str,
    lines: tuple[Sequence[int | None], Sequence[int | None]],
    along: tuple[list[str], list[str], str],
) -> Figure:
    names, full, when = along
    half, most = _("Half within"), _("Nine of ten within")
    return Figure(
        key=key,
        title=title,
        caption=caption,
        plot=plots.times(Axis(names), (("b", lines[1]), ("a", lines[0])), time_told),
        legend=[Legend("a", half), Legend("b", most)],
        columns=[when, half, most],
        rows=_table(full, *([None if n is None else time_told(n) for n in line] for line in lines)),
    )


def _table(first: Sequence[str], *columns: Sequence[int | str | None]) -> list[list[str]]:
    return [
        [name, *("–" if value is None else str(value) for value in values)]
        for name, *values in zip(first, *columns, strict=True)
    ]


def _name(day: date, question: Question) -> str:
    """A day on the axis, as short as can be."""
    if question.days <= DAYS:
        return _day_names("abbreviated")[day.weekday()]
    if question.days > _YEAR:
        return format_date(day, "MMM y", locale=current_locale())
    return format_date(day, "d. MMM" if current_locale() == "de" else "d MMM", locale=current_locale())


def _full(day: date) -> str:
    return format_date(
        day, "EEE d. MMM y" if current_locale() == "de" else "EEE d MMM y", locale=current_locale()
    )


def _day_names(width: str) -> Mapping[int, str]:
    names: Mapping[int, str] = get_day_names(width, locale=current_locale())  # type: ignore[arg-type]  # Babel's words
    return names


def _number(count: int) -> str:
    """A number with its thousands apart."""
    return f"{count:,}".replace(",", "." if current_locale() == "de" else ",")


def until(question: Question) -> str:
    """The period in words."""
    return f"{_full(question.begins)} – {_full(question.ends)}"


def before(question: Question) -> str:
    """The period before in words."""
    length = timedelta(days=question.days)
    return f"{_full(question.begins - length)} – {_full(question.ends - length)}"
