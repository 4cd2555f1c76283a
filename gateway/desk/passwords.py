"""Passwords: argon2id, at most two at a time so that sign-ins cannot take the machine's memory."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.errors import Invalid

MIN_CHARS = 10
MAX_CHARS = 1000
_hasher = PasswordHasher()
_places = BoundedSemaphore(2)  # 64 MiB each


def hash_password(password: str) -> str:
    """What is stored of a password; Invalid below 10 or above 1000 characters.

    Takes about 100 ms: not inside a transaction.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise Invalid(f"A password has {MIN_CHARS} to {MAX_CHARS} characters.", field="password")
    with _places:
        return _hasher.hash(password)


def check(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is nobody (None) to check it for."""
    try:
        with _places:
            _hasher.verify(password_hash or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody at all")
