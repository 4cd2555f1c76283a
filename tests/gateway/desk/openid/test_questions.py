"""The question with which a browser leaves: new each time, sealed, and over after some minutes."""

from datetime import timedelta

import pytest

from gateway.desk.openid.questions import LASTS, Purpose, Question, begin, find, keep
from gateway.store.sealed import Seal
from tests.world import NOON

SEAL = Seal(b"the key")


def test_it_comes_back_as_it_left() -> None:
    question = begin(Purpose.LINK, onward="/t/1", staff_id=7, now=NOON)
    kept = keep(question, SEAL)
    assert find(kept, SEAL, now=NOON) == question
    assert (question.purpose, question.onward, question.staff_id) == (Purpose.LINK, "/t/1", 7)
    assert all(secret not in kept for secret in (question.state, question.nonce, question.verifier))


def test_no_two_are_alike() -> None:
    one, two = (begin(Purpose.SIGN_IN, now=NOON) for _ in range(2))
    secrets = {one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}
    assert len(secrets) == 6
    assert all(len(secret) >= 43 for secret in secrets)  # RFC 7636, 4.1


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    question = Question(Purpose.SIGN_IN, "s", "n", verifier, "/", 0, 0)
    assert question.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (0, False)])
def test_it_ends_with_its_time(seconds: int, *, is_good: bool) -> None:
    kept = keep(begin(Purpose.SIGN_IN, now=NOON), SEAL)
    found = find(kept, SEAL, now=NOON + LASTS + timedelta(seconds=seconds))
    assert (found is not None) is is_good


def test_nobody_else_makes_one() -> None:
    theirs = keep(begin(Purpose.SIGN_IN, now=NOON), Seal(b"another key"))
    others = ["", "x", "\xfc", theirs, SEAL.seal("[]"), SEAL.seal('{"purpose": "sign-in"}'), SEAL.seal("{}")]
    assert [find(kept, SEAL, now=NOON) for kept in others] == [None] * len(others)


def test_it_fits_into_a_cookie() -> None:
    for onward, kept in (("/" + "x" * 999, "/" + "x" * 999), ("/" + "x" * 1000, "/")):
        question = begin(Purpose.SIGN_IN, onward=onward, now=NOON)
        assert question.onward == kept
        assert len(keep(question, SEAL)) < 3000
