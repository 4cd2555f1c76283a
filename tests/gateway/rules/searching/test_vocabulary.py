"""The names of filters and values."""

from gateway.rules.searching import Key
from gateway.rules.searching.vocabulary import KEYS, VALUES, known_values


def test_every_filter_has_its_own_name() -> None:
    assert {key for key in Key if KEYS.get(key.value) is key} == set(Key) - {Key.WORD, Key.PHRASE, Key.NUMBER}


def test_canonical_values_are_known_by_themselves() -> None:
    for names in VALUES.values():
        assert all(names[value] == value for value in names.values())


def test_names_are_written_small() -> None:
    assert all(name == name.casefold() for name in KEYS)
    assert all(name == name.casefold() for names in VALUES.values() for name in names)


def test_what_may_stand_behind_a_filter_is_listed_once_in_canonical_words() -> None:
    assert known_values(Key.STATUS) == ("new", "open", "pending", "closed", "spam")
    assert known_values(Key.FROM) == ()
