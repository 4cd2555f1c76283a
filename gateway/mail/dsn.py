"""Delivery reports as RFC 3464 has them, and enhanced status codes (RFC 3463) wherever they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:\[\]])[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+")
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.,:/-])([45]\d\d)(?=[\s-])")
MAX_BLOCKS = 200


@dataclass(frozen=True, slots=True)
class Report:
    """One recipient's block of a delivery report; "" where it says nothing."""

    recipient: str
    action: str
    status: str
    diagnostic: str


def read_reports(content: str) -> Iterator[Report]:
    """Each block that names a recipient, an action or a status; the first, about the whole mail, does not."""
    for block in re.split(r"\n[ \t]*\n", content.replace("\r\n", "\n").strip())[:MAX_BLOCKS]:
        fields = _fields(block)
        recipient = address_in(fields.get("final-recipient", "")) or address_in(
            fields.get("original-recipient", "")
        )
        original = address_in(fields.get("original-recipient", "")) or address_in(
            fields.get("x-actual-recipient", "")
        )
        if recipient or original or "action" in fields or "status" in fields:
            diagnostic = _diagnostic(fields.get("diagnostic-code", ""))
            status = enhanced_status(fields.get("status", ""))
            yield Report(
                recipient or original, fields.get("action", "").lower().split(" ")[0], status, diagnostic
            )


def _fields(block: str) -> dict[str, str]:
    unfolded = re.sub(r"\n[ \t]+", " ", block)
    found: dict[str, str] = {}
    for line in unfolded.split("\n"):
        name, separator, value = line.partition(":")
        if separator:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def address_in(value: str) -> str:
    """The address in `rfc822; <user@example.org>`; a bare local name where there is no domain."""
    kind, separator, rest = value.partition(";")
    text = rest if separator else kind
    found = _ADDRESS.search(text)
    return found.group().strip(".") if found else text.strip().strip("<>\"'")


def _diagnostic(value: str) -> str:
    """Without the type in front: `smtp; 550 …`."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator and re.fullmatch(r"\s*[\w-]+\s*", kind) else value.strip()


def enhanced_status(text: str) -> str:
    """The first enhanced status code in a text, or ""."""
    found = _ENHANCED.search(text)
    return found.group() if found else ""


def precise_status(text: str) -> str:
    """The first enhanced status code that says more than x.0.0, or ""."""
    return next((m.group() for m in _ENHANCED.finditer(text) if m[2] != "0" or m[3] != "0"), "")


def reply_code(text: str) -> str:
    """The first SMTP reply code that tells of a failure, or ""."""
    found = _REPLY.search(text)
    return found[1] if found else ""
