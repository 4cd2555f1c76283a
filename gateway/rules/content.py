"""Which two mails are the same: by content, never by Message-ID alone, because real senders reuse it."""

import hashlib
import re

_TRACE = (
    b"received",
    b"return-path",
    b"delivered-to",
    b"x-original-to",
    b"envelope-to",
    b"x-received",
    b"authentication-results",
    b"arc-seal",
    b"arc-message-signature",
    b"arc-authentication-results",
    b"received-spf",
    b"x-forwarded-to",
    b"x-forwarded-for",
)
_TRACE_FIELD = re.compile(
    rb"^(?:" + b"|".join(_TRACE) + rb")[ \t]*:.*\n(?:[ \t].*\n)*", re.IGNORECASE | re.MULTILINE
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_MAX_HEADER_BYTES = 1024 * 1024


def content_hash(raw: bytes) -> str:
    """SHA-256, in hex, of a raw mail without the fields that each hop adds; line ends count alike."""
    end = _HEADER_END.search(raw, 0, _MAX_HEADER_BYTES)
    split = end.start() if end else min(len(raw), _MAX_HEADER_BYTES)
    header = raw[:split].replace(b"\r\n", b"\n") + b"\n"
    digest = hashlib.sha256(_TRACE_FIELD.sub(b"", header))
    body = memoryview(raw)[split:]
    digest.update(body if b"\r" not in raw[split : split + 4] else raw[split:].replace(b"\r\n", b"\n"))
    return digest.hexdigest()
