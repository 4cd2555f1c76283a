"""A report as its page shows it."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.i18n import speaking
from gateway.rules.reporting import Question
from tests.webui.reports.numbers import NUMBERS, QUESTION
from webui.reports import shown


def test_a_tile_says_how_it_was_before() -> None:
    told = {tile.name: (tile.value, tile.change) for tile in shown.tiles(NUMBERS)}
    assert told["New tickets"] == ("1,234", "+23 % · before: 1,000")
    assert told["Closed"] == ("1", "−50 % · before: 2")
    assert told["Mails received"] == ("4", "±0 % · before: 4")
    assert told["Open at the end"] == ("3", "before: 0")
    assert told["First answer, median"] == ("1 h 30 min", "+50 % · before: 1 h")
    assert told["Resolution, median"] == ("–", "nothing to compare with")
    with speaking("de"):
        assert shown.tiles(NUMBERS)[0].value == "1.234"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 min"), (3599, "1 h"), (90 * 60, "1 h 30 min"), (10 * 3600 + 900, "10 h"), (100 * 3600, "100 h")],
)
def test_a_time_is_told_as_finely_as_it_matters(seconds: int, told: str) -> None:
    assert shown.time_told(seconds) == told


def test_each_figure_has_its_numbers_as_a_table_and_says_of_how_many_it_is() -> None:
    flow, backlog, answers, resolutions = shown.figures(QUESTION, NUMBERS)
    assert flow.columns == ["Day", "New", "Closed"]
    assert flow.rows[0] == ["Fri 27 Feb 2026", "3", "1"]
    assert [row[1] for row in backlog.rows] == ["2", "2", "3"]
    assert answers.rows[1] == ["Sat 28 Feb 2026", "–", "–"]
    assert answers.caption.startswith("Of 2 first answers")
    assert resolutions.caption.startswith("Of 0 closed tickets")
    assert answers.rows[2] == ["Sun 1 Mar 2026", "1 h 30 min", "1 h 30 min"]
    assert [label.text for label in flow.plot.labels] == ["Fri", "Sat", "Sun"]


def test_a_long_period_is_told_by_the_week() -> None:
    long = Question(date(2025, 1, 1), date(2025, 12, 31))
    numbers = replace(NUMBERS, starts=("2025-01-01", "2025-01-06", "2025-01-13"))
    with speaking("de"):
        flow = shown.figures(long, numbers)[0]
    assert (flow.title, flow.columns[0]) == ("Neu und geschlossen je Woche", "Woche ab")
    assert flow.plot.labels[0].text == "1. Jan."
    longer = Question(date(2025, 1, 1), date(2026, 3, 1))
    assert shown.figures(longer, numbers)[0].plot.labels[0].text == "Jan 2025"


def test_an_hour_says_which_it_is_and_how_many_came() -> None:
    monday = shown.heat(NUMBERS)[0]
    assert monday.name == "Mon"
    assert (monday.day, monday.cells[9].level, monday.cells[9].count) == ("Monday", 6, 4)
    assert monday.cells[8].level == 0
    assert len(shown.hours_of_day()) == len(monday.cells) == 24


def test_lists_have_bars_as_long_as_their_numbers() -> None:
    assert shown.customers(NUMBERS)[0].link == "/customers/acme"
    assert [tag.values for tag in shown.tags(NUMBERS)] == [[("a", "2", "100.0%")], [("a", "1", "50.0%")]]
    assert shown.staff(NUMBERS)[0].values == [("a", "1,200", "100.0%"), ("b", "300", "25.0%")]


def test_both_periods_are_named() -> None:
    assert shown.until(QUESTION) == "Fri 27 Feb 2026 – Sun 1 Mar 2026"
    assert shown.before(QUESTION) == "Tue 24 Feb 2026 – Thu 26 Feb 2026"
