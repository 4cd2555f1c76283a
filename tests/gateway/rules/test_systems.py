"""Codes however they are typed, and when a system is believed to be there."""

from datetime import timedelta

import pytest

from gateway.rules.systems import SILENT_AFTER, Presence, code_of, in_groups, plain, what_is_proved
from tests.world import NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("typed", ["ABCD-EFGH-2345", "abcd efgh 2345", " abcdefgh2345\n", "ABCDEFGH2345"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert code_of(typed) == "ABCDEFGH2345"
    assert in_groups("ABCDEFGH2345") == "ABCD-EFGH-2345"


@pytest.mark.parametrize(
    "typed", ["", "ABCD-EFGH-234", "ABCD-EFGH-23456", "ABCD-EFGH-2341", "ÄBCD-EFGH-2345"]
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert code_of(typed) is None


def test_what_is_proved_has_both_keys_and_the_code() -> None:
    found = what_is_proved("ABCDEFGH2345", sign_key=b"s" * 32, box_key=b"b" * 32)
    assert found == b"m4a remote 1 enrol" + b"s" * 32 + b"b" * 32 + b"ABCDEFGH2345"


def test_a_system_is_there_until_it_says_goodbye_or_nothing() -> None:
    assert Presence("wss://relay.example", NOON).is_online(NOON + SILENT_AFTER - SECOND)
    assert not Presence("wss://relay.example", NOON).is_online(NOON + SILENT_AFTER)
    assert not Presence(None, NOON).is_online(NOON)
    assert not Presence(None, None).is_online(NOON)


def test_a_name_is_one_line_of_signs() -> None:
    assert plain(" Server\x00 01\r\n\u202eexe ") == "Server 01 exe"
