"""Addresses as they are written: whole, in one line, with the domain in ASCII."""

import pytest

from gateway.errors import Invalid
from gateway.mail.addressing import MAX_OCTETS, domain_to_ascii, domain_to_unicode, writable_address


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ann@example.org", "ann@example.org"),
        ("Ann.O'Neil+x@Example.org", "Ann.O'Neil+x@Example.org"),
        ("info@müller.de", "info@xn--mller-kva.de"),
        ("info@Straße.de", "info@xn--strae-oqa.de"),
        ("jörg@müller.de", "jörg@xn--mller-kva.de"),
        ("a@例え\N{IDEOGRAPHIC FULL STOP}example\N{FULLWIDTH FULL STOP}jp", "a@xn--r8jz45g.example.jp"),
        ('"a b"@example.org', '"a b"@example.org'),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
    ],
)
def test_an_address_keeps_its_local_part_and_gets_an_ascii_domain(address: str, written: str) -> None:
    assert writable_address(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example.org\r\nBcc: eve@example.org",
        "ann@example.org\n",
        "ann@exa\0mple.org",
        "ann <ann@example.org>",
        "a@example.org, b@example.org",
        "a b@example.org",
        '"a\r\nb"@example.org',
        "a@\ud800.org",
        "a" * 320 + "@example.org",
    ],
)
def test_what_would_break_a_header_or_a_command_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        writable_address(address)
    assert caught.value.field == "address"


@pytest.mark.parametrize(("length", "is_encoded"), [(62, True), (63, True), (64, False)])
def test_a_label_longer_than_the_dns_holds_is_none(length: int, is_encoded: bool) -> None:  # noqa: FBT001
    label = "ü" * length
    assert domain_to_ascii(label).isascii() is is_encoded
    if not is_encoded:
        with pytest.raises(Invalid):
            writable_address(f"a@{label}.de")


def test_a_domain_that_is_ascii_stays_as_it_is() -> None:
    assert domain_to_ascii("Mail.Example.ORG") == "Mail.Example.ORG"


def test_a_domain_written_in_two_ways_is_the_same_domain() -> None:
    assert domain_to_ascii("mu\N{COMBINING DIAERESIS}ller.de") == domain_to_ascii("MÜLLER.de")


def test_a_label_that_is_ascii_once_lower_case_needs_no_encoding() -> None:
    assert domain_to_ascii("\N{KELVIN SIGN}.de") == "k.de"


@pytest.mark.parametrize("letter", ["x", "ö", "\N{GRINNING FACE}"])
def test_an_address_has_at_most_320_octets(letter: str) -> None:
    domain = "@" + "d" * (MAX_OCTETS - 64 - 1)
    at_most = letter * (64 // len(letter.encode())) + domain
    assert len(at_most.encode()) == MAX_OCTETS
    assert writable_address(at_most) == at_most
    assert writable_address(at_most[1:]) == at_most[1:]
    with pytest.raises(Invalid):
        writable_address("y" + at_most)


@pytest.mark.parametrize("domain", ["müller.example", "straße.de", "a.example", "日本.example"])
def test_a_domain_in_ascii_can_be_had_in_its_own_letters_again(domain: str) -> None:
    assert domain_to_unicode(domain_to_ascii(domain)) == domain


@pytest.mark.parametrize("domain", ["xn--\u00e4.example", f"xn--{'a' * 99}.example", "xn--99999999.example"])
def test_what_is_no_a_label_stays_as_it_is(domain: str) -> None:
    assert domain_to_unicode(domain) == domain
