"""What somebody is told of."""

from gateway.rules.notifying import Kind, decide_told


def test_each_is_told_once_for_the_strongest_reason() -> None:
    reasons = {Kind.FOLLOWED: [1, 2, 3], Kind.MINE: [2], Kind.MENTION: [3]}
    assert decide_told(reasons, by=None) == {1: Kind.FOLLOWED, 2: Kind.MINE, 3: Kind.MENTION}


def test_nobody_is_told_of_what_they_did_themselves() -> None:
    assert decide_told({Kind.ASSIGNED: [1]}, by=1) == {}
