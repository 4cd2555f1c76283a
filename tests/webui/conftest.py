"""The application on a database of its own, with the standing cast in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.desk import passwords
from gateway.settings import Settings, load
from gateway.store import migrate, session
from tests.webui.cast import PASSWORD, World, open_business, picture_mail
from webui import office
from webui.app import create_app


class WholeAnswers(FlaskClient):
    """A browser that reads every answer to its end, as the server does, so that no file stays open."""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **options)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path / "data", undo_seconds=60, redis_url="redis://127.0.0.1:1/0")


@pytest.fixture
def database(settings: Settings) -> Iterator[None]:
    session.configure(settings.effective_database_url)
    migrate.upgrade()
    yield
    session.dispose()


@pytest.fixture
def app(settings: Settings, database: None) -> Flask:
    made = create_app(settings)
    made.testing = False  # errors are answered, not raised
    made.test_client_class = WholeAnswers
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without any cookie."""
    return app.test_client()


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def world(app: Flask, password_hash: str) -> World:
    blobs = office.of(app).blobs
    ours, stranger = (open_business(name, blobs, password_hash) for name in ("ours", "stranger"))
    ours.receive(picture_mail())
    return World(ours, stranger)


@pytest.fixture
def browser(app: Flask, world: World) -> FlaskClient:
    """The browser of our owner, signed in."""
    made = app.test_client()
    made.set_cookie("session", world.ours.cookie)
    return made
