"""Which servers a mailbox has: by what the domain of its address says in the DNS, or by who runs its mail.

Where both are silent, usual names are a guess. Nobody is asked but the DNS, and what was found is shown to
whoever types the password before it is sent anywhere (RFC 6186, section 6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self

from gateway.desk.servers.providers import PROVIDERS, Advice, Provider
from gateway.mail.addressing import domain_to_ascii
from gateway.store.servers import Security

_IMAP = (("_imaps._tcp", Security.TLS), ("_imap._tcp", Security.STARTTLS))
_SMTP = (("_submissions._tcp", Security.TLS), ("_submission._tcp", Security.STARTTLS))
"""The protected kind goes first, as RFC 8314, section 5.1 wants it."""
_IMAP_NAMES, _SMTP_NAMES = ("imap", "mail"), ("smtp", "mail")


class Origin(StrEnum):
    """How servers were found."""

    PROVIDER = "provider"
    DNS = "dns"
    GUESS = "guess"
    NOWHERE = "nowhere"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and how the connection is protected."""

    host: str
    port: int
    security: Security

    def as_stored(self) -> dict[str, Any]:
        """As plain values."""
        return {"host": self.host, "port": self.port, "security": self.security.value}

    @classmethod
    def from_stored(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_stored` gave."""
        return cls(str(kept["host"]), int(kept["port"]), Security(kept["security"]))


@dataclass(frozen=True, slots=True)
class Servers:
    """Those of a mailbox; None for one that was not found. `provider` is who runs them, "" if unknown."""

    imap: Server | None
    smtp: Server | None
    origin: Origin
    provider: str = ""
    advice: Advice = Advice.NONE

    def as_stored(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "imap": self.imap.as_stored() if self.imap else None,
            "smtp": self.smtp.as_stored() if self.smtp else None,
            "origin": self.origin.value,
            "provider": self.provider,
            "advice": self.advice.value,
        }

    @classmethod
    def from_stored(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_stored` gave."""
        return cls(
            imap=Server.from_stored(kept["imap"]) if kept["imap"] else None,
            smtp=Server.from_stored(kept["smtp"]) if kept["smtp"] else None,
            origin=Origin(kept["origin"]),
            provider=str(kept["provider"]),
            advice=Advice(kept["advice"]),
        )


NOT_FOUND = Servers(None, None, Origin.NOWHERE)


class Ask(Protocol):
    """Asks the DNS; an answer that cannot be had is none."""

    def __call__(self, name: str, kind: str) -> Sequence[object]:
        """SRV as (priority, weight, port, host), MX as (preference, host), addresses as text."""
        ...


def find_servers(address: str, ask: Ask) -> Servers:
    """The servers of an address. A well-known domain is not asked for at all."""
    domain = domain_to_ascii(address.rpartition("@")[2].strip().lower())
    if known := _by_domain(domain):
        return _of(known)
    said = Servers(_said(domain, _IMAP, ask), _said(domain, _SMTP, ask), Origin.DNS)
    runs = _by_exchangers(_hosts(ask(domain, "MX")))
    if said.imap is not None:
        return said if said.smtp or not runs else Servers(said.imap, _of(runs).smtp, Origin.DNS, runs.name)
    if runs is not None:
        return _of(runs)
    imap, smtp = _guessed(domain, _IMAP_NAMES, 993, ask), _guessed(domain, _SMTP_NAMES, 465, ask)
    guessed = Servers(imap, smtp, Origin.GUESS)
    return guessed if guessed.imap else NOT_FOUND


def _by_domain(domain: str) -> Provider | None:
    return next((one for one in PROVIDERS if domain in one.domains), None)


def _by_exchangers(hosts: Iterable[str]) -> Provider | None:
    """Who runs the servers that take the domain's mail; the best one counts."""
    for host in hosts:
        for one in PROVIDERS:
            if any(host == end or host.endswith(f".{end}") for end in one.exchangers):
                return one
    return None


def _of(provider: Provider) -> Servers:
    imap, smtp = (Server(*where) for where in (provider.imap, provider.smtp))
    return Servers(imap, smtp, Origin.PROVIDER, provider.name, provider.advice)


def _said(domain: str, services: Sequence[tuple[str, Security]], ask: Ask) -> Server | None:
    """What SRV records say: the least priority, of these the most weight. A dot is "not here" (RFC 2782)."""
    for service, security in services:
        found = [one for one in ask(f"{service}.{domain}", "SRV") if isinstance(one, tuple) and one[3]]
        if found:
            _priority, _weight, port, host = min(found, key=lambda one: (one[0], -one[1], one[3]))
            return Server(str(host).lower(), int(port), security)
    return None


def _hosts(exchangers: Iterable[object]) -> list[str]:
    pairs = sorted(one for one in exchangers if isinstance(one, tuple))
    return [str(host).lower() for _preference, host in pairs]


def _guessed(domain: str, names: Iterable[str], port: int, ask: Ask) -> Server | None:
    for name in names:
        host = f"{name}.{domain}"
        if ask(host, "A") or ask(host, "AAAA"):
            return Server(host, port, Security.TLS)
    return None
