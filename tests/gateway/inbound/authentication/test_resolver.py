"""Questions to real name servers on loopback: answered, remembered, bounded, and given up in time."""

from collections.abc import Iterator

import pytest

from gateway.inbound.authentication import resolver as module
from gateway.inbound.authentication.resolver import MAIL_QUESTIONS, Resolver
from gateway.mail.dmarc import UnresolvedError
from tests.fakes.dns_server import DnsServer, serving, unused_address

ZONES = {
    ("acme.example", "TXT"): ["v=spf1 -all", "a second"],
    ("long.acme.example", "TXT"): ["x" * 3000],
    ("acme.example", "MX"): ["10 mx.acme.example."],
    ("mx.acme.example", "A"): ["192.0.2.1"],
    ("mx.acme.example", "AAAA"): ["2001:db8::1"],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["mx.acme.example."],
    ("_imaps._tcp.acme.example", "SRV"): ["10 5 993 mx.acme.example."],
    ("_pop3._tcp.acme.example", "SRV"): ["0 0 0 ."],
    ("alias.acme.example", "CNAME"): ["mx.acme.example."],
}


class Ticking:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with serving(ZONES) as running:
        yield running


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def resolver(server: DnsServer, clock: Ticking) -> Resolver:
    return Resolver(server.address, monotonic=clock)


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is recognised sooner, so that the tests of it take no seconds: only constants change."""
    monkeypatch.setattr(module, "QUESTION_SECONDS", 0.3)
    monkeypatch.setattr(module, "_PROBE_SECONDS", 0.3)


def test_records_of_every_kind_are_read(resolver: Resolver) -> None:
    questions = resolver.questions()
    assert sorted(questions.texts("acme.example")) == ["a second", "v=spf1 -all"]
    assert questions.values("acme.example", "MX") == ((10, "mx.acme.example"),)
    assert questions.values("mx.acme.example", "A") == ("192.0.2.1",)
    assert questions.values("_imaps._tcp.acme.example", "SRV") == ((10, 5, 993, "mx.acme.example"),)
    assert questions.values("_pop3._tcp.acme.example", "SRV") == ((0, 0, 0, ""),)
    assert questions.values("mx.acme.example", "AAAA") == ("2001:db8::1",)
    assert questions.values("1.2.0.192.in-addr.arpa", "PTR") == ("mx.acme.example",)
    assert questions.values("ALIAS.acme.example.", "A") == ("192.0.2.1",)


def test_what_does_not_fit_into_a_datagram_comes_by_tcp(resolver: Resolver) -> None:
    assert resolver.questions().texts("long.acme.example") == ("x" * 3000,)


def test_a_domain_is_there_if_it_has_an_address_or_takes_mail(resolver: Resolver) -> None:
    questions = resolver.questions()
    assert questions.exists("acme.example")
    assert questions.exists("mx.acme.example")
    assert not questions.exists("long.acme.example")
    assert not questions.exists("nowhere.acme.example")


@pytest.mark.parametrize("name", ["acme.example", "nowhere.example", "mx.acme.example"])
def test_an_answer_is_remembered_for_its_time_also_that_there_is_none(
    resolver: Resolver, server: DnsServer, clock: Ticking, name: str
) -> None:
    for _ in range(3):
        resolver.questions().texts(name)
    assert server.total() == 1
    clock.at += server.ttl + 1
    resolver.questions().texts(name)
    assert server.total() == 2


def test_no_answer_is_remembered_for_longer_than_an_hour(
    resolver: Resolver, server: DnsServer, clock: Ticking
) -> None:
    server.ttl = 10**6
    resolver.questions().texts("acme.example")
    clock.at += 3601
    resolver.questions().texts("acme.example")
    assert server.total() == 2


@pytest.mark.parametrize(
    "name",
    ["", "a..example", f"{'a' * 64}.example", "a b.example", "ä.example", "a" * 64, ".".join("a" * 200)],
)
def test_what_can_be_no_name_does_not_exist_and_is_not_asked_for(
    resolver: Resolver, server: DnsServer, name: str
) -> None:
    assert resolver.questions().texts(name) == ()
    assert server.total() == 0


def test_a_failing_server_is_no_answer_and_not_asked_again_at_once(
    resolver: Resolver, server: DnsServer, clock: Ticking
) -> None:
    server.failing.add("acme.example")
    for _ in range(2):
        with pytest.raises(UnresolvedError):
            resolver.questions().texts("acme.example")
    assert server.total() == 1
    assert not resolver.rests
    server.failing.clear()
    clock.at += 31
    assert resolver.questions().texts("acme.example")


def test_a_mail_asks_so_much_and_no_more(resolver: Resolver, server: DnsServer) -> None:
    questions = resolver.questions()
    for number in range(MAIL_QUESTIONS):
        questions.texts(f"n{number}.example")
    with pytest.raises(UnresolvedError):
        questions.texts("acme.example")
    assert server.total() == MAIL_QUESTIONS
    assert questions.texts("n1.example") == ()  # remembered: that costs nothing


def test_when_its_time_is_up_a_mail_gets_only_what_is_remembered(
    resolver: Resolver, server: DnsServer, clock: Ticking
) -> None:
    questions = resolver.questions(seconds=3)
    assert questions.texts("acme.example")
    clock.at += 3
    assert questions.texts("acme.example")
    with pytest.raises(UnresolvedError):
        questions.texts("mx.acme.example")
    assert server.total() == 1


def test_a_part_of_the_time_can_be_set_aside(resolver: Resolver, clock: Ticking) -> None:
    questions = resolver.questions(seconds=3)
    with questions.within(1):
        clock.at += 2
        with pytest.raises(UnresolvedError):
            questions.texts("acme.example")
    assert questions.texts("acme.example")


@pytest.mark.usefixtures("in_haste")
def test_a_slow_domain_is_its_own_matter(resolver: Resolver, server: DnsServer) -> None:
    server.silent.add("slow.example")
    for _ in range(2):
        with pytest.raises(UnresolvedError):
            resolver.questions().texts("slow.example")
    assert server.asked["slow.example", "TXT"] == 1
    assert resolver.questions().texts("acme.example")


@pytest.mark.usefixtures("in_haste")
def test_a_server_that_says_nothing_is_left_alone_for_a_minute(
    resolver: Resolver, server: DnsServer, clock: Ticking
) -> None:
    server.is_silent = True
    with pytest.raises(UnresolvedError):
        resolver.questions().texts("acme.example")
    asked = server.total()
    for number in range(50):
        with pytest.raises(UnresolvedError):
            resolver.questions().texts(f"n{number}.example")
    assert (server.total(), resolver.rests) == (asked, True)
    server.is_silent = False
    clock.at += 61
    assert resolver.questions().texts("acme.example")


def test_nobody_there_is_no_answer() -> None:
    resolver = Resolver(unused_address())
    with pytest.raises(UnresolvedError):
        resolver.questions().texts("acme.example")
    assert not resolver.is_answering()


def test_a_forged_answer_is_not_taken(resolver: Resolver, server: DnsServer) -> None:
    server.lies = True
    assert sorted(resolver.questions().texts("acme.example")) == ["a second", "v=spf1 -all"]


def test_answering_means_any_answer(resolver: Resolver, server: DnsServer) -> None:
    assert resolver.is_answering()
    server.failing.add("")
    assert resolver.is_answering()


@pytest.mark.usefixtures("in_haste")
def test_silence_is_no_answer(resolver: Resolver, server: DnsServer) -> None:
    server.is_silent = True
    assert not resolver.is_answering(seconds=0.3)


def test_the_second_server_is_asked_when_the_first_is_silent(server: DnsServer) -> None:
    with serving() as first:
        first.is_silent = True
        resolver = Resolver(f"{first.address}, {server.address}")
        assert resolver.questions().texts("acme.example")


def test_without_a_server_of_its_own_reserved_names_are_not_asked_for() -> None:
    resolver = Resolver("")
    for name in ("acme.example", "a.test", "b.invalid", "localhost", "printer.local"):
        assert resolver.questions().texts(name) == ()


def test_a_server_that_cannot_be_found_is_looked_for_again(
    server: DnsServer, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the server is patched, because no test can have a name server appear on a machine."""
    known = {"dns.ours.example": OSError}

    def find(host: str) -> str:
        if host in known:
            raise known[host]
        return "127.0.0.1"

    monkeypatch.setattr(module, "_address", find)
    resolver = Resolver(f"dns.ours.example:{server.address.partition(':')[2]}", monotonic=clock)
    with pytest.raises(UnresolvedError):
        resolver.questions().texts("acme.example")
    assert (resolver.rests, resolver.is_answering()) == (True, False)
    known.clear()
    clock.at += 61
    assert resolver.questions().texts("acme.example")


def test_a_server_may_be_named_by_its_host() -> None:
    with serving(ZONES) as server:
        port = server.address.partition(":")[2]
        assert Resolver(f"localhost:{port},127.0.0.1:{port}").questions().texts("acme.example")
