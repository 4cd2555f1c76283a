"""The views of the rail."""

from dataclasses import replace

import pytest

from gateway.desk.views import Overview
from gateway.rules.access import Actor, Reach, Role
from gateway.rules.status import Status
from gateway.store.queries.counting import Counts
from webui.rail import DEFAULT_VIEW, filter_of, rail, view_names

ANN = Actor(1, Role.STAFF, 7, "Ann")


def test_views_that_only_grow_are_not_counted() -> None:
    views = {
        view.key: view.count
        for view in rail(Overview(Counts(mine=1, unassigned=2, open=3, pending=4, held=5, failed=6)), ANN)
    }
    counted = {"mine": 1, "unassigned": 2, "open": 3, "pending": 4, "quarantine": 5, "undelivered": 6}
    assert views == {**counted, "notifications": None, "mentions": None, "closed": None, "spam": None}


@pytest.mark.parametrize(("held", "shown"), [(0, None), (999, 999), (1000, "999+")])
def test_a_storm_in_quarantine_is_not_counted_to_its_end(held: int, shown: int | str | None) -> None:
    waiting, failed = rail(Overview(Counts(0, 0, 0, 0, held, held)), ANN)[-2:]
    assert (waiting.key, waiting.href, waiting.count) == ("quarantine", "/quarantine", shown)
    assert (failed.key, failed.href, failed.count) == ("undelivered", "/undelivered", shown)


def test_who_sees_some_customers_only_has_no_quarantine() -> None:
    shown = rail(Overview(Counts(0, 0, 0, 0)), replace(ANN, reach=Reach(groups=(1,))))
    assert {view.key for view in shown} == {*view_names(), "notifications", "undelivered"}


def test_mine_shows_what_is_open_and_mine() -> None:
    wanted = filter_of("mine", ANN)
    assert (wanted.assignee_id, wanted.statuses) == (7, (Status.NEW, Status.OPEN))


def test_unassigned_shows_what_nobody_has() -> None:
    assert filter_of("unassigned", ANN).unassigned


@pytest.mark.parametrize("view", ["pending", "closed", "spam"])
def test_a_state_is_a_view(view: str) -> None:
    assert filter_of(view, ANN).statuses == (Status(view),)


def test_a_name_that_is_no_view_shows_everything() -> None:
    assert filter_of("", ANN).statuses == ()


def test_every_view_has_a_name() -> None:
    assert {view.key for view in rail(Overview(Counts(0, 0, 0, 0)), ANN)} == {
        *view_names(),
        "notifications",
        "quarantine",
        "undelivered",
    }
    assert DEFAULT_VIEW in view_names()
