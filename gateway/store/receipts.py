"""Receipts of erasures: signed by the installation (Ed25519), so that nobody writes one himself.

The key comes of the installation's secret, which is kept outside the database. The library is imported at
the first use: most processes never need it.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = "manage4all-erasure-receipt"
_SIGNED_WITH = b"manage4all receipts"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says; times are ISO 8601 in UTC. No personal data."""

    id: str
    kind: str
    counts: Mapping[str, int]
    begun_at: str
    done_at: str
    installation: str
    version: str

    def said(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "format": FORMAT,
            "id": self.id,
            "kind": self.kind,
            "counts": dict(sorted(self.counts.items())),
            "begun_at": self.begun_at,
            "done_at": self.done_at,
            "installation": self.installation,
            "version": self.version,
        }


def sign(receipt: Receipt, secret: bytes) -> str:
    """The receipt as JSON, with the public key and the signature."""
    key = _key(secret)
    said = receipt.said()
    signed = {
        "receipt": said,
        "key": _text(key.public_key().public_bytes_raw()),
        "signature": _text(key.sign(_canonical(said))),
    }
    return json.dumps(signed, indent=1, ensure_ascii=False) + "\n"


def verify(told: str, secret: bytes) -> Receipt:
    """What a receipt says, if this installation has signed it as it stands; Invalid if not."""
    from cryptography.exceptions import InvalidSignature

    try:
        signed = json.loads(told)
        said, signature = signed["receipt"], base64.b64decode(signed["signature"], validate=True)
        receipt = Receipt(**{name: value for name, value in said.items() if name != "format"})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("This is no receipt of an erasure.", field="file") from None
    try:
        _key(secret).public_key().verify(signature, _canonical(said))
    except InvalidSignature:
        raise Invalid(
            "This receipt was not signed by this installation, or was changed.", field="file"
        ) from None
    return receipt


def public_key(secret: bytes) -> str:
    """The key that anybody can check receipts with, in Base64."""
    return _text(_key(secret).public_key().public_bytes_raw())


def _canonical(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode("ascii")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _key(secret: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    kdf = HKDF(hashes.SHA256(), length=32, salt=None, info=_SIGNED_WITH)
    return Ed25519PrivateKey.from_private_bytes(kdf.derive(secret))
