"""Which servers an address has: what its domain says, who runs its mail, a guess, or none."""

from collections.abc import Mapping, Sequence

import pytest

from gateway.desk.servers.finding import NOT_FOUND, Origin, Server, Servers, find_servers
from gateway.desk.servers.providers import Advice
from gateway.store.servers import Security

Zone = Mapping[tuple[str, str], Sequence[object]]
ADDRESS = "Help@Firm.Example"


class Asking:
    """Answers out of a zone, and remembers what it was asked."""

    def __init__(self, zone: Zone) -> None:
        self.zone, self.asked = zone, 0

    def __call__(self, name: str, kind: str) -> Sequence[object]:
        self.asked += 1
        return self.zone.get((name, kind), ())


def found(zone: Zone, address: str = ADDRESS) -> Servers:
    return find_servers(address, Asking(zone))


def srv(service: str, *records: tuple[int, int, int, str]) -> Zone:
    return {(f"{service}._tcp.firm.example", "SRV"): records}


def test_what_the_domain_says_is_taken_the_protected_kind_first() -> None:
    zone = {
        **srv("_imaps", (0, 1, 993, "mail.firm.example")),
        **srv("_imap", (0, 1, 143, "old.firm.example")),
        **srv("_submissions", (0, 1, 465, "Mail.Firm.Example")),
        **srv("_submission", (0, 1, 587, "old.firm.example")),
    }
    assert found(zone) == Servers(
        Server("mail.firm.example", 993, Security.TLS),
        Server("mail.firm.example", 465, Security.TLS),
        Origin.DNS,
    )


def test_where_only_the_other_kind_is_offered_it_is_starttls() -> None:
    zone = {**srv("_imap", (0, 1, 143, "a.example")), **srv("_submission", (0, 1, 587, "b.example"))}
    servers = found(zone)
    assert servers.imap == Server("a.example", 143, Security.STARTTLS)
    assert servers.smtp == Server("b.example", 587, Security.STARTTLS)


def test_a_dot_says_that_the_service_is_not_there() -> None:
    zone = {**srv("_imaps", (0, 0, 0, "")), **srv("_imap", (0, 1, 143, "a.example"))}
    assert found(zone).imap == Server("a.example", 143, Security.STARTTLS)


def test_the_least_priority_goes_first_and_in_it_the_most_weight() -> None:
    records = ((20, 90, 1, "c.example"), (10, 1, 2, "b.example"), (10, 5, 3, "a.example"))
    assert found(srv("_imaps", *records)).imap == Server("a.example", 3, Security.TLS)


def test_a_domain_that_says_half_gets_the_other_half_from_who_runs_it() -> None:
    zone = {
        **srv("_imaps", (0, 1, 993, "mail.firm.example")),
        ("firm.example", "MX"): ((10, "smtpin.rzone.de"),),
    }
    servers = found(zone)
    assert (servers.origin, servers.provider) == (Origin.DNS, "STRATO")
    assert servers.smtp == Server("smtp.strato.de", 465, Security.TLS)


@pytest.mark.parametrize(
    ("exchanger", "provider", "advice"),
    [
        ("aspmx.l.google.com", "Gmail", Advice.APP_PASSWORD),
        ("firm-example.mail.protection.outlook.com", "Microsoft 365", Advice.OAUTH_ONLY),
        ("outlook-com.olc.protection.outlook.com", "Outlook.com", Advice.OAUTH_ONLY),
        ("mx00.kundenserver.de", "IONOS", Advice.NONE),
        ("in1-smtp.messagingengine.com", "Fastmail", Advice.APP_PASSWORD),
        ("mx1.mailbox.org", "mailbox.org", Advice.NONE),
        ("mta-gw.infomaniak.ch", "Infomaniak", Advice.NONE),
        ("mx.zoho.eu", "Zoho", Advice.SWITCH_ON),
    ],
)
def test_who_runs_the_mail_of_a_domain_is_known_by_its_exchangers(
    exchanger: str, provider: str, advice: Advice
) -> None:
    servers = found({("firm.example", "MX"): ((20, "mx.other.example"), (10, exchanger.upper()))})
    assert (servers.provider, servers.advice, servers.origin) == (provider, advice, Origin.PROVIDER)


def test_an_exchanger_that_only_ends_alike_is_somebody_elses() -> None:
    assert found({("firm.example", "MX"): ((10, "mx.notgoogle.com"),)}) == NOT_FOUND


def test_a_well_known_domain_is_not_asked_for() -> None:
    ask = Asking({})
    servers = find_servers("ann@gmx.de", ask)
    assert (servers.provider, servers.imap, ask.asked) == (
        "GMX",
        Server("imap.gmx.net", 993, Security.TLS),
        0,
    )


def test_usual_names_that_are_there_are_a_guess() -> None:
    zone = {("mail.firm.example", "A"): ("192.0.2.1",), ("smtp.firm.example", "AAAA"): ("2001:db8::1",)}
    assert found(zone) == Servers(
        Server("mail.firm.example", 993, Security.TLS),
        Server("smtp.firm.example", 465, Security.TLS),
        Origin.GUESS,
    )


def test_where_nothing_is_known_nothing_is_made_up() -> None:
    assert found({}) == NOT_FOUND


def test_a_domain_in_its_own_letters_is_asked_for_in_ascii() -> None:
    zone = {("_imaps._tcp.xn--mnchen-3ya.example", "SRV"): ((0, 1, 993, "a.example"),)}
    assert found(zone, "rat@münchen.example").imap == Server("a.example", 993, Security.TLS)


@pytest.mark.parametrize(
    "servers", [NOT_FOUND, Servers(None, Server("a", 1, Security.PLAIN), Origin.TYPED, "X", Advice.SWITCH_ON)]
)
def test_what_is_stored_comes_back(servers: Servers) -> None:
    assert Servers.from_stored(servers.as_stored()) == servers
