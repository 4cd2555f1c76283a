"""SPF against a real name server: mechanisms, includes, macros, limits and faults."""

from collections.abc import Sequence

import pytest

from gateway.inbound.authentication.resolver import Questions
from gateway.inbound.authentication.spf import check_spf, spf_domain
from gateway.mail.authres import Check, Result
from tests.fakes.dns_server import DnsServer

CLIENT, OTHER, SIX = "192.0.2.1", "198.51.100.9", "2001:db8::1"
ZONES = {
    ("ip4.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all"],
    ("soft.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 ~all"],
    ("neutral.example", "TXT"): ["v=spf1 ?all"],
    ("ip6.example", "TXT"): ["v=spf1 ip6:2001:db8::/32 -all"],
    ("a.example", "TXT"): ["v=spf1 a:host.example -all"],
    ("host.example", "A"): [CLIENT],
    ("mx.example", "TXT"): ["v=spf1 mx -all"],
    ("mx.example", "MX"): ["10 host.example."],
    ("include.example", "TXT"): ["v=spf1 include:ip4.example -all"],
    ("redirect.example", "TXT"): ["v=spf1 redirect=ip4.example"],
    ("alias.example", "CNAME"): ["ip4.example."],
    ("exists.example", "TXT"): ["v=spf1 exists:%{ir}.%{v}.%{l1r-}.ok.example -all"],
    ("1.2.0.192.in-addr.ann.ok.example", "A"): ["127.0.0.2"],
    ("ptr.example", "TXT"): ["v=spf1 ptr:acme.example -all"],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["host.acme.example."],
    ("host.acme.example", "A"): [CLIENT],
    ("explained.example", "TXT"): ["v=spf1 -all exp=why.example"],
    ("other.example", "TXT"): ["google-site-verification=x", "\xff\xfe"],
    ("two.example", "TXT"): ["v=spf1 -all", "v=spf1 +all"],
    ("wrong.example", "TXT"): ["v=spf1 ip4:300.1.1.1 -all"],
    ("unknown.example", "TXT"): ["v=spf1 nonsense -all"],
    ("loop.example", "TXT"): ["v=spf1 include:loop2.example -all"],
    ("loop2.example", "TXT"): ["v=spf1 include:loop.example -all"],
    ("void.example", "TXT"): ["v=spf1 a:v1.example a:v2.example a:v3.example ip4:192.0.2.1 -all"],
    ("eleven.example", "TXT"): ["v=spf1 " + " ".join(["a:host2.example"] * 11) + " ip4:192.0.2.1 -all"],
    ("host2.example", "A"): [OTHER],
    ("many.example", "TXT"): ["v=spf1 mx -all"],
    ("many.example", "MX"): [f"{n} m{n}.example." for n in range(11)],
    ("missing-include.example", "TXT"): ["v=spf1 include:nowhere.example -all"],
    ("xn--strae-oqa.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
}


@pytest.fixture(autouse=True)
def zones(server: DnsServer) -> None:
    server.zones.update(ZONES)


def check(questions: Questions, domain: str, client: str = CLIENT) -> Result:
    found = check_spf(client, helo="mail.example", mail_from=f"ann@{domain}", questions=questions)
    assert found.domain == domain
    return found.result


@pytest.mark.parametrize(
    "domain",
    ["ip4", "soft", "a", "mx", "include", "redirect", "alias", "exists", "ptr"],
)
def test_an_authorised_client_passes(questions: Questions, domain: str) -> None:
    assert check(questions, f"{domain}.example") is Result.PASS


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("ip4", Result.FAIL),
        ("soft", Result.SOFTFAIL),
        ("neutral", Result.NEUTRAL),
        ("ip6", Result.FAIL),
        ("a", Result.FAIL),
        ("mx", Result.FAIL),
        ("include", Result.FAIL),
        ("redirect", Result.FAIL),
        ("exists", Result.FAIL),
        ("ptr", Result.FAIL),
        ("explained", Result.FAIL),
        ("other", Result.NONE),
        ("nowhere", Result.NONE),
    ],
)
def test_any_other_gets_what_the_record_says(questions: Questions, domain: str, expected: Result) -> None:
    assert check(questions, f"{domain}.example", OTHER) is expected


def test_ipv6_clients_are_looked_at_too(questions: Questions) -> None:
    assert check(questions, "ip6.example", SIX) is Result.PASS
    assert check(questions, "ip4.example", SIX) is Result.FAIL


@pytest.mark.parametrize(
    "domain", ["two", "wrong", "unknown", "loop", "void", "eleven", "many", "missing-include"]
)
def test_a_record_that_is_wrong_or_asks_too_much_is_an_error_of_its_own(
    questions: Questions, domain: str
) -> None:
    assert check(questions, f"{domain}.example") is Result.PERMERROR


def test_a_loop_asks_no_more_than_ten_times(questions: Questions, server: DnsServer) -> None:
    check(questions, "loop.example")
    assert server.total() <= 11


def test_nobody_reads_explanations_so_they_are_not_fetched(questions: Questions, server: DnsServer) -> None:
    check(questions, "explained.example")
    assert server.asked["why.example", "TXT"] == 0


def test_no_answer_is_a_temporary_error(questions: Questions, server: DnsServer) -> None:
    server.failing.add("host.example")
    assert check(questions, "a.example") is Result.TEMPERROR


def test_the_null_sender_is_looked_for_under_the_clients_name(questions: Questions) -> None:
    found = check_spf(CLIENT, helo="ip4.example", mail_from="", questions=questions)
    assert found == Check(Result.PASS, "ip4.example")


@pytest.mark.parametrize(
    ("mail_from", "helo"), [("", ""), ("", "[192.0.2.1]"), ("", "localhost"), ("ann", "ip4.example")]
)
def test_what_names_no_domain_is_not_looked_for(
    questions: Questions, server: DnsServer, mail_from: str, helo: str
) -> None:
    assert check_spf(CLIENT, helo=helo, mail_from=mail_from, questions=questions) == Check()
    assert server.total() == 0


def test_a_domain_is_asked_for_in_ascii(questions: Questions) -> None:
    found = check_spf(CLIENT, helo="", mail_from="ann@Straße.example", questions=questions)
    assert found == Check(Result.PASS, "xn--strae-oqa.example")
    assert spf_domain("ann@Straße.example.", "x") == "xn--strae-oqa.example"


@pytest.mark.parametrize("local", ["a\\b", 'a"b', "a b", "%{d}", "\x00", "x" * 300, "@", "a@b"])
def test_whatever_the_sender_is_called_nothing_is_raised(questions: Questions, local: str) -> None:
    sender = f"{local}@exists.example"
    found = check_spf(CLIENT, helo="", mail_from=sender, questions=questions)
    assert found.result in (Result.FAIL, Result.PERMERROR)


HOSTILE: Sequence[str] = (
    "v=spf1 " + "a " * 5000,
    "v=spf1 a:%",
    "v=spf1 a:%{",
    "v=spf1 exists:%{d99999999999}.x.example",
    "v=spf1 ip4:" + "9" * 5000,
    "v=spf1 a/999999999999999999999",
    "v=spf1 " + "include:" * 500,
    "v=spf1 redirect=",
    "v=spf1 \x00\xff",
)


@pytest.mark.parametrize("record", HOSTILE)
def test_hostile_records_end_in_an_error_of_theirs(
    questions: Questions, server: DnsServer, record: str
) -> None:
    server.zones["hostile.example", "TXT"] = [record]
    assert check(questions, "hostile.example", OTHER) in (Result.PERMERROR, Result.NEUTRAL, Result.NONE)
