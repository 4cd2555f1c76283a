"""Who wrote a mail that somebody forwarded: from the attached original, or from the lines above the copy."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.mail.address import Address, parse_addresses
from gateway.mail.headers import split_headers
from gateway.mail.message import ParsedMail
from gateway.mail.quoteblocks import is_forward, named_field, separator
from gateway.mail.quotemarks import MAX_MARK_CHARS

MAX_LINES = 2000
_BLOCK_LINES = 12
_ATTACHED = ("message/rfc822", "message/global")
# As programs shorten it in English, German, French, Spanish, Portuguese, Italian, Dutch, Finnish, Swedish,
# Polish, Turkish, Hungarian, Russian, Chinese and Japanese.
_SUBJECT = re.compile(
    r"\s*(?:\[#\d+\]\s*)?(?:fwd?|wg|wtr|tr|rv|enc|i|doorst|vs|vb|vl|fs|pd|ilt|i̇lt|továbbítás|пересл|转发|轉寄|転送)"
    r"\s*(?:\[\d+\])?\s*[:\uff1a]",
    re.IGNORECASE,
)
_MAILTO = re.compile(r"[\[(<]mailto:([^\s\])>]+)[\])>]", re.IGNORECASE)
_MARKS = re.compile(r"^[\s>*_]+|[*_]+\s*$")


@dataclass(frozen=True, slots=True)
class Original:
    """The forwarded mail: its sender, and date and subject as they are written there ("" if they are not)."""

    sender: Address
    date: str
    subject: str


def find_original(mail: ParsedMail) -> Original | None:
    """The mail that this one forwards; None where it forwards none, or one whose sender has no address.

    An answer quotes in the same words: so the subject must say that it is a forward, or the program's own
    line above the copy, or the original must be attached.
    """
    attached = next((a for a in mail.attachments if a.content_type in _ATTACHED), None)
    if attached is not None and (is_forward_subject(mail.subject) or not mail.in_reply_to):
        return _of_header(attached.content)
    lines = mail.text.split("\n", MAX_LINES)[:MAX_LINES]
    marks = [at for at, line in enumerate(lines) if line.strip() and is_forward(line)]
    if marks:
        return _of_block(lines, marks[0] + 1)
    if not is_forward_subject(mail.subject):
        return None
    return next((found for at in _likely(lines) if (found := _of_block(lines, at))), None)


def is_forward_subject(subject: str) -> bool:
    """Whether a subject begins as mail programs begin that of a forward."""
    return _SUBJECT.match(subject[:MAX_MARK_CHARS]) is not None


def _likely(lines: Sequence[str]) -> list[int]:
    """Where a header block may begin: behind an `Original Message` line, or at a From line itself."""
    found = []
    for at, line in enumerate(lines):
        if line.strip() and separator(lines, at) > at:
            found.append(at + 1)
        elif (named := named_field(_bare(line))) is not None and named[0] == "from":
            found.append(at)
    return found


def _of_block(lines: Sequence[str], start: int) -> Original | None:
    """From, Date and Subject in the lines from `start`; a long value may go on in the next line."""
    fields: dict[str, str] = {}
    last = ""
    for line in lines[start : start + _BLOCK_LINES]:
        bare = _bare(line)
        named = named_field(bare)
        if named is not None:
            last = named[0]
            fields.setdefault(last, named[1].strip())
        elif not bare:
            if "from" in fields:
                break
        elif last and fields[last] == "":
            fields[last] = bare
        elif last == "from" and "@" in bare and "@" not in fields["from"]:
            fields["from"] += f" {bare}"
        elif not last:
            break
    sender = _sender(fields.get("from", ""))
    if sender is None or len(fields) < 2:
        return None
    return Original(sender, fields.get("date", ""), fields.get("subject", ""))


def _bare(line: str) -> str:
    """A line without quotation marks and the stars of bold print."""
    return _MARKS.sub("", line[:MAX_MARK_CHARS]).replace("*", "").strip()


def _of_header(content: bytes) -> Original | None:
    headers, _body = split_headers(content, 0, len(content), [])
    senders = headers.addresses("from")
    if not senders or "@" not in senders[0].address:
        return None
    return Original(senders[0], headers.raw("date"), headers.text("subject"))


def _sender(value: str) -> Address | None:
    """`Ann <ann@acme.example>`, `Ann [mailto:ann@acme.example]` and the like."""
    plain = _MAILTO.sub(r"<\1>", value)
    plain = re.sub(r"(<[^<>\s]+@[^<>\s]+>)\s*<[^<>]*>", r"\1", plain)
    found = [one for one in parse_addresses(plain) if "@" in one.address]
    return found[0] if found else None
