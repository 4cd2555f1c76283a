"""The secret of a link, what comes from it, and how 32 bytes are written (docs/remote-protocol.md, 1)."""

import base64
import binascii
import hashlib
import re
import secrets
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from remote_bridge.protocol.errors import Malformed

SECRET_BYTES = 32
_B64U = re.compile(r"[A-Za-z0-9_-]+")


def b64u(value: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def parse_b64u(text: str, length: int = SECRET_BYTES) -> bytes:
    """So many bytes from their one spelling, or Malformed: a second one would be a second name for them."""
    if len(text) != (4 * length + 2) // 3 or not _B64U.fullmatch(text):
        raise Malformed(f"{length} bytes in base64url have so many characters, and no others")
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise Malformed("not base64url") from None
    if b64u(value) != text:
        raise Malformed("base64url with bits after its end")
    return value


def derive(secret: bytes, info: str, length: int = SECRET_BYTES, *, salt: bytes | None = None) -> bytes:
    """`length` bytes by HKDF-SHA256 (RFC 5869) under the name `info`."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info.encode("ascii")).derive(secret)


class LinkSecret:
    """S of a link: the browser's fragment. Nothing here shows it by accident."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise Malformed("a link's secret has 32 bytes")
        self._secret = secret

    @classmethod
    def make(cls) -> Self:
        """A new one."""
        return cls(secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def parse(cls, fragment: str) -> Self:
        """From what stands behind the `#`, with or without it; else Malformed."""
        return cls(parse_b64u(fragment.removeprefix("#")))

    def fragment(self) -> str:
        """What stands behind the `#` of the link."""
        return b64u(self._secret)

    def raw(self) -> bytes:
        """The 32 bytes, for the desk to seal."""
        return self._secret

    def token(self) -> bytes:
        """Names the session to the desk and the relay, 32 bytes."""
        return derive(self._secret, "m4a remote 1 token")

    def link_key(self) -> bytes:
        """K, which only the two ends have, 32 bytes."""
        return derive(self._secret, "m4a remote 1 key")

    def __repr__(self) -> str:
        return "LinkSecret(…)"


def hash_of(secret: bytes) -> bytes:
    """SHA-256: all that the desk and the relay keep of a token, a host's key or a pass."""
    return hashlib.sha256(secret).digest()
