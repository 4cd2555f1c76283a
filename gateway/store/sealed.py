"""Credentials at rest: sealed with the installation's key, which is kept outside the database.

The library is imported at the first use: most processes never need its 12 MB.
"""

import base64
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Seal:
    """Seals and opens short texts (Fernet) under a key derived from the installation's."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, text: str) -> str:
        """The text, unreadable and unchangeable without the key; "" stays ""."""
        return self._fernet.encrypt(text.encode()).decode("ascii") if text else ""

    def open(self, sealed: str) -> str:
        """The text again; Unavailable when it was sealed under another key."""
        if not sealed:
            return ""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unavailable(
                "Stored credentials cannot be read: the secret key is another one.", detail="seal"
            ) from None

    @cached_property
    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        kdf = HKDF(hashes.SHA256(), length=32, salt=None, info=b"manage4all credentials")
        derived = kdf.derive(self._key)
        return Fernet(base64.urlsafe_b64encode(derived))
