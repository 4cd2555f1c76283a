"""The help of the keyboard, and the letters it shares with the script."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from tests.webui.pages import Page

SCRIPT = Path(__file__).parents[2] / "webui" / "static" / "js" / "keys.js"
TEMPLATES = Path(__file__).parents[2] / "templates" / "web"


def test_every_letter_of_the_help_does_something(browser: FlaskClient) -> None:
    letters = {field.get("data-remap") for field in Page(browser.get("/keys")).all("input.key")}
    script = SCRIPT.read_text()
    moves = script.partition("const moves = {")[2].partition("};")[0]
    known = {key.strip('"') for key in re.findall(r"^    (\S+): \(\)", moves, re.MULTILINE)}
    on_controls = {
        key for page in TEMPLATES.rglob("*.html") for key in re.findall(r'data-key="(\S)"', page.read_text())
    }
    assert letters - known - on_controls == set()
    assert (known | on_controls) - letters - {"?"} == set()
