"""DKIM signatures for mail that goes out (RFC 6376), and the DNS record that lets others verify them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

# What RFC 6376, 5.4.1 names of the fields we write, and those that say how the body is to be read. Not the
# Message-ID: some relays write their own, and nothing would be won by signing it.
_SIGNED = (
    b"from",
    b"reply-to",
    b"subject",
    b"date",
    b"to",
    b"cc",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)
# Named once more than they are there (8.15): a second one, which a reader might show instead, breaks it.
_OVERSIGNED = (b"from", b"reply-to", b"subject", b"date", b"to", b"cc", b"content-type")
_BLANK = re.compile(r"\s+")


class Seen(StrEnum):
    """What the DNS shows where a key's record should stand."""

    SHOWN = "shown"
    MISSING = "missing"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key (RSA, PEM) of a domain, and the selector under which its public half is published."""

    domain: str
    selector: str
    private_pem: str = field(repr=False)


def sign(raw: bytes, key: SigningKey) -> bytes:
    """The mail with a signature on top (relaxed/relaxed, rsa-sha256); nothing else of it changes."""
    import dkim  # at the first signed mail: most processes never write one

    signature: bytes = dkim.sign(
        raw,
        key.selector.encode("ascii"),
        key.domain.encode("ascii"),
        key.private_pem.encode("ascii"),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[*_present(raw), *_OVERSIGNED],
    )
    return signature + raw


def record_name(domain: str, selector: str) -> str:
    """Where the record of a key stands (RFC 6376, 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def record_value(public_key: str) -> str:
    """The record of a public key, which is in base64 (3.6.1)."""
    return f"v=DKIM1; k=rsa; p={public_key}"


def judge_records(texts: Sequence[str], public_key: str) -> Seen:
    """Whether these TXT records let everybody verify what the key signs.

    More than one is as good as none: which of them counts is undefined (3.6.2.2).
    """
    if not texts:
        return Seen.MISSING
    if len(texts) > 1:
        return Seen.OTHER
    tags = _tags(texts[0])
    fits = (
        tags.get("p") == public_key
        and tags.get("v", "DKIM1") == "DKIM1"
        and tags.get("k", "rsa") == "rsa"
        and "sha256" in tags.get("h", "sha256").split(":")
        and {"*", "email"} & set(tags.get("s", "*").split(":"))
        and "y" not in tags.get("t", "").split(":")  # for trial: counts as unsigned
    )
    return Seen.SHOWN if fits else Seen.OTHER


def _present(raw: bytes) -> list[bytes]:
    """The fields to sign that the mail has."""
    header = raw[: raw.find(b"\r\n\r\n") + 2].lower()
    lines = (b"\r\n" + header).split(b"\r\n")
    names = {line.partition(b":")[0].strip() for line in lines if line[:1] not in (b" ", b"\t")}
    return [name for name in _SIGNED if name in names]


def _tags(text: str) -> dict[str, str]:
    pairs = (_BLANK.sub("", pair).partition("=") for pair in text.split(";"))
    return {name: value for name, separator, value in pairs if separator}
