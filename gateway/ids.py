"""Public ids and secrets: unguessable, safe in URLs and in the local part of an address."""

import base64
import hashlib
import secrets

_ID_BYTES = 15  # 120 bits, 24 characters of base32 without padding
_SECRET_BYTES = 32
_SHORT_CODE_BYTES = 8


def new_public_id() -> str:
    """A fresh id of 24 lower-case base32 characters (120 random bits)."""
    return base32(secrets.token_bytes(_ID_BYTES))


def new_secret() -> str:
    """A fresh secret of 256 random bits for cookies and tokens, URL-safe."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_short_code() -> str:
    """Twelve capital letters and digits of base32 (60 random bits), to be copied or typed by a person."""
    return base32(secrets.token_bytes(_SHORT_CODE_BYTES))[:12].upper()


def new_key() -> bytes:
    """Thirty-two random bytes for a keyed hash."""
    return secrets.token_bytes(_SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """What is stored of a high-entropy secret: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def base32(data: bytes) -> str:
    """Lower-case base32 (RFC 4648 section 6) without padding; survives case folding by mail servers."""
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()
