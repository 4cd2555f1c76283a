"""Legal texts: the operator's own, each version kept."""

from datetime import timedelta

import pytest

from gateway.desk import legal, operating
from gateway.desk.legal import NOTHING, Document, Version
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from tests.world import NOON, World

LATER = NOON + timedelta(days=1)


@pytest.fixture
def operator(world: World) -> Actor:
    with session.transaction() as db:
        operating.appoint(db, "ours", now=NOON)
    return world.ours.owner


def change(by: Actor | None, en: str, de: str = "", document: Document = Document.PRIVACY) -> None:
    with session.transaction() as db:
        legal.change(db, by, document, en, de, now=LATER if en == "Second" else NOON)


def test_at_first_there_is_nothing(database: str) -> None:
    with session.reading() as db:
        assert legal.newest(db, Document.TERMS) == NOTHING
        assert legal.missing(db) == (Document.PRIVACY, Document.TERMS)
        assert legal.list_versions(db, Document.TERMS) == []


def test_each_change_is_a_version_and_earlier_ones_stay(operator: Actor) -> None:
    for text in ("First", "First", "Second\r\n", ""):
        change(operator, text.strip() if text.startswith("Second") else text)
    with session.reading() as db:
        assert [number for number, _ in legal.list_versions(db, Document.PRIVACY)] == [3, 2, 1]
        assert legal.get_version(db, Document.PRIVACY, 2) == Version(2, "Second", "", LATER)
        assert legal.newest(db, Document.PRIVACY).is_empty
        assert legal.newest(db, Document.TERMS) == NOTHING
        for number in (0, 4):
            with pytest.raises(NotFound):
                legal.get_version(db, Document.PRIVACY, number)


def test_only_the_operators_people_change_them(operator: Actor, world: World) -> None:
    for by, error in ((world.ours.staff, Denied), (world.stranger.owner, NotFound)):
        with pytest.raises(error):
            change(by, "Mine")
    change(None, "By command", document=Document.TERMS)
    with session.reading() as db:
        assert legal.missing(db) == (Document.PRIVACY,)


@pytest.mark.parametrize(
    ("en", "de", "field"), [("x" * 100_001, "", "text_en"), ("", "x" * 100_001, "text_de")]
)
def test_what_is_too_long_is_refused(operator: Actor, en: str, de: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        change(operator, en, de)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("en", "de", "locale", "found"),
    [
        ("Hello", "Hallo", "de", ("Hallo", "de")),
        ("Hello", "Hallo", "en", ("Hello", "en")),
        ("Hello", "", "de", ("Hello", "en")),
        ("", "Hallo", "en", ("Hallo", "de")),
        ("", "", "de", ("", "de")),
    ],
)
def test_who_finds_none_in_their_language_reads_the_other(
    en: str, de: str, locale: str, found: tuple[str, str]
) -> None:
    assert Version(1, en, de, NOON).in_language(locale) == found
