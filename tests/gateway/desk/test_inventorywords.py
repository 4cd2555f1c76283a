"""The inventory in words."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import pytest

from gateway.desk import inventorywords as words
from gateway.i18n import speaking
from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models import Record


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Whom, words.whom_names),
        (Privacy, words.privacy_names),
        (Purpose, words.purpose_names),
        (Lasts, words.lasts_names),
    ],
)
def test_everything_has_its_word(kind: type[StrEnum], names: Callable[[], Mapping[Any, str]]) -> None:
    assert set(names()) == set(kind)


def test_every_table_has_a_name_of_its_own() -> None:
    assert set(words.table_names()) == set(Record.metadata.tables)
    for locale in ("en", "de"):
        with speaking(locale):
            assert len(set(words.table_names().values())) == len(Record.metadata.tables)


def test_what_is_beside_the_database_is_told() -> None:
    names = [name for name, _ in words.elsewhere()]
    assert {"Raw mail and files", "Journal of senders", "Queue", "Logs"} <= set(names)
    assert len(set(names)) == len(names)
