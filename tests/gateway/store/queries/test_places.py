"""Cursors of a search."""

import pytest

from gateway.errors import Invalid
from gateway.store.queries.places import Place, place
from gateway.store.types import MOST


@pytest.mark.parametrize("one", [Place(0, 5, 9), Place(1, 10, 9), Place(0, 0, 0), Place(1, MOST, MOST - 1)])
def test_a_place_is_read_as_it_was_written(one: Place) -> None:
    assert place(str(one), 2) == one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "none",
        "ä",
        str(Place(2, 5, 9)),
        str(Place(-1, 5, 9)),
        str(Place(0, 11, 9)),
        str(Place(0, 1, MOST)),
    ],
)
def test_a_foreign_cursor_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        place(text, 2)


def test_a_search_starts_with_the_newest_and_so_does_its_next_match() -> None:
    assert Place.start(7).is_start
    assert not Place(0, 7, 7).is_start
    assert Place(0, 0, 7).next_match() == Place(1, 8, 7)
