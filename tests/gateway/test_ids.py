"""Public ids and secrets."""

import re

from gateway import ids


def test_public_ids_are_short_lower_case_and_never_the_same() -> None:
    made = {ids.new_public_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch("[a-z2-7]{24}", one) for one in made)


def test_secrets_have_256_bits_and_are_safe_in_addresses() -> None:
    made = {ids.new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", one) for one in made)
    assert len({len(ids.new_key()) for _ in range(10)} | {32}) == 1


def test_what_is_stored_of_a_secret_is_its_hash() -> None:
    secret = ids.new_secret()
    assert ids.hash_secret(secret) == ids.hash_secret(secret) != ids.hash_secret(secret + "x")
    assert len(ids.hash_secret("ä")) == 64


def test_base32_survives_servers_that_change_case() -> None:
    assert ids.base32(b"\x00\xff\x10") == "ad7ra"
    assert ids.base32(b"") == ""
