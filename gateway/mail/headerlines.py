"""Header fields as they stand in a mail: encoded (RFC 2047) and folded (RFC 5322, 2.2.3).

Each function gives one field, its lines joined by CRLF and a space, or "" where there is nothing to say.
"""

import re
from collections.abc import Iterable, Sequence
from email.header import Header
from itertools import dropwhile

from gateway.errors import Invalid
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address

LINE = 76
"""Where lines are folded if they can be; RFC 5322 wishes 78 and forbids more than 998."""
MAX_REFERENCES = 20
MAX_REFERENCES_CHARACTERS = 900
_MAX_ID = 250
_MAX_NAME = 200
_MAX_TEXT = 2000
_LONGEST_PLAIN_WORD = 60
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\s]+")
_MESSAGE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def to_bytes(fields: Sequence[str]) -> bytes:
    """The fields as the first lines of a mail."""
    return "".join(f"{field}\r\n" for field in fields).encode("utf-8")


def one_line(value: str) -> str:
    """What people wrote, as one line: each run of white space or control characters becomes one space."""
    return _UNPRINTABLE.sub(" ", value).strip()


def text(name: str, value: str) -> str:
    """An unstructured field, cut at 2,000 characters."""
    clean = one_line(value)[:_MAX_TEXT].strip()
    if not clean:
        return ""
    if _is_plain(clean):
        return _folded(f"{name}:", clean.split(" "))
    return f"{name}: {_encoded_words(clean, len(name) + 2)}"


def addresses(name: str, people: Iterable[Address]) -> str:
    """An address list; Invalid for an address that would break it."""
    written = [_mailbox(person) for person in people]
    if not written:
        return ""
    return _folded(f"{name}:", [f"{mailbox}," for mailbox in written[:-1]] + written[-1:])


def message_id(name: str, value: str) -> str:
    """A field with an id of our own; Invalid if it is none."""
    if not _is_writable_id(value):
        raise Invalid("This is not a valid Message-ID.", field=name)
    return f"{name}: <{value}>"


def message_ids(name: str, values: Iterable[str]) -> str:
    """A field with ids of others, those that cannot be written left out."""
    return _folded(f"{name}:", [f"<{value}>" for value in values if _is_writable_id(value)])


def short_references(known: Sequence[str], *, own_domain: str) -> tuple[str, ...]:
    """The ids worth keeping, in their order: the first, the newest, our own, then the newer ones.

    At most 20 and 900 characters, because some servers cut or refuse longer fields.
    """
    ids = [value for value in dict.fromkeys(known) if _is_writable_id(value)]
    ours = [value for value in ids if value.rpartition("@")[2].lower() == own_domain.lower()]
    wanted = dict.fromkeys([*ids[:1], *ids[-1:], *reversed(ours), *reversed(ids)])
    kept: set[str] = set()
    room = MAX_REFERENCES_CHARACTERS
    for value in list(wanted)[:MAX_REFERENCES]:
        room -= len(value) + 3
        if room < 0:
            break
        kept.add(value)
    return tuple(value for value in ids if value in kept)


def _is_writable_id(value: str) -> bool:
    return len(value) <= _MAX_ID and _MESSAGE_ID.fullmatch(value) is not None


def _mailbox(person: Address) -> str:
    address = writable_address(person.address)
    name = one_line(person.name)[:_MAX_NAME].strip()
    if not name:
        return address if not address.startswith('"') else f"<{address}>"
    return f"{_phrase(name)} <{address}>"


def _phrase(name: str) -> str:
    if not _is_plain(name):
        return _encoded_words(name, 0)
    if _PHRASE.fullmatch(name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _is_plain(value: str) -> bool:
    """Whether it may stand unencoded: ASCII, not taken for an encoded word, no word too long to fold."""
    return (
        value.isascii()
        and "=?" not in value
        and all(len(word) <= _LONGEST_PLAIN_WORD for word in value.split(" "))
    )


def _encoded_words(value: str, used: int) -> str:
    header = Header(value, "utf-8", maxlinelen=LINE, continuation_ws=" ")
    first = Header(value, "utf-8", maxlinelen=LINE, header_name="x" * max(used - 2, 0))
    return (first if used else header).encode(linesep="\r\n")


def _folded(start: str, words: Sequence[str]) -> str:
    """`start` and the words, a line break before each that would pass the 76th character."""
    if not words:
        return ""
    lines = [start]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > LINE and lines[-1] != start:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(dropwhile(lambda line: not line, lines))
