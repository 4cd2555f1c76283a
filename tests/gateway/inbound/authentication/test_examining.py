"""Verdicts on whole mails: who is asked, who is believed, and that nothing waits."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import Invalid
from gateway.inbound.authentication.examining import Examiner
from gateway.mail.authres import NOT_EXAMINED, By, Check, Policy, Result, Verdict
from gateway.mail.parse import parse
from gateway.settings import Settings
from gateway.store.filetypes import detect_type
from gateway.store.intake import IntakeRow, OfferRow, Source
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.signing import Signer
from tests.world import NOON, mail

CLIENT, ELSEWHERE = "192.0.2.1", "198.51.100.9"
ACME, EVIL = Signer("acme.example"), Signer("evil.example")
BY_SMTP = IntakeRow(
    id=1,
    account_id=1,
    raw_sha256="",
    source=Source.SMTP,
    mail_from="ann@acme.example",
    tries=0,
    received_at=NOON,
    is_filed=False,
    offers=(OfferRow(1, "support@ours.example", 1),),
    client_ip=CLIENT,
    helo="mail.acme.example",
)
FORGED = replace(BY_SMTP, client_ip=ELSEWHERE)
BY_OWN_RELAY = replace(BY_SMTP, client_ip="127.0.0.1")
BY_LMTP = replace(BY_SMTP, source=Source.LMTP, client_ip="", helo="")
IMPORTED = replace(BY_LMTP, source=Source.IMPORT)
INDIRECT = [BY_OWN_RELAY, BY_LMTP, replace(BY_LMTP, source=Source.PIPE), replace(BY_SMTP, client_ip="")]
OURS = "mx.ours.example"


@pytest.fixture
def server() -> Iterator[DnsServer]:
    zones = {
        ("acme.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
        ("_dmarc.acme.example", "TXT"): ["v=DMARC1; p=reject"],
        ("evil.example", "TXT"): ["v=spf1 ip4:198.51.100.9 -all"],
        ("nodmarc.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    }
    with serving({**zones, **ACME.record(), **EVIL.record()}) as running:
        yield running


@pytest.fixture
def examiner(server: DnsServer) -> Examiner:
    return Examiner(Settings(dns_servers=server.address, trusted_authserv=OURS))


def examine(examiner: Examiner, row: IntakeRow, raw: bytes | None = None) -> Verdict:
    content = raw or mail()
    return examiner.examine(row, content, parse(content, detect_type=detect_type))


# --- A stranger's client ---


def test_spf_of_the_authors_domain_confirms_it(examiner: Examiner) -> None:
    assert examine(examiner, BY_SMTP) == Verdict(
        By.CHECKED,
        "acme.example",
        Check(Result.PASS, "acme.example"),
        (),
        Result.PASS,
        Policy.REJECT,
        "acme.example",
    )


def test_a_signature_of_the_authors_domain_confirms_it_from_anywhere(examiner: Examiner) -> None:
    found = examine(examiner, FORGED, ACME.sign(mail()))
    assert (found.dmarc, found.proof, found.spf.result) == (Result.PASS, "DMARC", Result.FAIL)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(mail(), id="nothing but the claim"),
        pytest.param(EVIL.sign(mail()), id="signed by somebody else"),
        pytest.param(ACME.sign(mail(), algorithm=b"rsa-sha1"), id="signed weakly"),
        pytest.param(ACME.sign(mail()).replace(b"smokes", b"burns"), id="changed after signing"),
        pytest.param(
            mail(headers=[f"Authentication-Results: {OURS}; dmarc=pass header.from=acme.example"]),
            id="with the results of one's own server, by itself",
        ),
    ],
)
def test_who_cannot_prove_it_has_forged_it(examiner: Examiner, raw: bytes) -> None:
    found = examine(examiner, replace(FORGED, mail_from="eve@evil.example"), raw)
    assert (found.dmarc, found.is_forged, found.is_confirmed) == (Result.FAIL, True, False)
    assert found.spf == Check(Result.PASS, "evil.example")


def test_without_a_policy_nothing_is_forged_and_nothing_proven(examiner: Examiner) -> None:
    raw = mail(sender="ann@nodmarc.example")
    found = examine(examiner, FORGED, raw)
    assert (found.dmarc, found.is_forged, found.is_confirmed) == (Result.NONE, False, False)
    found = examine(examiner, replace(BY_SMTP, mail_from="ann@nodmarc.example"), raw)
    assert (found.proof, found.aligned) == ("SPF", "nodmarc.example")


def test_a_mail_without_an_author_has_no_verdict(examiner: Examiner) -> None:
    assert examine(examiner, BY_SMTP, b"Subject: x\r\n\r\nhello\r\n") == NOT_EXAMINED


def test_a_forger_cannot_buy_himself_doubt_with_slow_name_servers(
    examiner: Examiner, server: DnsServer
) -> None:
    """SPF, a signature and its domain hang: the author's policy was asked for before."""
    server.silent.update(("evil.example", EVIL.name, "_dmarc.evil.example"))
    raw = EVIL.sign(ACME.sign(mail()).replace(b"smokes", b"burns"))
    found = examine(examiner, replace(FORGED, mail_from="eve@evil.example"), raw)
    assert found.dmarc is Result.FAIL


# --- One's own relay, LMTP, pipe ---


@pytest.mark.parametrize("row", INDIRECT)
def test_behind_a_relay_of_ones_own_an_unsigned_mail_asks_nothing(
    examiner: Examiner, server: DnsServer, row: IntakeRow
) -> None:
    assert examine(examiner, row) == NOT_EXAMINED
    assert server.total() == 0


@pytest.mark.parametrize("row", INDIRECT)
def test_behind_a_relay_of_ones_own_a_signature_still_proves(examiner: Examiner, row: IntakeRow) -> None:
    assert examine(examiner, row, ACME.sign(mail())).proof == "DMARC"


@pytest.mark.parametrize("row", INDIRECT)
def test_behind_a_relay_of_ones_own_nothing_fails(examiner: Examiner, row: IntakeRow) -> None:
    found = examine(examiner, row, ACME.sign(mail()).replace(b"smokes", b"burns"))
    assert (found.dmarc, found.is_forged, found.is_confirmed) == (Result.NEUTRAL, False, False)
    found = examine(examiner, row, EVIL.sign(mail()))
    assert (found.dmarc, found.is_forged, found.is_confirmed) == (Result.NEUTRAL, False, False)


def with_results(results: str) -> bytes:
    return mail(headers=[f"Authentication-Results: {OURS}; {results}"])


@pytest.mark.parametrize("row", [*INDIRECT, IMPORTED])
def test_the_word_of_ones_own_server_is_taken_without_a_question(
    examiner: Examiner, server: DnsServer, row: IntakeRow
) -> None:
    raw = with_results("spf=pass smtp.mailfrom=acme.example; dmarc=pass (p=reject) header.from=acme.example")
    assert examine(examiner, row, raw) == Verdict(
        By.UPSTREAM,
        "acme.example",
        Check(Result.PASS, "acme.example"),
        (),
        Result.PASS,
        Policy.REJECT,
        "acme.example",
    )
    found = examine(examiner, row, with_results("dmarc=fail header.from=acme.example"))
    assert (found.by, found.is_forged) == (By.UPSTREAM, True)
    found = examine(examiner, row, with_results("dmarc=permerror header.from=acme.example"))
    assert (found.dmarc, found.is_forged) == (Result.NONE, False)
    assert server.total() == 0


def test_what_ones_own_server_does_not_judge_is_judged_here(examiner: Examiner, server: DnsServer) -> None:
    found = examine(examiner, BY_LMTP, with_results("spf=pass smtp.mailfrom=ann@acme.example"))
    assert (found.by, found.dmarc) == (By.UPSTREAM, Result.PASS)
    found = examine(examiner, BY_LMTP, with_results("spf=fail smtp.mailfrom=ann@acme.example; dkim=none"))
    assert found.dmarc is Result.FAIL
    assert server.asked["_dmarc.acme.example", "TXT"] == 1


def test_results_are_believed_only_under_the_name_that_was_set(server: DnsServer) -> None:
    unset = Examiner(Settings(dns_servers=server.address))
    assert examine(unset, BY_LMTP, with_results("dmarc=pass header.from=acme.example")) == NOT_EXAMINED
    other = Examiner(Settings(dns_servers=server.address, trusted_authserv="mx.other.example"))
    assert examine(other, BY_LMTP, with_results("dmarc=pass header.from=acme.example")) == NOT_EXAMINED


def test_an_archive_asks_nothing(examiner: Examiner, server: DnsServer) -> None:
    assert examine(examiner, IMPORTED, ACME.sign(mail())) == NOT_EXAMINED
    assert server.total() == 0


# --- Time ---


def test_a_silent_name_server_costs_the_first_mail_seconds_and_the_next_none(
    examiner: Examiner, server: DnsServer
) -> None:
    server.is_silent = True
    first = examine(examiner, BY_SMTP)
    asked = server.total()
    for _ in range(20):
        assert examine(examiner, BY_SMTP, ACME.sign(mail())).dmarc is Result.TEMPERROR
    assert (first.dmarc, first.is_forged, server.total()) == (Result.TEMPERROR, False, asked)


def test_reserved_names_are_asked_of_no_server_that_was_not_set() -> None:
    found = examine(Examiner(Settings()), FORGED, ACME.sign(mail()))
    assert (found.dmarc, found.spf.result) == (Result.NONE, Result.NONE)


def test_packages_for_it_are_loaded_when_there_is_a_question() -> None:
    code = (
        "import sys, gateway.inbound.file_intake, workers.jobs, gateway.inbound.listeners\n"
        "print([m for m in ('dns', 'dkim', 'spf') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "[]"


def test_settings_that_cannot_be_read_are_named_at_the_start() -> None:
    with pytest.raises(Invalid, match="M4A_TRUSTED_RELAYS"):
        Examiner(Settings(trusted_relays="relay"))
    with pytest.raises(Invalid, match="M4A_DNS_SERVERS"):
        Examiner(Settings(dns_servers="x:y"))
