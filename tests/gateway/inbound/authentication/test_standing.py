"""What the DNS says about mail that we send, asked of a server with zones of its own."""

import time
from collections.abc import Iterator, Sequence

import pytest

from gateway.desk.dkimkeys import DkimView
from gateway.inbound.authentication.standing import look_up
from gateway.rules.deliverability import Dkim, Dmarc, Ptr, Spf, Standing
from tests.fakes.dns_server import DnsServer, serving

HOST = "192.0.2.7"
REVERSE = "7.2.0.192.in-addr.arpa"
KEY = DkimView("ours.example", "s", "AAAA", is_active=True, seen=None, looked_at=None)
WAITING = DkimView("ours.example", "t", "BBBB", is_active=False, seen=None, looked_at=None)


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with serving({("example", "A"): ["192.0.2.1"]}) as server:
        yield server


def ask(
    dns: DnsServer, *, author: str = "ours.example", host: str = HOST, keys: Sequence[DkimView] = ()
) -> Standing:
    return look_up(dns.address, sender="desk.example", author=author, host=host, keys=keys)


@pytest.mark.parametrize(
    ("records", "host", "spf"),
    [
        ([], HOST, Spf.MISSING),
        ([], "", Spf.MISSING),
        (["v=spf1 ip4:192.0.2.0/24 -all"], HOST, Spf.ALLOWED),
        (["v=spf1 ip4:198.51.100.1 -all"], HOST, Spf.FORBIDDEN),
        (["v=spf1 ~all"], HOST, Spf.SOFT),
        (["v=spf1 ?all"], HOST, Spf.SOFT),
        (["v=spf1 nonsense"], HOST, Spf.BROKEN),
        (["v=spf1 -all", "v=spf1 +all"], HOST, Spf.BROKEN),
        (["v=spf1 ip4:192.0.2.0/24 -all"], "", Spf.PRESENT),
        (["something else"], "", Spf.MISSING),
    ],
)
def test_spf_is_that_of_the_envelope(dns: DnsServer, records: list[str], host: str, spf: Spf) -> None:
    dns.zones["desk.example", "TXT"] = records
    assert ask(dns, host=host).spf is spf


def test_a_signing_key_has_to_be_in_the_dns(dns: DnsServer) -> None:
    assert ask(dns).dkim is Dkim.NONE
    assert ask(dns, keys=[WAITING]).dkim is Dkim.WAITING
    assert ask(dns, keys=[WAITING, KEY]).dkim is Dkim.LOST
    dns.zones[KEY.name, "TXT"] = [KEY.value]
    assert ask(dns, keys=[WAITING, KEY]).dkim is Dkim.ACTIVE
    dns.failing.add(KEY.name)
    assert ask(dns, keys=[KEY]).dkim is Dkim.UNKNOWN


@pytest.mark.parametrize(
    ("author", "record", "dmarc"),
    [
        ("ours.example", "", Dmarc.MISSING),
        ("ours.example", "v=DMARC1; p=none", Dmarc.WATCHED),
        ("ours.example", "v=DMARC1; p=quarantine", Dmarc.ENFORCED),
        ("ours.example", "v=DMARC1; p=reject; t=y", Dmarc.WATCHED),
        ("mail.ours.example", "v=DMARC1; p=reject", Dmarc.ENFORCED),
        ("mail.ours.example", "v=DMARC1; p=reject; sp=none", Dmarc.WATCHED),
        ("ours.example", "v=DMARC1; p=reject; sp=none", Dmarc.ENFORCED),
        ("ours.example", "v=spf1 -all", Dmarc.MISSING),
    ],
)
def test_dmarc_is_that_of_the_author(dns: DnsServer, author: str, record: str, dmarc: Dmarc) -> None:
    if record:
        dns.zones["_dmarc.ours.example", "TXT"] = [record]
    assert ask(dns, author=author).dmarc is dmarc


def test_the_hosts_name_has_to_lead_back(dns: DnsServer) -> None:
    assert ask(dns, host="").ptr is Ptr.UNKNOWN
    assert ask(dns).ptr is Ptr.MISSING
    dns.zones[REVERSE, "PTR"] = ["mail.desk.example."]
    assert ask(dns).ptr is Ptr.OTHER
    dns.zones["mail.desk.example", "A"] = [HOST]
    assert ask(dns).ptr is Ptr.FITS


def test_no_answer_is_no_verdict_and_takes_seconds(dns: DnsServer) -> None:
    dns.is_silent = True
    begun = time.monotonic()
    found = ask(dns, keys=[KEY])
    assert found == Standing(Spf.UNKNOWN, Dkim.UNKNOWN, Dmarc.UNKNOWN, Ptr.UNKNOWN)
    assert time.monotonic() - begun < 30
    assert ask(dns, host="").spf is Spf.UNKNOWN
