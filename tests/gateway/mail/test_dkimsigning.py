"""Signatures that everybody can verify, and that break with the first changed byte."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.inbound.authentication.dkim import check_dkim
from gateway.inbound.authentication.resolver import Resolver
from gateway.mail.address import Address
from gateway.mail.authres import Result
from gateway.mail.compose import OutgoingFile, OutgoingMail, compose
from gateway.mail.dkimsigning import Seen, SigningKey, judge_records, record_name, record_value, sign
from tests.fakes import dkim_verifier
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.signing import Signer

SIGNER = Signer("desk.example", "m4a-x", bits=2048)
KEY = SigningKey("desk.example", "m4a-x", SIGNER.private_pem)
MAIL = OutgoingMail(
    message_id="m.abc.def@desk.example",
    date=datetime(2026, 3, 1, 12, tzinfo=UTC),
    from_=Address("Jörg vom Support", "support@desk.example"),
    to=(Address("Ann", "ann@example.org"), Address("", "a-very-long-address-that-folds@example.org")),
    reply_to=(Address("", "r.1@in.desk.example"),),
    subject="Re: Der Drucker brennt über alle Maßen und länger als in eine Zeile passt [#1]",
    text="Hello  Ann,\n\n.dots\nFrom the desk\t \n\n\n",
    html="<p>Hello Ünn</p>",
    in_reply_to="1@example.org",
    references=("0@example.org", "1@example.org"),
    attachments=(OutgoingFile("a.bin", "application/octet-stream", bytes(range(256)) * 40),),
)
PLAIN = replace(MAIL, html="", attachments=(), in_reply_to="", references=(), to=())


@pytest.fixture(scope="module")
def dns() -> Iterator[DnsServer]:
    with serving({(record_name("desk.example", "m4a-x"), "TXT"): [record_value(SIGNER.public)]}) as server:
        yield server


def ours(raw: bytes, dns: DnsServer) -> list[Result]:
    find = Resolver(dns.address).questions().texts
    return [one.result for one in check_dkim(raw, author="desk.example", find_texts=find)]


@pytest.mark.parametrize("mail", [MAIL, PLAIN], ids=["formatted", "plain"])
def test_both_verifiers_find_the_signature_good(mail: OutgoingMail, dns: DnsServer) -> None:
    raw = sign(compose(mail), KEY)
    assert ours(raw, dns) == [Result.PASS]
    assert dkim_verifier.results(raw, dns=dns.address) == ["pass"]


def test_the_mail_below_the_signature_is_as_it_was() -> None:
    raw = compose(MAIL)
    signed = sign(raw, KEY)
    assert signed.endswith(b"\r\n" + raw)
    assert all(len(line) <= 78 for line in signed.removesuffix(raw).split(b"\r\n"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\r\nHello  Ann", b"\r\nHello  Anm"),
        (b"\r\nSubject: ", b"\r\nSubject: X"),
        (b"\r\nFrom: =", b"\r\nFrom: x="),
        (b"\r\nTo: Ann", b"\r\nTo: Anm"),
        (b"\r\nDate: Sun", b"\r\nDate: Mon"),
        (b"multipart/mixed", b"multipart/fixed"),
        (b"AAECAwQFBgc", b"BAECAwQFBgc"),
    ],
)
def test_a_mail_altered_in_one_byte_verifies_nowhere(before: bytes, after: bytes, dns: DnsServer) -> None:
    raw = sign(compose(MAIL), KEY)
    assert before in raw
    altered = raw.replace(before, after, 1)
    assert ours(altered, dns) == [Result.FAIL]
    assert dkim_verifier.results(altered, dns=dns.address) != ["pass"]


@pytest.mark.parametrize("field", [b"From", b"Subject", b"Reply-To", b"To", b"Cc", b"Date", b"Content-Type"])
def test_a_second_field_of_a_kind_breaks_it(field: bytes, dns: DnsServer) -> None:
    raw = field + b": eve@evil.example\r\n" + sign(compose(MAIL), KEY)
    assert ours(raw, dns) == [Result.FAIL]


def test_a_relays_own_message_id_breaks_nothing(dns: DnsServer) -> None:
    raw = sign(compose(MAIL), KEY).replace(b"Message-ID: <m.", b"Message-ID: <other.")
    assert ours(b"Received: by relay\r\n" + raw, dns) == [Result.PASS]


def test_a_key_is_not_shown_by_chance() -> None:
    assert "PRIVATE" not in repr(KEY)


@pytest.mark.parametrize(
    ("texts", "seen"),
    [
        ((), Seen.MISSING),
        (("v=DKIM1; k=rsa; p=AAAA",), Seen.SHOWN),
        (("p=AA AA;",), Seen.SHOWN),
        (("v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=s; p=AAAA",), Seen.SHOWN),
        (("v=DKIM1; k=rsa; p=AAAB",), Seen.OTHER),
        (("v=DKIM1; k=rsa; p=",), Seen.OTHER),
        (("v=DKIM1; k=ed25519; p=AAAA",), Seen.OTHER),
        (("v=DKIM2; p=AAAA",), Seen.OTHER),
        (("v=DKIM1; h=sha1; p=AAAA",), Seen.OTHER),
        (("v=DKIM1; s=web; p=AAAA",), Seen.OTHER),
        (("v=DKIM1; t=y; p=AAAA",), Seen.OTHER),
        (("google-site-verification",), Seen.OTHER),
        (("v=DKIM1; p=AAAA", "v=DKIM1; p=AAAA"), Seen.OTHER),
    ],
)
def test_a_record_counts_when_everybody_can_verify_with_it(texts: tuple[str, ...], seen: Seen) -> None:
    assert judge_records(texts, "AAAA") is seen
