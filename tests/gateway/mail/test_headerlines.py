"""Header fields: whatever stands in a value, one field comes out, in lines that every server takes."""

import email
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.mail import headerlines
from gateway.mail.address import Address, parse_addresses
from gateway.mail.words import decode_words

ANN = "ann@example.org"
TEXTS = st.text(max_size=300)


def unfolded(field: str) -> str:
    return field.replace("\r\n ", " ").partition(": ")[2]


def assert_is_one_field(field: str) -> None:
    raw = headerlines.to_bytes([field, "X-Next: 1"]) + b"\r\n"
    assert [name for name, _ in email.message_from_bytes(raw, policy=policy.compat32).items()] == [
        field.partition(":")[0],
        "X-Next",
    ]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.replace(b"\r\n", b"").isascii()
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(TEXTS)
def test_any_subject_is_one_field_and_reads_as_the_same_line(value: str) -> None:
    field = headerlines.text("Subject", value)
    if field:
        assert_is_one_field(field)
    assert decode_words(unfolded(field)) == headerlines.one_line(value)


@given(TEXTS)
def test_any_name_is_one_field_and_names_the_same_person(name: str) -> None:
    field = headerlines.addresses("To", [Address(name, ANN), Address("", "bob@example.org")])
    assert_is_one_field(field)
    first, second = parse_addresses(unfolded(field))
    assert (first.address, second.address) == (ANN, "bob@example.org")
    assert first.name == headerlines.one_line(name)[:200].strip()


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("Printer broken", "Subject: Printer broken"),
        ("a\r\nBcc: eve@example.org", "Subject: a Bcc: eve@example.org"),
        ("a\0b\x85c", "Subject: a b c"),
        ("Grüße", "Subject: =?utf-8?b?R3LDvMOfZQ==?="),
        (" \r\n ", ""),
    ],
)
def test_a_subject_is_written_plainly_where_it_can_be(value: str, field: str) -> None:
    assert headerlines.text("Subject", value) == field


def test_what_looks_like_an_encoded_word_is_encoded_and_not_believed() -> None:
    looks = "=?utf-8?q?a=0D=0ABcc:_eve=40example.org?="
    field = headerlines.text("Subject", looks)
    assert looks not in field
    assert str(email.header.make_header(email.header.decode_header(unfolded(field)))) == looks


def test_a_long_line_is_folded_at_76_characters() -> None:
    field = headerlines.text("Subject", "many words " * 30)
    assert max(len(line) for line in field.split("\r\n")) <= 76
    assert unfolded(field) == ("many words " * 30).strip()


def test_one_endless_word_is_cut_into_encoded_words() -> None:
    field = headerlines.text("Subject", "x" * 1500)
    assert max(len(line) for line in field.split("\r\n")) <= 76
    assert decode_words(unfolded(field)) == "x" * 1500


def test_names_with_special_characters_are_quoted() -> None:
    field = headerlines.addresses("From", [Address('Doe, "Ann" \\', ANN)])
    assert field == f'From: "Doe, \\"Ann\\" \\\\" <{ANN}>'


def test_a_broken_address_is_refused() -> None:
    with pytest.raises(Invalid):
        headerlines.addresses("To", [Address("Ann", f"{ANN}>, <eve@example.org")])


def test_an_address_outside_ascii_stands_as_utf_8() -> None:
    field = headerlines.addresses("To", [Address("", "jörg@example.org")])
    assert headerlines.to_bytes([field]) == "To: jörg@example.org\r\n".encode()


def test_nobody_makes_no_field() -> None:
    assert headerlines.addresses("Cc", []) == ""
    assert headerlines.message_ids("In-Reply-To", [""]) == ""


def test_an_own_id_that_is_none_is_refused() -> None:
    for broken in ("", "a", "a b@c", "a@b\r\nX: 1", "<a@b>", "ä@b", "a@" + "b" * 250):
        with pytest.raises(Invalid):
            headerlines.message_id("Message-ID", broken)


def test_ids_of_others_that_cannot_be_written_are_left_out() -> None:
    assert headerlines.message_ids("References", ["a b@c", "a@b", "ä@x"]) == "References: <a@b>"


@pytest.mark.parametrize(("known", "kept"), [(19, 19), (20, 20), (21, 20), (200, 20)])
def test_short_references_keep_up_to_twenty(known: int, kept: int) -> None:
    ids = tuple(f"{number}@example.org" for number in range(known))
    short = headerlines.short_references(ids, own_domain="desk.example")
    assert len(short) == kept
    if known <= headerlines.MAX_REFERENCES:
        assert short == ids


@pytest.mark.parametrize(("more", "kept"), [(-1, 4), (0, 4), (1, 3)])
def test_short_references_stay_within_900_characters(more: int, kept: int) -> None:
    lengths = (222, 222, 222, 222 + more)  # with brackets and a blank: 900 and as many more
    ids = tuple(f"{number}@".ljust(length, "x") for number, length in enumerate(lengths))
    short = headerlines.short_references(ids, own_domain="desk.example")
    assert (len(short), short[0], short[-1]) == (kept, ids[0], ids[-1])
    assert sum(len(value) + 3 for value in short) <= headerlines.MAX_REFERENCES_CHARACTERS


@given(st.lists(st.integers(1, 260), min_size=1, max_size=60), st.data())
def test_short_references_always_keep_an_id_of_our_own(lengths: list[int], data: st.DataObject) -> None:
    ids = [f"{number}{'x' * length}@example.org" for number, length in enumerate(lengths)]
    ours = f"{'m' * data.draw(st.integers(1, 230))}@desk.example"
    ids.insert(data.draw(st.integers(0, len(ids))), ours)
    assert ours in headerlines.short_references(ids, own_domain="desk.example")


def test_short_references_keep_the_first_the_newest_and_our_own() -> None:
    ids = [f"{number}@example.org" for number in range(200)]
    ids[7] = "ours@DESK.example"
    kept = headerlines.short_references(ids, own_domain="desk.example")
    assert len(kept) == headerlines.MAX_REFERENCES
    assert [kept[0], kept[1], kept[-1]] == ["0@example.org", "ours@DESK.example", "199@example.org"]
    assert list(kept) == sorted(kept, key=ids.index)


def test_the_longest_name_and_address_stay_within_a_line_of_998_octets() -> None:
    address = "\N{GRINNING FACE}" * 77 + "@example.org"  # 320 octets
    for name in ("x" * 300, "x y" * 100, '"' * 300, "\N{GRINNING FACE}" * 300):
        raw = headerlines.to_bytes([headerlines.addresses("Reply-To", [Address(name, address)] * 3)])
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
