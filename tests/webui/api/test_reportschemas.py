"""Reports as the API gives them."""

from gateway.store.reports import NOTHING, Kept
from tests.webui.reports.numbers import NUMBERS
from tests.world import NOON
from webui.api.reportschemas import Report


def test_numbers_are_told_field_by_field() -> None:
    told = Report.of(Kept(NUMBERS, NOON, 0.5, is_awaited=False))
    assert told.numbers is not None
    assert told.numbers.totals["new"].current == 1234
    assert told.numbers.staff[0].login == "anna"
    assert told.numbers.heat[0][9] == 4
    assert told.counted_at == NOON


def test_what_nobody_counted_has_no_numbers() -> None:
    assert Report.of(NOTHING).numbers is None
