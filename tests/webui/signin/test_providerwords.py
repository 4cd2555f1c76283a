"""What came of a way to the provider, by its name in the address."""

import pytest
from flask import Flask

from webui.signin import providerwords
from webui.signin.providerwords import Outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_names_the_provider(outcome: Outcome) -> None:
    assert "Home" in providerwords.in_words(outcome, "Home")


@pytest.mark.parametrize(
    ("query", "expected"), [("provider=down", Outcome.DOWN), ("provider=%3Cb%3E", None), ("", None)]
)
def test_an_address_says_how_it_went(app: Flask, query: str, expected: Outcome | None) -> None:
    with app.test_request_context(f"/sign-in?{query}"):
        assert providerwords.found() is expected


def test_an_address_keeps_where_one_wanted_to_go() -> None:
    assert providerwords.address("/sign-in", Outcome.DOWN) == "/sign-in?provider=down"
    assert providerwords.address("/sign-in", Outcome.DOWN, "/?q=a b&c=d") == (
        "/sign-in?provider=down&next=/%3Fq%3Da%20b%26c%3Dd"
    )
