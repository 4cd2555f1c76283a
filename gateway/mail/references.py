"""Message-IDs in Message-ID, In-Reply-To and References (RFC 5322, 3.6.4), read tolerantly."""

import re

MAX_IDS = 200
_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_BARE = re.compile(r"(?<![^\s<>,;\"'()])[^\s<>,;\"'()]+@[^\s<>,;\"'()]+")


def parse_message_ids(value: str) -> tuple[str, ...]:
    """The ids in the field's order, brackets and inner white space off, each once; the newest if too many."""
    found = [re.sub(r"\s+", "", inner) for inner in _BRACKETED.findall(value)] or _BARE.findall(value)
    unique = list(dict.fromkeys(message_id for message_id in found if message_id))
    return tuple(unique[-MAX_IDS:])


def parse_message_id(value: str) -> str:
    """The one id of a Message-ID field; what stands there if it is none in form, "" if nothing does."""
    found = parse_message_ids(value)
    return found[0] if found else re.sub(r"\s+", "", value.strip().strip("<>"))[:998]
