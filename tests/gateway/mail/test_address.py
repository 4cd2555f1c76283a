import time

import pytest

from gateway.mail.address import MAX_ADDRESSES, Address, parse_addresses
from tests import pace


def one(value: str) -> Address:
    found = parse_addresses(value)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("ann@example.org", "", "ann@example.org"),
        ("Ann Lee <ann@example.org>", "Ann Lee", "ann@example.org"),
        ('"Lee, Ann" <ann@example.org>', "Lee, Ann", "ann@example.org"),
        ("Lee, Ann <ann@example.org>", "Lee, Ann", "ann@example.org"),
        ("ann@example.org (Ann Lee)", "Ann Lee", "ann@example.org"),
        ("=?utf-8?q?J=C3=B6rg?= <j@example.org>", "Jörg", "j@example.org"),
        ('"=?utf-8?q?J=C3=B6rg?=" <j@example.org>', "Jörg", "j@example.org"),
        ("=?utf-8?q?Ann_=3Cann=40example=2Eorg=3E?=", "Ann", "ann@example.org"),
        ('"Ann \\"The\\" Lee" <ann@example.org>', 'Ann "The" Lee', "ann@example.org"),
        ("Ann ann@example.org", "Ann", "ann@example.org"),
        ("o'hara@example.org", "", "o'hara@example.org"),
        ("'o'hara@example.org'", "", "o'hara@example.org"),
        ("Pat O'Hara o'hara@example.org", "Pat O'Hara", "o'hara@example.org"),
        ("jdoe@test   . example", "", "jdoe@test.example"),
        ("<@relay.example,@b.example:ann@example.org>", "", "ann@example.org"),
        ("<mailto:ann@example.org>", "", "ann@example.org"),
        ("Ann <ann@example.org", "Ann", "ann@example.org"),
        ('"Ann <ann@example.org>', "Ann", "ann@example.org"),
        ("root", "", "root"),
        ("MAILER-DAEMON <>", "MAILER-DAEMON", ""),
        ("Only A Name", "Only A Name", ""),
        ("ann@example.org <not an address>", "ann@example.org", "ann@example.org"),
        ("boss@bank.example <ann@example.org>", "boss@bank.example", "ann@example.org"),
        ('"boss@bank.example" <ann@example.org>', "boss@bank.example", "ann@example.org"),
        (
            "=?utf-8?q?Boss_=3Cboss=40bank=2Eexample=3E?= <ann@example.org>",
            "Boss <boss@bank.example>",
            "ann@example.org",
        ),
        (
            "=?utf-8?q?Boss: boss@bank.example, x <y>?= <ann@example.org>",
            "Boss: boss@bank.example, x <y>",
            "ann@example.org",
        ),
        ("=?utf-8?q?boss@bank.example?= ann@example.org", "boss@bank.example", "ann@example.org"),
        (
            "=?utf-8?q?Ann=0D=0ABcc:_x=40y.example?= <ann@example.org>",
            "Ann Bcc: x@y.example",
            "ann@example.org",
        ),
        ("=?utf-8?q?Ann=00Lee?= <ann@example.org>", "Ann Lee", "ann@example.org"),
        ("=?utf-8?q?=E2=80=AEeeL?= Ann <ann@example.org>", "eeL Ann", "ann@example.org"),
        ("=?utf-8?x?Ann?= <ann@example.org>", "=?utf-8?x?Ann?=", "ann@example.org"),
        ("Ann = Lee <ann@example.org>", "Ann = Lee", "ann@example.org"),
        ("Ann <<ann@example.org>>", "Ann", "ann@example.org"),
        ("ann@example.org>", "", "ann@example.org"),
        ("Ann [ann@example.org]", "Ann", "ann@example.org"),
        ("ann@[192.0.2.1]", "", "ann@[192.0.2.1]"),
        ("Ann <ann at example.org>", "Ann", "ann@example.org"),
        ("Ann <ann@example.org.>", "Ann", "ann@example.org"),
        ('"ann lee"@example.org', "", '"ann lee"@example.org'),
        ('Ann <"ann lee"@example.org>', "Ann", '"ann lee"@example.org'),
        ("pete(his account)@example.org(his host)", "his account his host", "pete@example.org"),
    ],
)
def test_a_mailbox_is_read_in_each_of_its_forms(value: str, name: str, address: str) -> None:
    assert one(value) == Address(name, address)


def test_groups_are_opened_and_empty_ones_name_nobody() -> None:
    found = parse_addresses("Team: ann@example.org, Bob <bob@example.org>; undisclosed-recipients:;")
    assert [a.address for a in found] == ["ann@example.org", "bob@example.org"]


def test_semicolons_and_missing_commas_separate_too() -> None:
    found = parse_addresses("a@x.example; b@x.example, <c@x.example> <d@x.example>")
    assert [a.address for a in found] == ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]


def test_addresses_with_nothing_but_blanks_between_are_several() -> None:
    found = parse_addresses("a@x.example b@x.example c@x.example")
    assert [a.address for a in found] == ["a@x.example", "b@x.example", "c@x.example"]


def test_a_flood_of_addresses_is_bounded() -> None:
    assert len(parse_addresses("a@b.example, " * 10_000)) <= MAX_ADDRESSES + 1


def test_a_flood_of_words_without_an_address_ends() -> None:
    assert all("@" not in a.address for a in parse_addresses("a," * 30_000))


def test_nested_comments_are_names() -> None:
    assert one("ann@example.org (Ann (the boss))") == Address("Ann (the boss)", "ann@example.org")


def test_addresses_compare_without_case() -> None:
    assert Address("", "Ann@Example.ORG").key == Address("Ann", "ann@example.org").key


@pytest.mark.parametrize("domain", ["münchen.de", "MÜNCHEN.de", "mu\N{COMBINING DIAERESIS}nchen.de"])
def test_a_domain_in_its_own_letters_is_the_same_as_in_ascii(domain: str) -> None:
    assert Address("", f"Jörg@{domain}").key == Address("", "jörg@XN--mnchen-3ya.de").key


def test_an_endless_domain_is_compared_in_linear_time() -> None:
    address = Address("", "a@" + "ü" * 1_000_000)
    began = time.process_time()
    assert address.key == address.address
    assert time.process_time() - began < pace.seconds(5)


def test_the_domain_is_what_follows_the_last_at() -> None:
    assert Address("", '"a@b"@Example.org').domain == "example.org"
    assert Address("", "root").domain == ""
