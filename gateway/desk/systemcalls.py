"""The desk's cryptography for installed systems: what one proves that enrols, and calls for one alone.

docs/remote-protocol.md, section 8. The library is imported at the first use: most processes never need it.
"""

from gateway.rules.systems import KEY_BYTES

_CALL = b"m4a remote 1 call"
_NONCE = bytes(12)  # each key seals one text


def seal(secret: bytes, *, session: str, box_key: bytes, ephemeral: bytes | None = None) -> bytes:
    """The secret of a session's link for the system with this X25519 key (RFC 7748), and for nobody else.

    `ephemeral` is the desk's private key of 32 bytes, a fresh one unless a test gives it. ValueError for a
    key of the system's with which no secret can be agreed on.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    mine = X25519PrivateKey.from_private_bytes(ephemeral) if ephemeral else X25519PrivateKey.generate()
    public = mine.public_key().public_bytes_raw()
    shared = mine.exchange(X25519PublicKey.from_public_bytes(box_key))
    kdf = HKDF(hashes.SHA256(), length=32, salt=public + box_key, info=_CALL)
    return public + AESGCM(kdf.derive(shared)).encrypt(_NONCE, secret, session.encode())


def is_usable(box_key: bytes) -> bool:
    """Whether links can be sealed for this X25519 key: no secret comes of a point of small order."""
    try:
        seal(b"", session="", box_key=box_key)
    except ValueError:
        return False
    return True


def is_signed(message: bytes, *, signature: bytes, sign_key: bytes) -> bool:
    """Whether the holder of this Ed25519 key (RFC 8032) has signed the message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(sign_key) != KEY_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(sign_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
