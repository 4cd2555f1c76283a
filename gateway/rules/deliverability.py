"""Whether a mailbox's mail will arrive: what was found, judged check by check (SPEC 5.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

LATE_AFTER = timedelta(minutes=5)
"""How long a probe may be on its way before something is wrong."""


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Sending(StrEnum):
    """How far the probe came with the outgoing server."""

    SENT = "sent"
    NO_SERVER = "no-server"
    UNREACHABLE = "unreachable"
    SIGN_IN = "sign-in"
    REFUSED = "refused"


class Encryption(StrEnum):
    """How the connection to the outgoing server was protected."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    NONE = "none"
    LOCAL = "local"
    UNKNOWN = "unknown"


class Spf(StrEnum):
    """Whether the domain of the envelope's sender lets the outgoing server send."""

    ALLOWED = "allowed"
    SOFT = "soft"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    BROKEN = "broken"
    PRESENT = "present"
    UNKNOWN = "unknown"


class Dkim(StrEnum):
    """Whether mail is signed, and can be verified."""

    ACTIVE = "active"
    WAITING = "waiting"
    NONE = "none"
    LOST = "lost"
    UNKNOWN = "unknown"


class Dmarc(StrEnum):
    """What the author's domain asks to be done with mail that nothing proves."""

    ENFORCED = "enforced"
    WATCHED = "watched"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Ptr(StrEnum):
    """Whether the outgoing server's address has a name that leads back to it."""

    FITS = "fits"
    MISSING = "missing"
    OTHER = "other"
    UNKNOWN = "unknown"


class Probe(StrEnum):
    """What became of the mail to the mailbox itself."""

    BACK = "back"
    WAITING = "waiting"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the DNS says."""

    spf: Spf
    dkim: Dkim
    dmarc: Dmarc
    ptr: Ptr


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found; `said` is the server's answer or the fault, `host` its public address or ""."""

    sending: Sending
    encryption: Encryption
    said: str
    host: str
    spf: Spf
    dkim: Dkim
    dmarc: Dmarc
    ptr: Ptr

    def as_stored(self) -> dict[str, str]:
        """As plain texts."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_stored(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_stored` gave."""
        return cls(
            sending=Sending(kept["sending"]),
            encryption=Encryption(kept["encryption"]),
            said=kept["said"],
            host=kept["host"],
            spf=Spf(kept["spf"]),
            dkim=Dkim(kept["dkim"]),
            dmarc=Dmarc(kept["dmarc"]),
            ptr=Ptr(kept["ptr"]),
        )


Code = Sending | Encryption | Probe | Spf | Dkim | Dmarc | Ptr


@dataclass(frozen=True, slots=True)
class Finding:
    """One check by its name, how it came out, and what was found."""

    check: str
    state: State
    code: Code


def decide_probe(began_at: datetime, back_at: datetime | None, *, now: datetime) -> Probe:
    """What became of a probe that was sent."""
    if back_at is not None:
        return Probe.BACK
    return Probe.WAITING if now - began_at < LATE_AFTER else Probe.LATE


def judge(facts: Facts, probe: Probe) -> tuple[Finding, ...]:
    """Every check that could be made, in the order in which one mends them."""
    return tuple(_findings(facts, probe))


def _findings(facts: Facts, probe: Probe) -> Iterator[Finding]:
    is_sent = facts.sending is Sending.SENT
    yield Finding("server", State.OK if is_sent else State.FAIL, facts.sending)
    if facts.encryption is not Encryption.UNKNOWN:
        is_safe = facts.encryption in (Encryption.VERIFIED, Encryption.LOCAL)
        yield Finding("tls", State.OK if is_safe else State.WARN, facts.encryption)
    if is_sent:
        yield Finding("probe", _PROBE[probe], probe)
    yield Finding("spf", _SPF[facts.spf], facts.spf)
    yield Finding("dkim", _DKIM[facts.dkim], facts.dkim)
    yield Finding("dmarc", _dmarc(facts), facts.dmarc)
    yield Finding("ptr", State.OK if facts.ptr is Ptr.FITS else State.WARN, facts.ptr)


def _dmarc(facts: Facts) -> State:
    """A policy that is enforced needs a signature: the envelope's sender is of another domain."""
    if facts.dmarc is Dmarc.ENFORCED and facts.dkim in (Dkim.NONE, Dkim.WAITING, Dkim.LOST):
        return State.FAIL
    return State.OK if facts.dmarc in (Dmarc.ENFORCED, Dmarc.WATCHED) else State.WARN


_PROBE = {Probe.BACK: State.OK, Probe.WAITING: State.WARN, Probe.LATE: State.FAIL}
_SPF = {
    Spf.ALLOWED: State.OK,
    Spf.SOFT: State.WARN,
    Spf.FORBIDDEN: State.FAIL,
    Spf.MISSING: State.WARN,
    Spf.BROKEN: State.FAIL,
    Spf.PRESENT: State.WARN,
    Spf.UNKNOWN: State.WARN,
}
_DKIM = {
    Dkim.ACTIVE: State.OK,
    Dkim.WAITING: State.WARN,
    Dkim.NONE: State.WARN,
    Dkim.LOST: State.FAIL,
    Dkim.UNKNOWN: State.WARN,
}
