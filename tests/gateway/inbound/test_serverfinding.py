"""The servers of a mailbox, from a real name server on loopback that has a test's own zones."""

from gateway.desk.servers.finding import NOT_FOUND, Origin, Server
from gateway.inbound.serverfinding import look_up
from gateway.store.servers import Security
from tests.fakes.dns_server import serving, unused_address

ZONES = {
    ("_imaps._tcp.firm.example", "SRV"): ["10 1 993 mail.firm.example."],
    ("_imap._tcp.firm.example", "SRV"): ["0 0 0 ."],
    ("_submission._tcp.firm.example", "SRV"): ["10 1 587 mail.firm.example."],
}


def test_srv_records_are_read() -> None:
    with serving(ZONES) as dns:
        servers = look_up("help@firm.example", dns.address)
    assert servers.origin is Origin.DNS
    assert servers.imap == Server("mail.firm.example", 993, Security.TLS)
    assert servers.smtp == Server("mail.firm.example", 587, Security.STARTTLS)


def test_a_name_server_that_is_not_there_is_no_error() -> None:
    assert look_up("help@firm.example", unused_address()) == NOT_FOUND


def test_a_name_server_that_fails_for_one_name_is_asked_for_the_others() -> None:
    with serving(ZONES) as dns:
        dns.failing.add("_submissions._tcp.firm.example")
        assert look_up("help@firm.example", dns.address).smtp is not None
