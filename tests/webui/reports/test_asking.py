"""Which report an address asks for."""

from datetime import UTC, date, datetime

import pytest

from gateway.errors import Invalid
from gateway.i18n import speaking
from gateway.rules.reporting import Question
from gateway.store.queries.customers import CustomerRow
from webui.reports import asking

LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
ACME, ACME_NORTH = (
    CustomerRow(name.lower().replace(" ", "-"), name, LATE, 0) for name in ("Acme", "Acme North")
)


def test_without_a_word_it_is_about_the_last_thirty_days() -> None:
    asked = asking.typed({})
    assert asked.days == 30
    assert asking.wanted(asked, (), now=LATE) == Question(date(2026, 2, 1), date(2026, 3, 2), "UTC")


def test_today_is_by_the_clock_of_the_zone() -> None:
    asked = asking.typed({"days": "7", "zone": "Europe/Berlin"})
    question = asking.wanted(asked, (), now=LATE)
    assert (question.begins, question.ends) == (date(2026, 2, 25), date(2026, 3, 3))


def test_the_first_zone_is_guessed_from_the_language() -> None:
    with speaking("de"):
        assert asking.wanted(asking.typed({}), (), now=LATE).zone == "Europe/Berlin"


def test_days_and_filters_stand_in_the_address_as_they_were_typed() -> None:
    args = {"begins": "2026-01-01", "ends": "2026-01-31", "group": "g", "staff": "anna", "mailbox": "m"}
    asked = asking.typed(args)
    assert asked.query == "begins=2026-01-01&ends=2026-01-31&group=g&mailbox=m&staff=anna"
    question = asking.wanted(asked, (), now=LATE)
    assert question == Question(date(2026, 1, 1), date(2026, 1, 31), "UTC", "g", "", "m", "anna")


@pytest.mark.parametrize(("name", "found"), [("acme", [ACME, ACME_NORTH]), ("north", [ACME_NORTH])])
def test_a_customer_is_known_by_its_name_or_as_the_only_one(name: str, found: list[CustomerRow]) -> None:
    asked = asking.typed({"customer": name})
    assert asking.wanted(asked, found, now=LATE).customer == found[0].public_id


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({"customer": "nobody"}, "customer"),
        ({"begins": "2026-13-01", "ends": "2026-01-31"}, "begins"),
        ({"begins": "2026-01-01"}, "ends"),
        ({"begins": "2026-02-01", "ends": "2026-01-31"}, "ends"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_field(args: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        asking.wanted(asking.typed(args), (), now=LATE)
    assert caught.value.field == field
