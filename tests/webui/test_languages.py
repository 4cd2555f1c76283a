import pytest
from flask import Flask

from gateway.desk import signin
from gateway.store.session import transaction
from tests.webui.cast import World
from webui import languages


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [("de-AT,de;q=0.9", "de"), ("fr,en;q=0.1", "en"), ("", "en"), ("de;q=0.2,en;q=0.9", "en"), ("*", "en")],
)
def test_the_browsers_favourite_of_ours_is_spoken(app: Flask, accepted: str, spoken: str) -> None:
    with app.test_request_context(headers={"Accept-Language": accepted}):
        assert languages.of_page() == spoken


def test_an_unknown_choice_counts_for_nothing(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "locale=xx", "Accept-Language": "de"}):
        assert languages.of_page() == "de"


def test_what_a_person_chose_wins_over_cookie_and_browser(app: Flask, world: World) -> None:
    with transaction() as db:
        signin.set_locale(db, world.ours.actor, "de")
    cookies = f"session={world.ours.cookie}; locale=en"
    with app.test_request_context(headers={"Cookie": cookies, "Accept-Language": "en"}):
        assert languages.of_page() == "de"
