"""Codes of an app, against the vectors of RFC 6238."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.rules.totp import STEP_SECONDS, address_of, find_step, is_code

# "12345678901234567890" of RFC 6238 appendix B, whose codes of eight digits end in these six.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


def step_of(code: str, at: datetime, after: int = 0) -> int | None:
    return find_step(SECRET, code, now=at, after=after)


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_vectors_of_the_standard_are_met(seconds: int, code: str) -> None:
    assert step_of(code, datetime.fromtimestamp(seconds, UTC)) == seconds // STEP_SECONDS


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(steps: int, *, is_good: bool) -> None:
    at = datetime.fromtimestamp(1111111109, UTC)
    found = step_of("081804", at + timedelta(seconds=steps * STEP_SECONDS))
    assert found == (1111111109 // STEP_SECONDS if is_good else None)


def test_a_code_is_not_found_again_after_its_step() -> None:
    at = datetime.fromtimestamp(59, UTC)
    assert step_of("287082", at, after=0) == 1
    assert step_of("287082", at, after=1) is None


@pytest.mark.parametrize("code", ["", "000000", "28708", "é", "2870822"])
def test_anything_else_is_none(code: str) -> None:
    assert step_of(code, datetime.fromtimestamp(59, UTC)) is None


@pytest.mark.parametrize(
    ("said", "is_one"), [("123456", True), ("12345", False), ("abcdef", False), ("\u0661" * 6, False)]
)
def test_six_digits_look_like_a_code(said: str, *, is_one: bool) -> None:
    assert is_code(said) is is_one


def test_an_app_reads_key_login_and_issuer() -> None:
    parts = urlsplit(address_of(SECRET, login="ann@x", issuer="manage4all"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/manage4all:ann%40x")
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["manage4all"]}
