import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed, ProtocolError, TooLarge
from remote_bridge.protocol.jsontext import Fields, parse_object, write
from remote_bridge.protocol.state import State

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(texts, st.none() | st.booleans() | st.integers() | texts))
def test_what_is_written_is_read(value: dict[str, Any]) -> None:
    assert parse_object(write(value), 100_000) == value


def test_it_is_written_short_and_as_it_is() -> None:
    assert write({"a": ["ä", 1]}) == '{"a":["ä",1]}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "[]",
        '{"a":1,"a":1}',
        '{"a":{"b":1,"b":2}}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        "{" * 5000,
        "\ud800",
    ],
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_object(text, 100_000)


def test_the_bound_is_one_of_bytes() -> None:
    text = '{"a":"ää"}'
    assert parse_object(text, 12)
    with pytest.raises(TooLarge):
        parse_object(text, 11)


def test_every_field_is_asked_for() -> None:
    fields = Fields({"a": 1, "b": 2})
    assert fields.whole("a", most=1) == 1
    with pytest.raises(Malformed):
        fields.done(None)


@pytest.mark.parametrize("value", [True, 1.0, "1", None, -1, 11, [1]])
def test_whole_numbers_are_within_bounds(value: Any) -> None:
    with pytest.raises(Malformed):
        Fields({"n": value}).whole("n", most=10)


@pytest.mark.parametrize("value", [0, 1, None, "true"])
def test_yes_and_no_are_not_numbers(value: Any) -> None:
    with pytest.raises(Malformed):
        Fields({"b": value}).yes_no("b")


@pytest.mark.parametrize("value", ["", "ä", "a\n", "x" * 201, 1, None])
def test_words_are_short_and_plain(value: Any) -> None:
    with pytest.raises(Malformed):
        Fields({"w": value}).word("w")


@pytest.mark.parametrize("value", ["\ud800", 1, None, ["a"]])
def test_texts_are_whole(value: Any) -> None:
    with pytest.raises(Malformed):
        Fields({"t": value}).text("t")


def test_enums_have_their_words_only() -> None:
    assert Fields({"s": "live"}).one_of("s", State) is State.LIVE
    for value in ("LIVE", "", 1):
        with pytest.raises(Malformed):
            Fields({"s": value}).one_of("s", State)


def test_moments_are_told_in_utc() -> None:
    assert Fields({"at": "2030-01-02T03:04:05+02:00"}).moment("at") == datetime(
        2030, 1, 2, 1, 4, 5, tzinfo=UTC
    )
    for value in ("2030-01-02T03:04:05", "0001-01-01T00:00:00+14:00", "soon", 7):
        with pytest.raises(Malformed):
            Fields({"at": value}).moment("at")


def test_lists_are_bounded() -> None:
    assert Fields({"l": [{}, {}]}).objects("l", most=2) == [{}, {}]
    refused: tuple[Any, ...] = ([{}] * 3, [1], {}, None)
    for value in refused:
        with pytest.raises(Malformed):
            Fields({"l": value}).objects("l", most=2)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_nothing_breaks_the_reader(data: str | bytes) -> None:
    try:
        value = parse_object(data, 50)
    except ProtocolError:
        return
    assert json.loads(data) == value
