"""Which addresses are the desk's own."""

import pytest

from gateway.mail.address import Address
from gateway.mail.tokens import bounce_local, reply_local
from gateway.rules.recipients import is_ours

OWN = frozenset({"support@ours.example", "in-abcdefghijklmnop"})
KEY = b"k" * 32


@pytest.mark.parametrize(
    "address",
    [
        "Support@Ours.Example",
        "in-abcdefghijklmnop@desk.example",
        "IN-ABCDEFGHIJKLMNOP@desk.example",
        f"{reply_local(KEY, 7)}@desk.example",
        f"{bounce_local(KEY, 7)}@desk.example",
    ],
)
def test_mailboxes_forwarding_reply_and_bounce_addresses_are_ours(address: str) -> None:
    assert is_ours(Address("", address), OWN)


@pytest.mark.parametrize("address", ["ann@ours.example", "support@acme.example", "reply+1@x.example", ""])
def test_others_are_not(address: str) -> None:
    assert not is_ours(Address("", address), OWN)
