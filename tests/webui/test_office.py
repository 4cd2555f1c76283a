from datetime import timedelta

from flask import Flask

from gateway.settings import Settings
from webui import office
from webui.office import Office


def test_a_view_reaches_settings_blobs_and_clock(app: Flask, settings: Settings) -> None:
    with app.test_request_context():
        assert office.office() is office.of(app)
        assert office.office().settings == settings


def test_answers_wait_as_long_as_the_operator_said(app: Flask) -> None:
    assert office.of(app).sending().undo == timedelta(seconds=60)


def test_https_is_told_by_the_address_people_use(app: Flask, settings: Settings) -> None:
    here = office.of(app)
    there = Office(settings.with_values(base_url="https://desk.example"), here.blobs, here.clock)
    assert (here.is_https, there.is_https) == (False, True)
