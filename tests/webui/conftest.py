"""The application on a database of its own, with the standing cast in it, and a real browser before it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from gateway.desk import passwords
from gateway.settings import Settings, load
from gateway.store import session
from tests.databases import KINDS, Databases
from tests.fakes.chromium import launched
from tests.webui.cast import PASSWORD, World, open_business, picture_mail
from webui import office
from webui.app import create_app

Builder = Callable[..., tuple[str, str]]


class WholeAnswers(FlaskClient):
    """A browser that reads every answer to its end, as the server does, so that no file stays open."""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **options)


@pytest.fixture
def kind() -> str:
    """The database below the pages; `M4A_TEST_DATABASE=postgresql` has all of these tests on PostgreSQL."""
    return KINDS[0]


@pytest.fixture
def database_url(kind: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database; "" is a file of the desk's own."""
    url = databases.migrated(kind, tmp_path) if kind == "postgresql" else ""
    yield url
    if url:
        databases.drop(url)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return load(
        data_dir=tmp_path / "data",
        database_url=database_url,
        undo_seconds=60,
        redis_url="redis://127.0.0.1:1/0",
    )


@pytest.fixture
def database(settings: Settings, databases: Databases) -> Iterator[None]:
    if not settings.database_url:
        databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    yield
    session.dispose()


@pytest.fixture(scope="session")
def builders() -> Iterator[None]:
    """What builds addresses from rules is compiled once, and not for every application anew.

    A patch, as Werkzeug offers no other way: three quarters of an application's making are these 560
    functions, which depend on the rule's text and nothing else.
    """
    compiled: dict[object, Builder] = {}
    compile_one = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - Werkzeug's
        if rule.defaults:
            return compile_one(rule, append_unknown)
        key = (rule.rule, append_unknown, *rule._trace)
        if key not in compiled:
            compiled[key] = compile_one(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", remembered)
        yield


@pytest.fixture
def app(settings: Settings, database: None, builders: None) -> Flask:
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


_EXPECTED = ("404", "422", "Blocked script execution")
"""The page that is not there; a form that comes back.

And the clock that a test puts into every frame, also into that of a mail.
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def served(app: Flask, world: World) -> Iterator[str]:
    """The address of the application, really served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, served: str, world: World) -> Iterator[Page]:
    """A page of our owner's browser; whatever it complains about fails the test."""
    context = chromium.new_context(base_url=served, viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": served}])
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert [text for text in complaints if not any(word in text for word in _EXPECTED)] == []
