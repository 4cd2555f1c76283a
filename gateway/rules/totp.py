"""Codes that an app makes of a key and the time (RFC 6238): six digits, another one every half minute.

The library is imported at the first use: most people come without an app.
"""

import hmac
from datetime import datetime

STEP_SECONDS = 30
_EARLY_AND_LATE = (-1, 0, 1)
"""Steps by which a clock may be wrong, or a code be late."""


def is_code(said: str) -> bool:
    """Whether it looks like a code of an app."""
    return len(said) == 6 and said.isascii() and said.isdigit()


def find_step(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """The step whose code this is, if it is near enough and later than `after`; None if it is none."""
    import pyotp

    maker = pyotp.TOTP(secret)
    here = int(now.timestamp()) // STEP_SECONDS
    near = [here + by for by in _EARLY_AND_LATE]
    fitting = [step for step in near if hmac.compare_digest(maker.generate_otp(step).encode(), code.encode())]
    return next((step for step in fitting if step > after), None)


def address_of(secret: str, *, login: str, issuer: str) -> str:
    """What an app reads from the picture: an address of the scheme `otpauth`."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)
