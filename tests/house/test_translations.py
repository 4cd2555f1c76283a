"""Every text that people see has its German, and the catalogue carries none that nobody sees any more."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from tests.house.tree import PRODUCT, ROOT

CATALOGUE = ROOT / "gateway" / "locale" / "de.po"
# The client ships alone, so it has a catalogue of its own.
CLIENT = ROOT / "remote_bridge" / "client"
_OPTIONS = {"**.html": {"trimmed": "false"}, "**.txt": {"trimmed": "false"}}
_METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]


class Gap(NamedTuple):
    """Where code and catalogue differ."""

    untranslated: list[str]
    stale: list[str]


def texts_in(folders: Iterable[Path]) -> set[str]:
    """The English texts marked for translation in these folders."""
    return {
        _singular(message)
        for folder in folders
        for _, _, message, _, _ in extract_from_dir(folder, _METHODS, _OPTIONS, DEFAULT_KEYWORDS)
    }


def gap(texts: set[str], catalogue: Catalog) -> Gap:
    """What lacks its translation, and what is translated for nobody."""
    entries = {_singular(m.id): m for m in catalogue if m.id}
    untranslated = [t for t in texts if t not in entries or not is_translated(entries[t])]
    return Gap(sorted(untranslated), sorted(entries.keys() - texts))


def is_translated(message: Message) -> bool:
    """Whether it is said in every form, and not as a guess."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings) and not message.fuzzy


def complaints(catalogue: Catalog) -> list[str]:
    """Translations whose placeholders differ from the text's."""
    return [f"{_singular(message.id)}: {error}" for message, errors in catalogue.check() for error in errors]


def _singular(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def catalogue_of(text: str) -> Catalog:
    return read_po(BytesIO(text.encode()), locale="de")


@pytest.fixture(scope="module")
def german() -> Catalog:
    return catalogue_of(CATALOGUE.read_text("utf-8"))


@pytest.fixture(scope="module")
def clients_german() -> Catalog:
    return catalogue_of((CLIENT / "locale" / "de.po").read_text("utf-8"))


def test_every_text_has_its_german_and_none_is_stale(german: Catalog) -> None:
    whole = texts_in([*(ROOT / p for p in PRODUCT if p != "remote_bridge"), ROOT / "templates"])
    others = [path for path in (ROOT / "remote_bridge").iterdir() if path.is_dir() and path != CLIENT]
    assert gap(whole | texts_in(others), german) == Gap([], [])


def test_every_text_of_the_client_has_its_german_and_none_is_stale(clients_german: Catalog) -> None:
    assert gap(texts_in([CLIENT]), clients_german) == Gap([], [])


def test_german_texts_fill_in_the_same_values(german: Catalog, clients_german: Catalog) -> None:
    assert complaints(german) + complaints(clients_german) == []


def test_texts_are_found_in_code_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('_("one"); ngettext("%(n)s mail", "%(n)s mails", 2); other("no")')
    (tmp_path / "b.html").write_text("<p>{{ _('two') }}{% trans %}three{% endtrans %}</p>")
    (tmp_path / "c.txt").write_text("{{ _('four') }}")
    assert texts_in([tmp_path]) == {"one", "%(n)s mail", "two", "three", "four"}


def test_a_missing_an_empty_and_a_stale_translation_are_found() -> None:
    catalogue = catalogue_of('msgid "a"\nmsgstr "A"\n\nmsgid "b"\nmsgstr ""\n\nmsgid "old"\nmsgstr "alt"\n')
    assert gap({"a", "b", "c"}, catalogue) == Gap(["b", "c"], ["old"])


def test_a_guessed_translation_is_none() -> None:
    assert gap({"a"}, catalogue_of('#, fuzzy\nmsgid "a"\nmsgstr "A"\n')) == Gap(["a"], [])


def test_a_lost_value_is_found() -> None:
    assert complaints(catalogue_of('#, python-format\nmsgid "%(n)s a"\nmsgstr "%(m)s A"\n')) != []
