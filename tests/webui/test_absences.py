"""Absences as people type and read them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from gateway.errors import Invalid
from gateway.i18n import speaking
from gateway.rules.access import Role
from gateway.store.queries.staff import Away, PersonRef, StaffView
from webui import absences

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 3)
WEEK = absences.of_days(FIRST, LAST, None)
BEFORE, DURING, AFTER = WEEK.begins - timedelta(hours=1), WEEK.begins, WEEK.ends
SAM = StaffView(
    1,
    "p-sam",
    "sam",
    "Sam",
    "Ours",
    "sam@ours.example",
    "",
    "",
    "",
    "",
    Role.STAFF,
    sees_all=True,
    is_confirmed=True,
    has_factor=False,
    signed_in_at=None,
    created_at=DURING,
    deactivated_at=None,
    groups=(),
    away=Away(WEEK, PersonRef("p-ben", "ben", "Ben")),
)


def test_both_days_are_included_from_midnight_to_midnight_here() -> None:
    assert WEEK.begins == datetime(2026, 12, 1).astimezone()
    assert WEEK.ends == datetime(2026, 12, 4).astimezone()
    assert absences.days(WEEK, None) == (FIRST, LAST)
    stored = replace(WEEK, begins=WEEK.begins.astimezone(UTC), ends=WEEK.ends.astimezone(UTC))
    assert absences.days(stored, None) == (FIRST, LAST)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("", "2026-12-03", "from"),
        ("2026-12-01", "tomorrow", "until"),
        ("2026-02-30", "2026-12-03", "from"),
        ("0001-01-01", "2026-12-03", "from"),
        ("2026-12-01", "9999-12-31", "until"),
    ],
)
def test_what_is_no_day_is_told_by_its_field(first: str, last: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        absences.read({"from": first, "until": last}, None)
    assert caught.value.field == field


def test_days_are_those_of_who_is_away() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    week = absences.of_days(FIRST, LAST, auckland)
    assert week.begins == datetime(2026, 12, 1, tzinfo=auckland)
    assert week.ends == datetime(2026, 12, 4, tzinfo=auckland)
    assert absences.days(week, auckland) == (FIRST, LAST)
    assert absences.days(week, ZoneInfo("Europe/Berlin")) == (FIRST, LAST)
    person = replace(SAM, zone="Pacific/Auckland", away=Away(week, None))
    assert absences.words_of(person, week.begins) == "away until 3 Dec 2026"


def test_days_are_read() -> None:
    assert absences.read({"from": " 2026-12-01 ", "until": "2026-12-03"}, None) == WEEK


def test_all_of_a_form_is_read(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"from": "2026-12-01", "until": "2026-12-03"}):
        read = absences.read_all(None)
    assert (read["absence"], read["stand_in"], read["hands_over"]) == (WEEK, None, False)
    form = {"from": "2026-12-01", "until": "2026-12-03", "stand_in": "p-ben", "hand_over": "on"}
    with app.test_request_context(method="POST", data=form):
        read = absences.read_all(None)
    assert (read["stand_in"], read["hands_over"]) == ("p-ben", True)


@pytest.mark.parametrize(
    ("locale", "stand_in", "now", "words"),
    [
        ("en", "Ben", BEFORE, "away from 1 Dec 2026 to 3 Dec 2026, Ben stands in"),
        ("en", "", BEFORE, "away from 1 Dec 2026 to 3 Dec 2026"),
        ("en", "Ben", DURING, "away until 3 Dec 2026, Ben stands in"),
        ("en", "", DURING, "away until 3 Dec 2026"),
        ("de", "Ben", DURING, "abwesend bis 3. Dez. 2026, Vertretung: Ben"),
        ("en", "Ben", AFTER, ""),
    ],
)
def test_an_absence_is_told_while_it_matters(locale: str, stand_in: str, now: datetime, words: str) -> None:
    with speaking(locale):
        assert absences.in_words(WEEK, stand_in, now, None) == words


def test_a_persons_absence_is_told_and_shown_in_its_form() -> None:
    assert absences.words_of(SAM, DURING) == "away until 3 Dec 2026, Ben stands in"
    assert absences.words_of(replace(SAM, away=None), DURING) == ""
    shown = absences.shown(SAM, {}, DURING)
    assert [shown[name] for name in ("away_from", "away_until", "stand_in")] == [
        "2026-12-01",
        "2026-12-03",
        "p-ben",
    ]
    typed = absences.shown(SAM, {"from": "x", "until": "y", "stand_in": ""}, DURING)
    assert [typed[name] for name in ("away_from", "away_until", "stand_in")] == ["x", "y", ""]
    over = absences.shown(SAM, {}, AFTER)
    assert [over[name] for name in ("away", "away_from", "stand_in")] == ["", "", ""]
