"""May we answer by ourselves (SPEC 4.7, RFC 3834), and has a mail been going in circles.

Two machines that answer each other end by this: nothing is answered that a machine wrote, and whoever wrote
gets few automatic mails an hour, whatever their mails look like.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.mail.address import Address
from gateway.mail.message import ParsedMail
from gateway.rules.recipients import is_ours

MOST_HOPS = 50
"""Received lines of a mail that has not gone in circles; RFC 5321, 6.3 wants at least 100 for a refusal."""
ONCE_IN = timedelta(hours=24)
"""How long somebody who got an acknowledgement, or a question to confirm, gets no other."""
_MASS = frozenset(("bulk", "list", "junk"))


class Silence(StrEnum):
    """Why nothing is answered automatically."""

    MACHINE = "machine"
    NULL_PATH = "null_path"
    OURSELVES = "ourselves"
    UNPROVEN = "unproven"
    OLD = "old"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Proof:
    """What speaks for the sender: SPF and DMARC as they were judged, and whether we know who writes."""

    spf_passed: bool = False
    dmarc_passed: bool = False
    dmarc_failed: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A mail that could be answered. `return_path` is the envelope's; None where a mail came without one.

    `is_past` is set for what was written before the mailbox was connected, and for imported mail.
    """

    mail: ParsedMail
    sender: Address
    return_path: str | None
    proof: Proof
    is_past: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """What our machines wrote to an address: mails in the last hour, and the last of a kind."""

    in_last_hour: int
    answered_at: datetime | None


def why_silent(
    request: Request, memory: Memory, *, own: AbstractSet[str], most_an_hour: int, now: datetime
) -> Silence | None:
    """Why a mail gets no automatic answer; None if it may have one."""
    if request.return_path == "":
        return Silence.NULL_PATH
    if is_by_machine(request.mail):
        return Silence.MACHINE
    if is_ours(request.sender, own):
        return Silence.OURSELVES
    if not _is_proven(request):
        return Silence.UNPROVEN
    if request.is_past:
        return Silence.OLD
    is_recent = memory.answered_at is not None and now - memory.answered_at < ONCE_IN
    return Silence.ENOUGH if is_recent or memory.in_last_hour >= most_an_hour else None


def is_by_machine(mail: ParsedMail) -> bool:
    """Whether the header says that a machine or a list wrote it, in whichever way."""
    header = mail.headers_of_interest
    submitted = header.auto_submitted.partition(";")[0].partition("(")[0].strip()
    says_so = submitted not in ("", "no") or header.precedence.strip() in _MASS
    return mail.auto is not None or header.is_list or says_so


def is_loop(mail: ParsedMail, *, own: AbstractSet[str], is_own_automatic: bool) -> bool:
    """Whether a mail goes in circles: too many hops, our own mark, or an automatic mail of ours come back."""
    header = mail.headers_of_interest
    is_marked = any(mark.strip("<> ").lower() in own for mark in header.x_loop)
    return header.received_count > MOST_HOPS or is_marked or is_own_automatic


def _is_proven(request: Request) -> bool:
    """Whether an answer reaches who wrote, and not somebody whose name was taken in vain.

    SPF speaks for the envelope's sender alone, so it counts only where From is the same address.
    """
    proof = request.proof
    if proof.dmarc_failed:
        return False
    spf_speaks = proof.spf_passed and (request.return_path or "").lower() == request.sender.address.lower()
    return proof.dmarc_passed or spf_speaks or proof.is_known
