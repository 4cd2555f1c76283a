from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.scopes import NONE, Scope, in_order, parse_scopes


@given(st.sets(st.sampled_from(Scope)))
def test_scopes_are_written_in_one_order_and_read_in_any(scopes: set[Scope]) -> None:
    words = in_order(frozenset(scopes))
    assert words == [word for word in ("view", "control", "clipboard", "files") if word in scopes]
    assert parse_scopes(words[::-1]) == scopes


@pytest.mark.parametrize(
    "words", [["look"], ["view", "view"], [1], [None], [["view"]], [{"view": 1}], ["View"]]
)
def test_what_is_no_scope_is_refused(words: list[Any]) -> None:
    with pytest.raises(Malformed):
        parse_scopes(words)


def test_none_is_none() -> None:
    assert parse_scopes([]) == NONE
