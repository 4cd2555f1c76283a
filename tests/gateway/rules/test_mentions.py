"""Whom a note calls."""

import pytest

from gateway.rules.mentions import mentioned, places

LOGINS = {"anna", "bo.b", "c-d_e+f", "eve@ours.example"}


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@anna, look", ("anna",)),
        ("Ask @Anna.", ("anna",)),
        ("(@bo.b) and @c-d_e+f!", ("bo.b", "c-d_e+f")),
        ("@anna @anna", ("anna",)),
        ("@eve@ours.example", ("eve@ours.example",)),
        ("write to mail@anna", ()),
        ("@annabel and @ann", ()),
        ("@anna@elsewhere.example", ()),
        ("a/@anna @@anna", ()),
        ("@", ()),
    ],
)
def test_a_login_behind_an_at_is_a_mention_and_an_address_is_none(text: str, called: tuple[str, ...]) -> None:
    assert mentioned(text, LOGINS) == called


def test_a_place_goes_from_the_at_to_the_logins_end() -> None:
    assert list(places("Hi @anna.", LOGINS)) == [(3, 8, "anna")]
