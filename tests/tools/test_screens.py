"""The pictures of the screens: each has a name of its own and a page that there is."""

import re

from flask import Flask
from werkzeug.routing import Map

from tests.webui.conftest import app, builders, database, database_url, kind, settings  # noqa: F401 - fixtures
from tools.screens import SCREENS


def test_every_screen_has_a_page(app: Flask) -> None:  # noqa: F811
    known: Map = app.url_map
    adapter = known.bind("localhost")
    missing = [one.name for one in SCREENS if not adapter.test(re.split(r"[?#]", one.path)[0], method="GET")]
    assert missing == []


def test_no_picture_takes_anothers_place() -> None:
    names = [one.name for one in SCREENS]
    assert sorted(set(names)) == sorted(names)
