"""By whose clock a page tells times."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from gateway.store import session
from gateway.store.models import Staff
from tests.webui.cast import World
from tests.webui.forms import send
from tests.webui.pages import Page
from webui import zones
from webui.tickets.sleep import choices, moment_of
from webui.wording import moment

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def zone_of(world: World) -> str:
    with session.reading() as db:
        return db.get_one(Staff, world.ours.owner_id).zone


def test_moments_are_told_and_typed_by_the_readers_clock() -> None:
    with zones.reading_by("Asia/Tokyo"):
        assert moment(NOON, NOON).absolute == "15 Jan 2026, 21:00"
        assert moment_of({"until": "2026-01-15T21:00"}) == NOON
        assert {choice.instant[11:] for choice in choices(NOON)[1:]} == {"08:00+09:00"}
    assert zones.zone_of_reader() is None


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc"])
def test_without_a_zone_that_is_known_the_servers_clock_counts(name: str) -> None:
    with zones.reading_by(name):
        assert zones.local(NOON) == NOON.astimezone()
        assert zones.read("2026-01-15T21:00") == datetime(2026, 1, 15, 21).astimezone()


def test_all_zones_are_there_to_choose_from() -> None:
    assert {"Europe/Berlin", "UTC"} <= set(zones.names())


def test_a_guess_counts_until_somebody_has_said(world: World, browser: FlaskClient) -> None:
    assert send(browser, "/account/zone", zone="Asia/Tokyo", guess="1").status_code == 204
    assert zone_of(world) == "Asia/Tokyo"
    send(browser, "/account/zone", zone="America/Lima", guess="1")
    assert zone_of(world) == "Asia/Tokyo"
    assert send(browser, "/account/zone", zone="America/Lima").status_code == 303
    assert zone_of(world) == "America/Lima"
    chosen = Page(browser.get("/account/profile")).one("#zone option[selected]")
    assert chosen.text == "America/Lima"


def test_a_zone_that_is_none_is_refused(world: World, browser: FlaskClient) -> None:
    answer = send(browser, "/account/zone", zone="Mars/Olympus")
    assert answer.status_code == 422
    assert zone_of(world) == ""
