"""An authoritative DNS server on loopback, for a test's own zones.

A double, because the real thing cannot be had: the answers of public name servers change, and a test must
not ask anybody outside of its machine. It talks real DNS over UDP and TCP; only the zones are made up.
"""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

_TTL = 300
_UDP_BYTES = 1232
_PATIENCE_SECONDS = 5.0

Zones = Mapping[tuple[str, str], Sequence[str]]
"""Records by name and kind, in the text form of zone files; a TXT is one plain string, cut as needed."""


@dataclass
class DnsServer:
    """Serves `zones`, which may be changed at any time; `asked` counts the questions by name and kind.

    Names in `silent` are never answered, nor is anything while `is_silent`; `failing` ones get SERVFAIL.
    With `lies` every answer over UDP is preceded by one that another mail server might have been sent.
    """

    zones: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    is_silent: bool = False
    lies: bool = False
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    ttl: int = _TTL

    def __post_init__(self) -> None:
        self._udp, self._tcp = _same_port()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=t, daemon=True) for t in (self._serve_udp, self._serve_tcp)]

    @property
    def address(self) -> str:
        """As the setting `dns_servers` wants it."""
        return f"127.0.0.1:{self._udp.getsockname()[1]}"

    def start(self) -> "DnsServer":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End both threads."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=_PATIENCE_SECONDS)
        self._udp.close()
        self._tcp.close()

    def total(self) -> int:
        """How many questions there were."""
        return self.asked.total()

    def _serve_udp(self) -> None:
        while not self._over.is_set():
            try:
                wire, client = self._udp.recvfrom(65535)
            except TimeoutError:
                continue
            answer = self._answer(wire)
            if answer is None:
                continue
            if self.lies:
                self._udp.sendto(_lie(answer), client)
            content = answer.to_wire(max_size=65535)
            if len(content) > _UDP_BYTES:
                answer.flags |= dns.flags.TC
                answer.answer.clear()
                content = answer.to_wire()
            self._udp.sendto(content, client)

    def _serve_tcp(self) -> None:
        while not self._over.is_set():
            try:
                caller, _ = self._tcp.accept()
            except TimeoutError:
                continue
            with caller:
                caller.settimeout(_PATIENCE_SECONDS)
                (length,) = struct.unpack("!H", _exactly(caller, 2))
                answer = self._answer(_exactly(caller, length))
                if answer is not None:
                    content = answer.to_wire(max_size=65535)
                    caller.sendall(struct.pack("!H", len(content)) + content)

    def _answer(self, wire: bytes) -> dns.message.QueryMessage | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        if self.is_silent or name in self.silent:
            return None
        answer = dns.message.make_response(query, recursion_available=True)
        assert isinstance(answer, dns.message.QueryMessage)
        answer.flags |= dns.flags.AA
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        target = name
        while alias := self.zones.get((target, "CNAME")):
            answer.answer.append(dns.rrset.from_text(f"{target}.", self.ttl, "IN", "CNAME", alias[0]))
            target = alias[0].rstrip(".")
        if texts := self.zones.get((target, kind)):
            written = [_quoted(text) if kind == "TXT" else text for text in texts]
            answer.answer.append(dns.rrset.from_text(f"{target}.", self.ttl, "IN", kind, *written))
        elif not self._is_there(target):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        if not answer.answer:
            soa = f"ns. hostmaster. 1 1 1 1 {self.ttl}"
            answer.authority.append(dns.rrset.from_text(".", self.ttl, "IN", "SOA", soa))
        return answer

    def _is_there(self, name: str) -> bool:
        return not name or any(known == name or known.endswith(f".{name}") for known, _kind in self.zones)


@contextmanager
def serving(zones: Zones | None = None) -> Iterator[DnsServer]:
    """A server that runs inside the block."""
    server = DnsServer(dict(zones or {})).start()
    try:
        yield server
    finally:
        server.stop()


def unused_address() -> str:
    """Where nobody listens, and a question gets no answer but that."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def _same_port() -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on one free port."""
    for _ in range(50):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            tcp = socket.create_server(udp.getsockname())
        except OSError:
            udp.close()
            continue
        udp.settimeout(0.05)
        tcp.settimeout(0.05)
        return udp, tcp
    raise RuntimeError("no port is free for both protocols")


def _exactly(caller: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length and (more := caller.recv(length - len(found))):
        found += more
    return found


def _quoted(text: str) -> str:
    """A TXT record as zone files have it: strings of 255 bytes at most."""
    pieces = [text[at : at + 255] for at in range(0, len(text), 255)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


def _lie(answer: dns.message.QueryMessage) -> bytes:
    """The answer to another question, under a number that was not asked."""
    wire = bytearray(answer.to_wire(max_size=65535))
    wire[0] ^= 0xFF
    return bytes(wire)
