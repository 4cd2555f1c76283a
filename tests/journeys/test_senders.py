"""Who sent a mail, from the door to the ticket, with real processes and a name server of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.dialogue import Dialogue
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.serving import Account, RunningDesk
from tests.fakes.signing import Signer
from tests.world import mail

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SUPPORT = "support@ours.example"
BAD = Signer("bad.example")
FORWARD = """Please look.

---------- Forwarded message ---------
From: Bob Else <bob@elsewhere.example>
Date: Mon, 2 Mar 2026 at 09:00
Subject: Screen is black
To: Otto <otto@office.example>

My screen is black.
""".replace("\n", "\r\n")


@pytest.fixture
def server() -> Iterator[DnsServer]:
    zones = {
        ("good.example", "TXT"): ["v=spf1 ip4:127.0.0.1 -all"],
        ("_dmarc.good.example", "TXT"): ["v=DMARC1; p=reject"],
        ("office.example", "TXT"): ["v=spf1 ip4:127.0.0.0/8 -all"],
        **BAD.record(),
    }
    with serving(zones) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, server: DnsServer) -> Iterator[RunningDesk]:
    """A desk to which this machine is a stranger."""
    env = {"M4A_DNS_SERVERS": server.address, "M4A_TRUSTED_RELAYS": "192.0.2.0/24"}
    with RunningDesk(tmp_path / "data", env) as running:
        yield running


def send(desk: RunningDesk, raw: bytes, mail_from: str) -> None:
    with Dialogue(desk.address("smtp")) as client:
        client.greet().begin(SUPPORT, mail_from=mail_from).data(raw).expect("250")


def test_every_mail_says_what_its_senders_domain_says(desk: RunningDesk) -> None:
    ours = desk.account("otto", SUPPORT)
    ann = "Ann <ann@good.example>"
    send(desk, mail(sender=ann, subject="Real"), "ann@good.example")
    send(desk, BAD.sign(mail(sender=ann, subject="Forged")), "eve@bad.example")
    send(desk, mail(FORWARD, sender="Otto <otto@office.example>", subject="Fwd: x"), "otto@office.example")
    send(desk, mail(FORWARD, sender="Otto <otto@office.example>", subject="WG: y"), "eve@bad.example")
    ours.wait_for(4, within=60)
    found = {ticket["subject"]: ticket for ticket in ours.tickets()}
    assert {subject: trust(ours, ticket) for subject, ticket in found.items()} == {
        "Real": "first_contact",
        "Forged": "forged",
        "Fwd: x": "forwarded_by_staff",
        "WG: y": "claims_staff",
    }
    assert found["Fwd: x"]["requester"] == {"name": "Bob Else", "address": "bob@elsewhere.example"}
    assert found["WG: y"]["requester"]["address"] == "otto@office.example"


def trust(account: Account, ticket: Any) -> str:
    (article,) = account.get(f"/tickets/{ticket['number']}")["articles"]
    return str(article["trust"])
