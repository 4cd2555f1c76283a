"""Proof of work: whoever wants something has their machine look for a number, which costs the same for all.

It slows a flood down without asking who comes: docs/adr/0021-suggestions-by-nobody.md.
"""

import hashlib

MAX_ANSWER_CHARS = 20


def is_solved(challenge: str, answer: str, *, bits: int) -> bool:
    """Whether SHA-256 of `challenge:answer` begins with so many zero bits; `answer` is a decimal number."""
    if not (answer.isascii() and answer.isdecimal() and len(answer) <= MAX_ANSWER_CHARS):
        return False
    digest = hashlib.sha256(f"{challenge}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (len(digest) * 8 - bits) == 0


def solve(challenge: str, *, bits: int) -> str:
    """The smallest number that solves it; some 2 ** bits tries."""
    answer = 0
    while not is_solved(challenge, str(answer), bits=bits):
        answer += 1
    return str(answer)
