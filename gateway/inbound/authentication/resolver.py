"""Questions to the DNS: few, short, remembered, and none while nobody answers.

Filing waits for nothing: each mail has a budget of seconds and of questions, and when a server has not
answered at all, it is left alone for a minute.
"""

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.nameserver
import dns.rdatatype
import dns.resolver

from gateway import log
from gateway.clock import monotonic
from gateway.inbound.networks import parse_servers
from gateway.mail.dmarc import UnresolvedError

QUESTION_SECONDS = 1.0
MAIL_SECONDS = 3.0
MAIL_QUESTIONS = 60
_PROBE_SECONDS = 0.5
_SHORTEST_SECONDS = 0.3
_REST_SECONDS = 60.0
_MOST_REMEMBERED = 4096
_SHORTEST_REMEMBERED, _LONGEST_REMEMBERED = 5.0, 3600.0  # at least as long as one mail takes
_FAILURE_REMEMBERED = 30.0
_UDP_BYTES = 1232  # what passes everywhere unfragmented
# RFC 2606, 2; RFC 6762, 3; RFC 7686: nothing can stand there.
_RESERVED = frozenset(("example", "test", "invalid", "localhost", "local", "onion"))
_ODD = frozenset(' \t\r\n"\\@();$')
_log = log.get("dns")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name holds of the kind asked for; `exists` is False where there is no such name at all."""

    values: tuple[object, ...] = ()
    exists: bool = True


@dataclass(frozen=True, slots=True)
class _Remembered:
    until: float
    answer: Answer | None  # None: there was no answer to be had


_NO_SUCH_NAME = Answer(exists=False)


class Resolver:
    """The DNS as this process sees it. `servers` are those of the setting; empty: the system's.

    Raises Invalid for a setting that cannot be read.
    """

    def __init__(self, servers: str = "", *, monotonic: Callable[[], float] = monotonic) -> None:
        self._monotonic = monotonic
        self._servers = servers
        self._asks_reserved = bool(servers.strip())
        self._stub = _stub(servers)
        self._remembered: dict[tuple[str, str], _Remembered] = {}
        self._rests_until = 0.0

    @property
    def rests(self) -> bool:
        """Whether nobody is asked for the moment, because nobody answered."""
        return self._monotonic() < self._rests_until

    def questions(self, *, seconds: float = MAIL_SECONDS) -> "Questions":
        """The budget of one mail."""
        return Questions(self, until=self._monotonic() + seconds, monotonic=self._monotonic)

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        """A name's records of a kind (TXT, A, AAAA, MX, SRV, PTR); UnresolvedError when no answer can be had.

        Without seconds left only what is remembered is answered.
        """
        name = name.rstrip(".").lower()
        if not _is_askable(name) or (not self._asks_reserved and name.rpartition(".")[2] in _RESERVED):
            return _NO_SUCH_NAME
        known = self._remembered.get((name, kind))
        if known is None or known.until < self._monotonic():
            if seconds <= 0:
                raise UnresolvedError
            known = self._ask(name, kind, seconds)
        if known.answer is None:
            raise UnresolvedError
        return known.answer

    def is_answering(self, *, seconds: float = _PROBE_SECONDS) -> bool:
        """Whether a server answers at all, whatever it says."""
        if self._stub is None:
            return False
        try:
            self._stub.resolve(".", "NS", lifetime=seconds, raise_on_no_answer=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return True
        except dns.resolver.NoNameservers as error:  # SERVFAIL and REFUSED are answers, too
            return any(outcome[4] is not None for outcome in error.kwargs.get("errors", ()))
        except (dns.exception.DNSException, OSError):
            return False
        return True

    def _ask(self, name: str, kind: str, seconds: float) -> _Remembered:
        if self.rests:
            return _Remembered(0.0, None)
        self._stub = self._stub or _stub(self._servers)
        if self._stub is None:
            return self._rest()
        try:
            found = self._stub.resolve(
                f"{name}.", kind, lifetime=min(seconds, QUESTION_SECONDS), raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN as error:
            return self._remember(name, kind, _NO_SUCH_NAME, _negative_ttl(error))
        except dns.exception.Timeout:
            return self._note_silence(name, kind, seconds)
        except (dns.exception.DNSException, OSError):
            return self._remember(name, kind, None, _FAILURE_REMEMBERED)
        return self._remember(name, kind, Answer(_values(found, kind)), found.chaining_result.minimum_ttl)

    def _note_silence(self, name: str, kind: str, seconds: float) -> _Remembered:
        """A slow name is one domain's matter; a server that says nothing at all is everybody's."""
        if seconds >= QUESTION_SECONDS and not self.is_answering():
            return self._rest()
        return self._remember(name, kind, None, _FAILURE_REMEMBERED)

    def _rest(self) -> _Remembered:
        self._rests_until = self._monotonic() + _REST_SECONDS
        _log.warning("dns.silent", rests_seconds=_REST_SECONDS)
        return _Remembered(0.0, None)

    def _remember(self, name: str, kind: str, answer: Answer | None, ttl: float) -> _Remembered:
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        until = self._monotonic() + min(max(ttl, _SHORTEST_REMEMBERED), _LONGEST_REMEMBERED)
        self._remembered[name, kind] = known = _Remembered(until, answer)
        return known


class Questions:
    """What one mail may ask: beyond its seconds or its number only what is remembered is answered."""

    def __init__(self, resolver: Resolver, *, until: float, monotonic: Callable[[], float]) -> None:
        self._resolver = resolver
        self._until = until
        self._monotonic = monotonic
        self.asked = 0

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records, each in one piece, as Latin-1: what is asked of them is ASCII."""
        return tuple(str(value) for value in self._ask(name, "TXT").values)

    def values(self, name: str, kind: str) -> tuple[object, ...]:
        """Records of any kind: addresses and names as text, MX as (preference, name).

        SRV as (priority, weight, port, name), the name "" where the service is not offered.
        """
        return self._ask(name, kind).values

    def exists(self, domain: str) -> bool:
        """Whether the domain has an address or takes mail."""
        return any(self._ask(domain, kind).values for kind in ("MX", "A", "AAAA"))

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Less time inside: what a stranger's name servers take must leave some for what matters."""
        whole = self._until
        self._until = min(whole, self._monotonic() + seconds)
        try:
            yield
        finally:
            self._until = whole

    def _ask(self, name: str, kind: str) -> Answer:
        self.asked += 1
        left = self._until - self._monotonic() if self.asked <= MAIL_QUESTIONS else 0.0
        return self._resolver.ask(name, kind, seconds=left)


def _address(host: str) -> str:
    """The address of a server that is named; raises OSError when it cannot be found."""
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])


def _stub(servers: str) -> dns.resolver.Resolver | None:
    """None where the system names no server, or one that was set cannot be found."""
    try:
        stub = dns.resolver.Resolver(configure=not servers.strip())
        if named := parse_servers(servers):
            stub.nameservers = [dns.nameserver.Do53Nameserver(_address(host), port) for host, port in named]
    except (dns.exception.DNSException, OSError):
        return None
    stub.timeout = max(QUESTION_SECONDS / max(len(stub.nameservers), 1), _SHORTEST_SECONDS)
    stub.use_edns(0, 0, _UDP_BYTES)
    return stub


def _is_askable(name: str) -> bool:
    """Whether it can be a name at all; what cannot does not exist, rather than being unknown."""
    labels = name.split(".")
    return (
        len(name) <= 253
        and name.isascii()
        and all(0 < len(label) < 64 for label in labels)
        and not _ODD.intersection(name)
        and name.isprintable()
    )


def _negative_ttl(error: dns.resolver.NXDOMAIN) -> float:
    """How long it is sure that a name does not exist (RFC 2308)."""
    responses: Sequence[dns.message.QueryMessage] = list(error.kwargs.get("responses", {}).values())
    return min((one.resolve_chaining().minimum_ttl for one in responses), default=_FAILURE_REMEMBERED)


def _values(found: dns.resolver.Answer, kind: str) -> tuple[object, ...]:
    if found.rrset is None:
        return ()
    return tuple(_value(record, kind) for record in found.rrset)


def _value(record: object, kind: str) -> object:
    if kind == "TXT":
        strings: Sequence[bytes] = record.strings  # type: ignore[attr-defined]  # by its kind
        return b"".join(strings).decode("latin-1")
    if kind == "MX":
        return (
            record.preference,  # type: ignore[attr-defined]
            record.exchange.to_text(omit_final_dot=True),  # type: ignore[attr-defined]
        )
    if kind == "SRV":
        return (
            record.priority,  # type: ignore[attr-defined]
            record.weight,  # type: ignore[attr-defined]
            record.port,  # type: ignore[attr-defined]
            record.target.to_text(omit_final_dot=True).rstrip("."),  # type: ignore[attr-defined]
        )
    if kind == "PTR":
        return record.target.to_text(omit_final_dot=True)  # type: ignore[attr-defined]
    return record.address  # type: ignore[attr-defined]
