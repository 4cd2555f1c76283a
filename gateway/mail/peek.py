"""A look at the beginning of a raw mail, for whoever must not spend the time to read it whole."""

from dataclasses import dataclass

from gateway.mail import charsets
from gateway.mail.address import Address
from gateway.mail.headers import Headers, first_field, split_headers, value_and_parameters
from gateway.mail.references import parse_message_id, parse_message_ids

HEAD_BYTES = 65_536
"""How much of a mail is looked at."""
_SNIPPET_BYTES, _SNIPPET_CHARS = 640, 160


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Who wrote, about what, and how it begins; `snippet` is "" where only decoding would tell."""

    sender: Address | None
    subject: str
    snippet: str


def peek(raw: bytes) -> Glimpse:
    """What the first 64 kB of a mail show without taking it apart. Never raises."""
    head = raw[:HEAD_BYTES]
    headers, body_at = split_headers(head, first_field(head), len(head), [])
    senders = headers.addresses("from") or headers.addresses("sender")
    return Glimpse(senders[0] if senders else None, headers.text("subject"), _snippet(headers, head, body_at))


def thread_ids(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """The id of a mail ("" if it has none) and those it names, from its first 64 kB. Never raises."""
    head = raw[:HEAD_BYTES]
    headers, _ = split_headers(head, first_field(head), len(head), [])
    named = " ".join((*headers.all_raw("in-reply-to"), *headers.all_raw("references")))
    return parse_message_id(headers.raw("message-id")), parse_message_ids(named)


def _snippet(headers: Headers, head: bytes, body_at: int) -> str:
    kind, parameters = value_and_parameters(headers.raw("content-type") or "text/plain")
    encoding = headers.raw("content-transfer-encoding").strip().lower()
    if kind != "text/plain" or encoding not in ("", "7bit", "8bit", "binary"):
        return ""
    text, _ = charsets.decode(head[body_at : body_at + _SNIPPET_BYTES], parameters.get("charset", ""))
    return " ".join(text.replace("\0", " ").split())[:_SNIPPET_CHARS]
