"""Addresses and Message-IDs that only this installation can have made: an id, and a keyed hash of it.

The hash is HMAC-SHA256 under the account's mail key, over the purpose and the id, cut to 80 bits: enough
against guessing over SMTP, short enough for a local part (RFC 5321, 4.5.3.1.1: 64 octets). Everything is
lower-case, and read without regard to case, because some servers change it on the way.
"""

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from gateway.ids import base32

_MAC_BYTES = 10  # 16 characters of base32
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LOCAL = re.compile(r"(reply|bounce|confirm)\+([1-9a-z][0-9a-z]{0,12})\.([a-z2-7]{16})")
_PROBE = re.compile(r"probe\.([a-z2-7]{24})\.([a-z2-7]{16})")
_THREAD_ID = re.compile(r"t\.([1-9a-z][0-9a-z]{0,12})\.([a-z2-7]{16})@[^@]+")
_MESSAGE_ID = re.compile(r"m\.([a-z2-7]{8,32})\.([a-z2-7]{16})@[^@]+")


class Purpose(StrEnum):
    """What an id is meant for; a hash made for one purpose is worth nothing for another."""

    REPLY = "reply"
    BOUNCE = "bounce"
    CONFIRM = "confirm"
    MESSAGE_ID = "message-id"
    THREAD = "thread"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a local part or a thread's id says of itself; nothing is proven until `is_genuine` says so."""

    purpose: Purpose
    ref_id: int
    mac: str


def reply_local(key: bytes, ticket_id: int) -> str:
    """The local part to which answers to a ticket go."""
    return _local(key, Purpose.REPLY, ticket_id)


def confirm_local(key: bytes, ticket_id: int) -> str:
    """The local part to which the answer goes that confirms what a ticket asks for."""
    return _local(key, Purpose.CONFIRM, ticket_id)


def bounce_local(key: bytes, delivery_id: int) -> str:
    """The local part of the reverse-path of one delivery."""
    return _local(key, Purpose.BOUNCE, delivery_id)


def read_local(local: str) -> Claim | None:
    """The claim in a local part, or None where its form is another."""
    found = _LOCAL.fullmatch(local.lower()) if local.isascii() else None
    if found is None:
        return None
    purpose, ref_id, mac = found.groups()
    return Claim(Purpose(purpose), int(ref_id, 36), mac)


def is_genuine(key: bytes, claim: Claim) -> bool:
    """Whether the claim was made with this key."""
    return hmac.compare_digest(claim.mac, _mac(key, claim.purpose, str(claim.ref_id)))


def thread_id(key: bytes, ticket_id: int, domain: str) -> str:
    """What stands first in the References of every mail of a ticket, in the form of a Message-ID.

    No mail has it as its own, so no relay rewrites it: answers name it where the Message-IDs were lost.
    """
    return f"t.{_base36(ticket_id)}.{_mac(key, Purpose.THREAD, str(ticket_id))}@{domain}"


def claimed_thread(message_id: str) -> Claim | None:
    """The claim in a thread's id, under whichever domain, or None where its form is another."""
    found = _THREAD_ID.fullmatch(message_id.lower()) if message_id.isascii() else None
    return Claim(Purpose.THREAD, int(found[1], 36), found[2]) if found else None


def message_id(key: bytes, public_id: str, domain: str) -> str:
    """The Message-ID, without brackets, of the article with this public id."""
    return f"m.{public_id}.{_mac(key, Purpose.MESSAGE_ID, public_id)}@{domain}"


def claimed_article(message_id: str) -> str | None:
    """The public id that a Message-ID of our form names, None for another; nothing is proven by that."""
    found = _MESSAGE_ID.fullmatch(message_id.lower()) if message_id.isascii() else None
    return found[1] if found else None


def is_own_message_id(key: bytes, message_id: str) -> bool:
    """Whether a Message-ID, without brackets, was made with this key, under whichever domain."""
    found = _MESSAGE_ID.fullmatch(message_id.lower()) if message_id.isascii() else None
    return found is not None and hmac.compare_digest(found[2], _mac(key, Purpose.MESSAGE_ID, found[1]))


def probe_token(key: bytes, public_id: str) -> str:
    """What stands in the subject of a probe, by which it is known when it comes back."""
    return f"probe.{public_id}.{_mac(key, Purpose.PROBE, public_id)}"


def claimed_probe(subject: str) -> tuple[str, str] | None:
    """The public id and the hash that a subject names; nothing is proven by that."""
    found = _PROBE.search(subject.lower())
    return (found[1], found[2]) if found else None


def without_probe(subject: str) -> str:
    """A subject as it was before a probe's token was put behind it."""
    return _PROBE.sub("", subject).strip()


def is_own_probe(key: bytes, claim: tuple[str, str]) -> bool:
    """Whether a probe's claim was made with this key."""
    return hmac.compare_digest(claim[1], _mac(key, Purpose.PROBE, claim[0]))


def _local(key: bytes, purpose: Purpose, ref_id: int) -> str:
    return f"{purpose}+{_base36(ref_id)}.{_mac(key, purpose, str(ref_id))}"


def _mac(key: bytes, purpose: Purpose, value: str) -> str:
    return base32(hmac.digest(key, f"{purpose}:{value}".encode(), "sha256")[:_MAC_BYTES])


def _base36(number: int) -> str:
    if number <= 0:
        raise ValueError("ids count from 1")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
