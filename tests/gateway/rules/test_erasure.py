"""What a scope has to say."""

from datetime import timedelta

import pytest

from gateway.errors import Invalid
from gateway.rules.erasure import ErasureKind, Scope, check
from gateway.rules.status import Status
from tests.world import NOON

LATER = NOON + timedelta(days=1)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(ErasureKind.CONTACT, "c1"),
        Scope(ErasureKind.TICKET, "7"),
        Scope(ErasureKind.RANGE, "", None, NOON),
        Scope(ErasureKind.RANGE, "", NOON, LATER, (Status.CLOSED,)),
        Scope(ErasureKind.REMOTE),
        Scope(ErasureKind.QUARANTINE, "", None, NOON),
        Scope(ErasureKind.ACCOUNT),
    ],
)
def test_what_its_kind_needs_is_enough(scope: Scope) -> None:
    check(scope)


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (Scope(ErasureKind.CONTACT), "public_id"),
        (Scope(ErasureKind.ACCOUNT, "c1"), "public_id"),
        (Scope(ErasureKind.RANGE, "c1", None, NOON), "public_id"),
        (Scope(ErasureKind.TICKET, "7", NOON), "begin"),
        (Scope(ErasureKind.ACCOUNT, "", None, NOON), "begin"),
        (Scope(ErasureKind.RANGE), "end"),
        (Scope(ErasureKind.RANGE, "", NOON, NOON), "end"),
        (Scope(ErasureKind.REMOTE, "", LATER, NOON), "end"),
        (Scope(ErasureKind.REMOTE, statuses=(Status.CLOSED,)), "statuses"),
    ],
)
def test_what_is_missing_or_too_much_is_named(scope: Scope, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(scope)
    assert caught.value.field == field
