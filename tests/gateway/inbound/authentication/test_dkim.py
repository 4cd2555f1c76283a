"""DKIM with keys made here: what passes, what fails, and what is not even tried."""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence

import pytest

from gateway.inbound.authentication.dkim import MAX_SIGNATURES, check_dkim
from gateway.mail.authres import Check, Result
from gateway.mail.dmarc import UnresolvedError
from tests.fakes.signing import Signer, ed25519_pair

ACME = Signer("acme.example")
RAW = (
    b"From: Ann <ann@acme.example>\r\nTo: support@ours.example\r\nSubject: Printer  is on\r\n fire\r\n"
    b"Date: Mon, 2 Mar 2026 12:00:00 +0000\r\n\r\nIt  smokes. \r\nA lot.\r\n\r\n\r\n"
)


def check(raw: bytes, records: Mapping[tuple[str, str], Sequence[str]] | None = None) -> tuple[Check, ...]:
    zone = ACME.record() if records is None else records
    return check_dkim(raw, author="acme.example", find_texts=lambda name: zone.get((name, "TXT"), ()))


def result_of(raw: bytes, records: Mapping[tuple[str, str], Sequence[str]] | None = None) -> Result:
    (only,) = check(raw, records)
    assert only.domain == "acme.example"
    return only.result


# --- What passes ---


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
@pytest.mark.parametrize("header", [b"relaxed", b"simple"])
def test_a_signed_mail_passes(header: bytes, body: bytes) -> None:
    assert check(ACME.sign(RAW, header=header, body=body)) == (Check(Result.PASS, "acme.example"),)


def test_what_transport_changes_does_no_harm() -> None:
    signed = ACME.sign(RAW)
    changed = b"Received: by mx\r\n" + signed.replace(b"smokes. \r\n", b"smokes.\t \r\n").rstrip() + b"\r\n"
    assert result_of(changed) is Result.PASS


def test_bare_line_feeds_are_read_as_line_ends() -> None:
    assert result_of(ACME.sign(RAW).replace(b"\r\n", b"\n")) is Result.PASS


@pytest.mark.parametrize("body", [b"", b"\r\n", b"\r\n\r\n"])
def test_an_empty_body_can_be_signed(body: bytes) -> None:
    assert result_of(ACME.sign(RAW.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body)) is Result.PASS


@pytest.mark.parametrize("bits", [1024, 2048])
def test_keys_of_usual_sizes_pass(bits: int) -> None:
    signer = Signer("acme.example", bits=bits)
    assert result_of(signer.sign(RAW), signer.record()) is Result.PASS


def test_a_record_may_say_little_or_more_than_we_know() -> None:
    for tags in ("k=rsa", "v=DKIM1; h=sha1:sha256; s=email; n=hello; x=y", "v=DKIM1; t=s; s=*"):
        assert result_of(ACME.sign(RAW), ACME.record(tags)) is Result.PASS


def test_a_mail_signed_against_additions_passes_and_fails_with_them() -> None:
    names = [b"from", b"from", b"subject", b"subject", b"reply-to"]
    signed = ACME.sign(RAW, signed=names)
    assert result_of(signed) is Result.PASS
    for added in (b"Subject: Urgent\r\n", b"Reply-To: eve@evil.example\r\n"):
        assert result_of(added + signed) is Result.FAIL


def test_elliptic_keys_pass_and_fail() -> None:
    key, record = ed25519_pair()
    signed = sign_with_ed25519(key.sign)
    zone = {("e._domainkey.acme.example", "TXT"): [record]}
    assert result_of(signed, zone) is Result.PASS
    assert result_of(signed.replace(b"smokes", b"works"), zone) is Result.FAIL
    assert result_of(signed.replace(b"Ann <ann@", b"Ann <eve@"), zone) is Result.FAIL
    assert (
        result_of(signed, {("e._domainkey.acme.example", "TXT"): ["k=ed25519; p=AAAA"]}) is Result.PERMERROR
    )


def sign_with_ed25519(
    sign: Callable[[bytes], bytes],
    *,
    signs: str = "from",
    line: str = "from:Ann <ann@acme.example>",
    more: str = "",
) -> bytes:
    """By hand, after RFC 8463: the digest of the header is what is signed."""
    body = b64(hashlib.sha256(b"It smokes.\r\n").digest())
    tags = f"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=acme.example; s=e; h={signs};{more} bh={body}; b="
    head = f"{line}\r\ndkim-signature:{tags}".encode()
    signature = b64(sign(hashlib.sha256(head).digest()))
    fields = f"DKIM-Signature: {tags}{signature}\r\nFrom: Ann <ann@acme.example>\r\nSubject: Printer\r\n"
    return fields.encode() + b"\r\nIt smokes.\r\n"


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


# --- What fails ---


@pytest.mark.parametrize(
    ("was", "now"),
    [(b"smokes", b"works"), (b"ann@acme", b"eve@acme"), (b"Printer", b"Invoice"), (b"bh=", b"bh=AAAA")],
)
def test_a_changed_mail_fails(was: bytes, now: bytes) -> None:
    assert result_of(ACME.sign(RAW).replace(was, now)) is Result.FAIL


def test_a_second_from_fails_wherever_it_stands() -> None:
    signed = ACME.sign(RAW, signed=[b"from", b"subject"])
    assert result_of(signed) is Result.PASS
    assert result_of(b"From: Boss <boss@acme.example>\r\n" + signed) is Result.FAIL
    head, _, body = signed.partition(b"\r\n\r\n")
    assert result_of(head + b"\r\nFrom: boss@acme.example\r\n\r\n" + body) is Result.FAIL


def test_a_signature_that_leaves_from_out_is_none() -> None:
    """No program signs such a mail, so it is made by hand, and valid but for that."""
    key, record = ed25519_pair()
    signed = sign_with_ed25519(key.sign, signs="subject", line="subject:Printer")
    assert result_of(signed, {("e._domainkey.acme.example", "TXT"): [record]}) is Result.PERMERROR


def with_tags(raw: bytes, **tags: str) -> bytes:
    """The mail with some tags of its signature exchanged; the signature itself is then wrong."""
    text = raw.decode()
    for name, value in tags.items():
        text, count = re.subn(rf"(?<=[\s;]){name}=[^;]*", f"{name}={value}", text, count=1)
        assert count, name
    return text.encode()


def test_text_added_below_what_is_signed_is_not_covered() -> None:
    signed = ACME.sign(RAW, with_length=True)
    assert result_of(signed) is Result.PASS
    assert result_of(signed + b"And pay to this account:\r\n") is Result.POLICY
    assert result_of(with_tags(signed, l="0")) is Result.FAIL


def test_an_expired_signature_fails_though_it_fits() -> None:
    key, record = ed25519_pair()
    now = int(time.time())
    zone = {("e._domainkey.acme.example", "TXT"): [record]}
    for times, expected in (
        (f"t={now - 100}; x={now + 100}", Result.PASS),
        (f"t={now - 200_000}; x={now - 100_000}", Result.FAIL),
        (f"t={now + 100_000}", Result.FAIL),
    ):
        assert result_of(sign_with_ed25519(key.sign, more=f" {times};"), zone) is expected


def test_a_short_key_fails_though_it_fits() -> None:
    signer = Signer("acme.example", bits=768)
    assert result_of(signer.sign(RAW), signer.record()) is Result.FAIL


def test_sha1_is_no_signature_any_more() -> None:
    assert result_of(ACME.sign(RAW, algorithm=b"rsa-sha1")) is Result.PERMERROR


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=DKIM1; k=rsa; p=", Result.PERMERROR),  # revoked
        ("v=DKIM2; k=rsa; p={key}", Result.PERMERROR),
        ("v=DKIM1; k=ed25519; p={key}", Result.PERMERROR),
        ("v=DKIM1; h=sha1; p={key}", Result.PERMERROR),
        ("v=DKIM1; s=tlsrpt; p={key}", Result.PERMERROR),
        ("v=DKIM1; t=y; p={key}", Result.NEUTRAL),
        ("v=DKIM1; p=AAAA", Result.PERMERROR),
        ("v=DKIM1; p=?", Result.PERMERROR),
        ("nonsense", Result.PERMERROR),
        ("v=DKIM1; p={key}; p={key}", Result.PERMERROR),
    ],
)
def test_a_key_that_is_not_for_this_proves_nothing(record: str, expected: Result) -> None:
    zone = {(ACME.name, "TXT"): [record.format(key=ACME.public)]}
    assert result_of(ACME.sign(RAW), zone) is expected


def test_a_key_for_its_own_domain_alone_does_not_speak_for_subdomains() -> None:
    signed = ACME.sign(RAW, identity="ann@mail.acme.example")
    assert result_of(signed) is Result.PASS
    assert result_of(signed, ACME.record("v=DKIM1; t=s")) is Result.PERMERROR


def test_without_a_key_there_is_an_error_and_without_an_answer_another() -> None:
    assert result_of(ACME.sign(RAW), {}) is Result.PERMERROR

    def find(_name: str) -> Sequence[str]:
        raise UnresolvedError

    (only,) = check_dkim(ACME.sign(RAW), author="acme.example", find_texts=find)
    assert only.result is Result.TEMPERROR


@pytest.mark.parametrize("modulus_bits", [9000, 100_000])
def test_a_monstrous_key_is_not_worked_with(modulus_bits: int) -> None:
    key = base64.b64encode(der_sequence(2**modulus_bits - 1, 65537)).decode()
    started = time.process_time()
    assert result_of(ACME.sign(RAW), {(ACME.name, "TXT"): [f"k=rsa; p={key}"]}) is Result.PERMERROR
    assert time.process_time() - started < 1


def der_sequence(*numbers: int) -> bytes:
    """RSAPublicKey (RFC 8017, A.1.1)."""
    inner = b"".join(der(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers)
    return der(0x30, inner)


def der(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = b"" if length < 128 else length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(size) if size else length]) + size + content


# --- Several, and hostile ones ---


def test_of_many_signatures_the_authors_own_are_looked_at() -> None:
    raw = ACME.sign(RAW)
    for number in range(10):
        raw = Signer(f"evil{number}.example").sign(raw)
    found = check(raw)
    assert len(found) == MAX_SIGNATURES
    assert found[0] == Check(Result.PASS, "acme.example")


def test_the_authors_name_servers_are_asked_before_a_strangers() -> None:
    asked: list[str] = []

    def find(name: str) -> Sequence[str]:
        asked.append(name)
        return ()

    raw = RAW
    for domain in ("sub.acme.example", "evil.example", "acme.example", "other.example"):
        raw = Signer(domain).sign(raw)
    check_dkim(raw, author="acme.example", find_texts=find)
    assert [name.partition("_domainkey.")[2] for name in asked[:2]] == ["acme.example", "sub.acme.example"]


def test_an_unsigned_mail_has_no_results() -> None:
    assert check(RAW) == ()
    assert check(b"") == ()


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b";;;",
        b"v=1",
        b"v=1; a=rsa-sha256; d=; s=; h=from; bh=; b=",
        b"v=1; a=rsa-sha256; d=acme.example; d=acme.example",
        b"v=1; a=rsa-sha256; d=\xff; s=s1; h=from; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=acme.example; i=acme.example; s=s1; h=from; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=acme.example; s=s1; h=from; bh=AAAA; b=AAAA; x=" + b"9" * 5000,
        b"v=1; a=rsa-sha256; d=acme.example; s=s1; h=from; bh=AAAA; b=AAAA; l=" + b"9" * 90,
        b"v=1; a=rsa-sha256; c=nonsense; d=acme.example; s=s1; h=from; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=acme.example; s=s1; h=from" + b":to" * 300 + b"; bh=AAAA; b=AAAA",
    ],
)
def test_a_signature_that_is_none_is_an_error_of_its_own(signature: bytes) -> None:
    (only,) = check(b"DKIM-Signature: " + signature + b"\r\n" + RAW)
    assert only.result in (Result.PERMERROR, Result.FAIL)


SIGNED = ACME.sign(RAW)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(SIGNED + b" " * 3_000_000 + b"x", id="a body of spaces"),
        pytest.param(SIGNED + b"x" + b"\t \r\n" * 500_000 + b"x", id="a body of empty lines"),
        pytest.param(SIGNED.replace(b" b=", b" b=" + b" " * 9000 + b"@"), id="spaces in the signature"),
        pytest.param(SIGNED.replace(b"Subject:", b"Subject:" + b"\r\n x" * 30_000), id="a folded header"),
        pytest.param(SIGNED.replace(b"Subject:", b"X: y\r\n" * 15_000 + b"Subject:"), id="many headers"),
        pytest.param((b"DKIM-Signature: " + b"b= " * 3000 + b"\r\n") * 10 + RAW, id="many signatures"),
        pytest.param(b"x" * 5_000_000, id="no header at all"),
    ],
)
def test_hostile_size_takes_little_time(raw: bytes) -> None:
    started = time.process_time()
    assert all(one.result is not Result.PASS for one in check(raw))
    assert time.process_time() - started < 2


def test_of_a_big_mail_no_more_is_read_once_its_author_is_proven() -> None:
    assert len(check(Signer("list.example").sign(ACME.sign(RAW)))) == 2
    big = RAW + (b"x" * 76 + b"\r\n") * 70_000
    assert check(Signer("list.example").sign(ACME.sign(big))) == (Check(Result.PASS, "acme.example"),)
