"""Envelopes that mail programs put a mail or files into, made by hand: PKCS #7, winmail.dat, packed RTF."""

import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

_OID = bytes.fromhex("2a864886f70d01")
_DATA, _SIGNED, _ENVELOPED = (_OID + bytes((7, kind)) for kind in (1, 2, 3))
_ALGORITHMS = b"\x31\x00"
_VERSION = b"\x02\x01\x01"


def der(tag: int, *content: bytes) -> bytes:
    """One element with its length in the shortest form (X.690, 10.1)."""
    inner = b"".join(content)
    if len(inner) < 0x80:
        return bytes((tag, len(inner))) + inner
    length = len(inner).to_bytes((len(inner).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + inner


def endless(tag: int, *content: bytes) -> bytes:
    """One element that only a mark ends, as programs write that do not know its length yet."""
    return bytes((tag, 0x80)) + b"".join(content) + b"\0\0"


def signed_data(content: bytes | None) -> bytes:
    """A SignedData (RFC 5652, 5) around a mail part, without signers; around nothing for None."""
    inside = b"" if content is None else der(0xA0, der(0x04, content))
    data = der(0x30, _VERSION, _ALGORITHMS, der(0x30, der(0x06, _DATA), inside), b"\x31\x00")
    return der(0x30, der(0x06, _SIGNED), der(0xA0, data))


def streamed_signed_data(pieces: Iterable[bytes]) -> bytes:
    """The same as OpenSSL writes it while it reads: no lengths, the content in pieces."""
    octets = endless(0x24, *(der(0x04, piece) for piece in pieces))
    inside = endless(0x30, der(0x06, _DATA), endless(0xA0, octets))
    data = endless(0x30, _VERSION, endless(0x31, endless(0x30, der(0x06, _DATA))), inside, endless(0x31))
    return endless(0x30, der(0x06, _SIGNED), endless(0xA0, data))


def enveloped_data() -> bytes:
    """The beginning of an EnvelopedData (RFC 5652, 6): what an encrypted mail looks like from outside."""
    return der(0x30, der(0x06, _ENVELOPED), der(0xA0, der(0x30, _VERSION, b"\x31\x00")))


def really_signed(content: bytes, *options: pkcs7.PKCS7Options) -> bytes:
    """A SignedData with a real signature and certificate, made by OpenSSL."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ann")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    return builder.add_signer(certificate, key, hashes.SHA256()).sign(Encoding.DER, list(options))


def attribute(level: int, name: int, data: bytes) -> bytes:
    """An attribute of winmail.dat (MS-OXTNEF, 2.1.3) with a right checksum."""
    head = struct.pack("<BHHI", level, name, 6, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*entries: bytes) -> bytes:
    """Properties as an attribute holds them (2.1.3.4)."""
    return struct.pack("<I", len(entries)) + b"".join(entries)


def variable(kind: int, key: int, value: bytes, name: bytes = b"") -> bytes:
    """A property of any length; `name` is what stands between key and value of a named one."""
    padding = b"\0" * (-len(value) % 4)
    return struct.pack("<HH", kind, key) + name + struct.pack("<II", 1, len(value)) + value + padding


def number(key: int, value: int) -> bytes:
    """A property that is a number."""
    return struct.pack("<HHI", 3, key, value)


def tnef(*attributes: bytes, text: str = "", files: Mapping[str, bytes] | None = None) -> bytes:
    """A winmail.dat: attributes as given, then a text, then files."""
    out = [b"\x78\x9f\x3e\x22\x01\x00", *attributes]
    if text:
        out.append(attribute(1, 0x800C, text.encode("cp1252") + b"\0"))
    for name, content in (files or {}).items():
        out += [attribute(2, 0x9002, b"\0" * 14), attribute(2, 0x8010, name.encode("cp1252") + b"\0")]
        out.append(attribute(2, 0x800F, content))
    return b"".join(out)


def packed_rtf(rtf: bytes) -> bytes:
    """Compressed RTF (MS-OXRTFCP, 2.1.3.1) that repeats nothing, but ends with the mark for the end."""
    out = bytearray()
    items = [*rtf, None]
    for at in range(0, len(items), 8):
        run = items[at : at + 8]
        out.append(sum(1 << bit for bit, item in enumerate(run) if item is None))
        for item in run:
            out += bytes((item,)) if item is not None else ((207 + len(rtf)) % 4096 << 4).to_bytes(2, "big")
    return struct.pack("<II4sI", len(out) + 12, len(rtf), b"LZFu", 0) + bytes(out)
