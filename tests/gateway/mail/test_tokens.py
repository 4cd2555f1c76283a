"""Own addresses and Message-IDs: made here or worth nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ids import new_public_id
from gateway.mail.tokens import (
    Claim,
    Purpose,
    bounce_local,
    claimed_article,
    claimed_probe,
    claimed_thread,
    is_genuine,
    is_own_message_id,
    is_own_probe,
    message_id,
    probe_token,
    read_local,
    reply_local,
    thread_id,
    without_probe,
)

KEY = b"k" * 32
FOREIGN_KEY = b"f" * 32
LARGEST = 2**63 - 1


def claim_of(local: str) -> Claim:
    claim = read_local(local)
    assert claim is not None
    return claim


@given(st.integers(min_value=1, max_value=LARGEST))
def test_what_was_made_is_read_and_genuine(ref_id: int) -> None:
    for local, purpose in (
        (reply_local(KEY, ref_id), Purpose.REPLY),
        (bounce_local(KEY, ref_id), Purpose.BOUNCE),
    ):
        claim = claim_of(local)
        assert (claim.purpose, claim.ref_id) == (purpose, ref_id)
        assert is_genuine(KEY, claim)


def test_a_local_part_is_lower_case_and_fits_smtp() -> None:
    local = bounce_local(KEY, LARGEST)
    assert local == local.lower()
    assert len(local) <= 64


def test_case_changed_on_the_way_does_not_matter() -> None:
    claim = claim_of(reply_local(KEY, 4711).upper())
    assert is_genuine(KEY, claim)
    assert claim.ref_id == 4711


def test_another_accounts_key_proves_nothing() -> None:
    assert not is_genuine(KEY, claim_of(reply_local(FOREIGN_KEY, 1)))


def test_a_hash_is_worth_nothing_for_another_ticket_or_purpose() -> None:
    claim = claim_of(reply_local(KEY, 1))
    assert not is_genuine(KEY, Claim(Purpose.REPLY, 2, claim.mac))
    assert not is_genuine(KEY, Claim(Purpose.BOUNCE, 1, claim.mac))


def test_a_guessed_hash_is_not_genuine() -> None:
    assert not is_genuine(KEY, claim_of("reply+1.aaaaaaaaaaaaaaaa"))


@pytest.mark.parametrize(
    "local",
    [
        "",
        "reply",
        "reply+1",
        "reply+1.",
        reply_local(KEY, 1)[:-1],
        reply_local(KEY, 1) + "a",
        "reply+0.aaaaaaaaaaaaaaaa",
        "reply+01.aaaaaaaaaaaaaaaa",
        "reply+-1.aaaaaaaaaaaaaaaa",
        "reply+11111111111111.aaaaaaaaaaaaaaaa",
        "message-id+1.aaaaaaaaaaaaaaaa",
        "reply+1.aaaaaaaa1aaaaaaa",
        "reply+1.aaaaaaaaaaaaaaaa\n",
        "reply+\N{FULLWIDTH DIGIT ONE}.aaaaaaaaaaaaaaaa",
        "reply+\N{KELVIN SIGN}.aaaaaaaaaaaaaaaa",
    ],
)
def test_other_forms_claim_nothing(local: str) -> None:
    assert read_local(local) is None


def test_ids_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        reply_local(KEY, 0)


def test_an_own_message_id_is_known_again_also_in_capitals() -> None:
    own = message_id(KEY, new_public_id(), "desk.example")
    assert is_own_message_id(KEY, own)
    assert is_own_message_id(KEY, own.upper())


def test_a_foreign_truncated_or_guessed_message_id_is_not_ours() -> None:
    public_id = new_public_id()
    own = message_id(KEY, public_id, "desk.example")
    foreign = message_id(FOREIGN_KEY, public_id, "desk.example")
    for other in (foreign, own.split("@")[0], own[1:], "a@b", f"m.{public_id}.{'a' * 16}@desk.example", ""):
        assert not is_own_message_id(KEY, other)


def test_an_article_is_claimed_by_form_alone() -> None:
    public_id = new_public_id()
    foreign = message_id(FOREIGN_KEY, public_id, "Desk.example")
    assert claimed_article(foreign.upper()) == public_id
    for other in ("a@b", "", f"m.{public_id}@desk.example", "\N{KELVIN SIGN}@x"):
        assert claimed_article(other) is None


def test_a_reply_hash_makes_no_message_id() -> None:
    claim = claim_of(reply_local(KEY, 22222222))
    assert not is_own_message_id(KEY, f"m.22222222.{claim.mac}@desk.example")


@given(st.integers(min_value=1, max_value=LARGEST))
def test_a_threads_id_is_read_in_capitals_and_under_another_domain_too(ticket_id: int) -> None:
    made = thread_id(KEY, ticket_id, "desk.example")
    assert made == thread_id(KEY, ticket_id, "desk.example")
    assert claimed_article(made) is None
    for seen in (made, made.upper(), made.replace("@desk.example", "@old.example")):
        claim = claimed_thread(seen)
        assert claim is not None
        assert claim.ref_id == ticket_id
        assert is_genuine(KEY, claim)
        assert not is_genuine(FOREIGN_KEY, claim)


def test_a_threads_id_is_no_reply_address_and_no_other_form_is_one() -> None:
    claim = claim_of(reply_local(KEY, 1))
    stolen = claimed_thread(f"t.1.{claim.mac}@desk.example")
    assert stolen is not None
    assert not is_genuine(KEY, stolen)
    made = thread_id(KEY, 1, "desk.example")
    for other in ("", "a@b", made.split("@")[0], made[2:], f"t.0{made[3:]}", "t.\N{KELVIN SIGN}.a@b"):
        assert claimed_thread(other) is None


def test_a_probe_is_known_by_the_account_that_made_it_alone() -> None:
    token = probe_token(KEY, new_public_id())
    claim = claimed_probe(f"Fwd: {token.upper()} (external)")
    assert claim is not None
    assert is_own_probe(KEY, claim)
    assert not is_own_probe(FOREIGN_KEY, claim)
    assert not is_own_probe(KEY, (new_public_id(), claim[1]))
    assert claimed_probe("probe.short.aaaaaaaaaaaaaaaa") is None


def test_a_subject_is_read_without_the_token_behind_it() -> None:
    token = probe_token(KEY, new_public_id())
    assert without_probe(f"Fwd: It has arrived {token}") == "Fwd: It has arrived"
    assert without_probe("Printer") == "Printer"
