"""Proof of work."""

import hashlib

import pytest

from gateway.rules.proofofwork import is_solved, solve


@pytest.mark.parametrize("bits", [0, 1, 7, 8, 12])
def test_what_is_found_solves_it_and_no_other_challenge_by_chance_alone(bits: int) -> None:
    answer = solve("today.abc", bits=bits)
    digest = hashlib.sha256(f"today.abc:{answer}".encode()).hexdigest()
    assert f"{int(digest, 16):0256b}".startswith("0" * bits)
    assert is_solved("today.abc", answer, bits=bits)


def test_smaller_numbers_do_not_solve_it() -> None:
    answer = int(solve("x", bits=10))
    assert not any(is_solved("x", str(one), bits=10) for one in range(answer))


@pytest.mark.parametrize("answer", ["", "-1", "1.0", "abc", "²", "1" * 21, " 1"])
def test_what_is_no_number_solves_nothing(answer: str) -> None:
    assert not is_solved("x", answer, bits=0)
