"""What is broken about a mail, in words."""

import re

import pytest

from gateway.i18n import speaking
from tests.house.tree import ROOT
from webui.tickets.oddities import _FOUND, in_words

_LINE = re.compile(r"(?:defects\.append\(|defect = )(.*)")
_TEXT = re.compile(r'"([^"()]+ [^"()]+)"')
_NAME = re.compile(r"\{[^}]*!r\}")


@pytest.mark.parametrize(
    ("defect", "german"),
    [
        ("date is missing", "das Datum fehlt"),
        ("charset 'x-odd' does not fit", "der Zeichensatz x-odd passt nicht"),
        ("unknown transfer encoding '%s'", "unbekannte Transferkodierung %s"),
        ("of a newer version", "of a newer version"),
    ],
)
def test_germans_read_it_in_german(defect: str, german: str) -> None:
    with speaking("de"):
        assert in_words(defect) == german


def test_whatever_the_parser_names_is_listed() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "gateway" / "mail").glob("*.py"))
    lines = _LINE.findall(sources)
    said = {_NAME.sub("%(name)s", text) for line in lines for text in _TEXT.findall(line)}
    assert len(said) > 20
    assert said - set(_FOUND) == set()
