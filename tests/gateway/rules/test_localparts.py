"""Which names accounts may take on the installation's own domain."""

import pytest

from gateway.rules.localparts import is_free_to_choose


@pytest.mark.parametrize("local", ["support", "help-smith", "a1", "info", "jo.smith", "x_y", "a" * 40])
def test_a_sane_name_is_free(local: str) -> None:
    assert is_free_to_choose(local)


@pytest.mark.parametrize(
    "local",
    ["postmaster", "abuse", "noreply", "no-reply", "mailer-daemon", "admin", "administrator", "hostmaster"],
)
def test_reserved_names_are_nobodys(local: str) -> None:
    assert not is_free_to_choose(local)


@pytest.mark.parametrize("local", ["in-abc", "reply.me", "bounce-x", "probe", "notice"])
def test_what_looks_like_an_address_of_ours_is_nobodys(local: str) -> None:
    assert not is_free_to_choose(local)


@pytest.mark.parametrize(
    "local", ["", "a", "a" * 41, "Help", "-a", "a-", "a..b", "a b", "a+b", "ä-b", "a@b", "a\nb", "'a'"]
)
def test_what_makes_no_sane_address_is_refused(local: str) -> None:
    assert not is_free_to_choose(local)
