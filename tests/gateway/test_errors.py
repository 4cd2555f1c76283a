"""The error tree: what each edge says of each failure."""

from collections.abc import Iterator

import pytest

from gateway import errors
from gateway.errors import DeskError, Invalid, StorageFull, TooLarge, Unavailable


def tree(root: type[DeskError] = DeskError) -> Iterator[type[DeskError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


@pytest.mark.parametrize("kind", list(tree()))
def test_every_failure_has_words_and_a_status_for_each_edge(kind: type[DeskError]) -> None:
    code, enhanced = kind.smtp.split(" ")
    assert code[0] == enhanced[0]
    assert code[0] in "45"
    assert 400 <= kind.http < 600
    assert kind.words.endswith(".")
    assert 64 <= kind.sysexit <= 78


@pytest.mark.parametrize("kind", [kind for kind in tree() if kind.http >= 500])
def test_our_own_faults_are_temporary_on_every_edge(kind: type[DeskError]) -> None:
    assert (kind.smtp[0], kind.sysexit) == ("4", 75)


def test_the_public_text_never_holds_the_detail() -> None:
    error = StorageFull(detail="blob store: ENOSPC")
    assert error.public == StorageFull.words
    assert str(error) == f"{StorageFull.words} (blob store: ENOSPC)"
    assert isinstance(error, Unavailable)


def test_invalid_names_the_field() -> None:
    error = Invalid("No.", field="login")
    assert (error.public, error.field, str(error)) == ("No.", "login", "No.")
    assert Invalid().field == ""


def test_too_large_names_both_numbers() -> None:
    error = TooLarge("x", size_bytes=3, limit_bytes=2)
    assert (error.size_bytes, error.limit_bytes, TooLarge().limit_bytes) == (3, 2, 0)
