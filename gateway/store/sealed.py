"""Credentials at rest: sealed with the installation's key, which is kept outside the database."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import Unavailable


class Seal:
    """Seals and opens short texts (Fernet) under a key derived from the installation's."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"manage4all credentials").derive(key)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, text: str) -> str:
        """The text, unreadable and unchangeable without the key; "" stays ""."""
        return self._fernet.encrypt(text.encode()).decode("ascii") if text else ""

    def open(self, sealed: str) -> str:
        """The text again; Unavailable when it was sealed under another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode() if sealed else ""
        except InvalidToken:
            raise Unavailable(
                "Stored credentials cannot be read: the secret key is another one.", detail="seal"
            ) from None
