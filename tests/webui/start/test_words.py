"""What is said about servers that were found."""

import pytest

from gateway.desk.servers.finding import NOT_FOUND, Origin, Servers
from gateway.desk.servers.providers import Advice
from webui.start import words


@pytest.mark.parametrize("origin", list(Origin))
def test_every_origin_has_its_words(origin: Origin) -> None:
    assert words.found(Servers(None, None, origin, "GMX"))


@pytest.mark.parametrize("advice", [one for one in Advice if one])
def test_every_advice_names_the_provider(advice: Advice) -> None:
    assert "GMX" in words.advice(Servers(None, None, Origin.PROVIDER, "GMX", advice))


def test_where_nothing_has_to_be_done_nothing_is_said() -> None:
    assert words.advice(NOT_FOUND) == ""


@pytest.mark.parametrize(
    ("domain", "is_here"),
    [("desk.localhost", True), ("localhost", True), ("desk.example", True), ("desk.example.org", False)],
)
def test_domains_that_nobody_else_finds_are_known(domain: str, *, is_here: bool) -> None:
    assert words.is_here_only(domain) is is_here
