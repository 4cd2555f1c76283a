"""Which addresses are the desk's own."""

import pytest

from gateway.mail.address import Address
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from gateway.mail.tokens import bounce_local, reply_local
from gateway.rules.recipients import answer_addresses, is_ours

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


def wanting(reply_to: str, list_post: str) -> ParsedMail:
    raw = f"From: ann@acme.example\r\nReply-To: {reply_to}\r\nList-Post: {list_post}\r\n\r\nhi\r\n"
    return parse(raw.encode(), detect_type=lambda _content: "text/plain")


@pytest.mark.parametrize(
    ("reply_to", "list_post", "expected"),
    [
        ("ann@home.example", "", ["ann@home.example"]),
        ("users@list.example", "<mailto:users@list.example>", []),
        (
            "Users@List.Example, ann@home.example",
            "<mailto:users@list.example?x>",
            ["ann@home.example"],
        ),
        ("users@list.example", "NO", ["users@list.example"]),
        ("users@list.example", "<mailto:other@list.example>", ["users@list.example"]),
    ],
)
def test_an_answer_goes_where_it_is_wanted_but_not_to_a_list(
    reply_to: str, list_post: str, expected: list[str]
) -> None:
    assert [who.address for who in answer_addresses(wanting(reply_to, list_post))] == expected
