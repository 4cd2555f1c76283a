import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.settings import Settings
from tests.webui.cast import World
from webui.app import create_app


@pytest.fixture
def german(world: World, app: Flask) -> FlaskClient:
    return app.test_client()


def test_pages_speak_the_browsers_language(german: FlaskClient) -> None:
    page = german.get("/nothing", headers={"Accept-Language": "fr, de-DE;q=0.9, en;q=0.5"})
    assert '<html lang="de"' in page.text


def test_a_chosen_language_wins_over_the_browsers(german: FlaskClient) -> None:
    german.set_cookie("locale", "de")
    assert '<html lang="de"' in german.get("/nothing", headers={"Accept-Language": "en"}).text


def test_one_request_leaves_no_language_to_the_next(german: FlaskClient) -> None:
    german.get("/nothing", headers={"Accept-Language": "de"})
    assert '<html lang="en"' in german.get("/nothing", headers={"Accept-Language": "en"}).text


def test_a_form_without_its_token_changes_nothing(browser: FlaskClient) -> None:
    assert browser.post("/preferences", data={"locale": "de"}).status_code == 400


def test_a_body_over_the_limit_is_refused(settings: Settings, database: None) -> None:
    small = create_app(settings.with_values(max_message_bytes=1024))
    limit = small.config["MAX_CONTENT_LENGTH"]
    answers = [
        small.test_client().post("/sign-in", data={"text": "x" * size}).status_code
        for size in (limit - 1000, limit + 1)
    ]
    assert answers == [400, 413]  # the smaller one is read, and misses its token


def test_a_field_far_beyond_flasks_own_limit_is_read(client: FlaskClient) -> None:
    sent = {"text": ("x" * 5_000_000)}
    answer = client.post("/sign-in", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 400  # not 413


def test_the_demo_is_there_only_when_asked_for(settings: Settings, database: None) -> None:
    plain, demo = create_app(settings), create_app(settings.with_values(demo=True))
    assert ("demo" in plain.blueprints, "demo" in demo.blueprints) == (False, True)


def test_what_few_people_need_to_sign_in_is_not_loaded_before_they_come() -> None:
    program = (
        "import sys, webui.app, webui.worker; "
        "print([m for m in ('pyotp', 'segno', 'webauthn', 'cbor2', 'OpenSSL', 'cryptography.hazmat')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
