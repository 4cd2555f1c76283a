"""Mails signed with DKIM by keys made here, and the records that name these keys."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

_PUBLIC = serialization.PublicFormat.SubjectPublicKeyInfo
_DER = serialization.Encoding.DER


@dataclass(frozen=True)
class Signer:
    """A domain that signs."""

    domain: str
    selector: str = "s1"
    bits: int = 1024

    @property
    def name(self) -> str:
        """Where the key's record stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def public(self) -> str:
        """The key as a record has it."""
        return base64.b64encode(_key(self.bits).public_key().public_bytes(_DER, _PUBLIC)).decode()

    @property
    def private_pem(self) -> str:
        """The key itself."""
        return _pem(self.bits).decode()

    def record(self, tags: str = "v=DKIM1; k=rsa") -> dict[tuple[str, str], Sequence[str]]:
        """The zone entry for the key."""
        return {(self.name, "TXT"): [f"{tags}; p={self.public}"]}

    def sign(
        self,
        raw: bytes,
        *,
        body: bytes = b"relaxed",
        header: bytes = b"relaxed",
        signed: Sequence[bytes] | None = None,
        with_length: bool = False,
        identity: str = "",
        algorithm: bytes = b"rsa-sha256",
    ) -> bytes:
        """The mail with a signature on top."""
        signature: bytes = dkim.sign(
            raw,
            self.selector.encode(),
            self.domain.encode(),
            _pem(self.bits),
            canonicalize=(header, body),
            include_headers=signed,
            length=with_length,
            identity=identity.encode() or None,
            signature_algorithm=algorithm,
        )
        return signature + raw


@cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    if bits >= 1024:
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    p, q, e = 2**521 - 1, 2**255 - 19, 65537  # nobody makes such short keys any more, but these are primes
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


@cache
def _pem(bits: int) -> bytes:
    return _key(bits).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def ed25519_pair() -> tuple[ed25519.Ed25519PrivateKey, str]:
    """A key, and the record of its public half."""
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return key, f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
