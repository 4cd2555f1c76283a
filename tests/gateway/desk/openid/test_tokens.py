"""ID tokens: who they name, and every way in which one proves nothing."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from gateway.desk.openid.tokens import SKEW_SECONDS, Expected, Identity, UnknownKey, check, read_keys
from gateway.errors import Invalid
from tests.world import NOON

EXPECTED = Expected("https://id.example", "desk", "the nonce")
CLAIMS = {
    "iss": "https://id.example",
    "sub": "ann",
    "aud": "desk",
    "nonce": "the nonce",
    "iat": int(NOON.timestamp()),
    "exp": int(NOON.timestamp()) + 300,
}
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "other", "use": "sig"})


def made(
    key: Key = EC,
    alg: str = "ES256",
    header: dict[str, Any] | None = None,
    claims: Mapping[str, object] | None = None,
) -> str:
    said = {name: value for name, value in {**CLAIMS, **(claims or {})}.items() if value is not None}
    sent = {"alg": alg, "kid": key.kid} if header is None else {"alg": alg, **header}
    return jwt.encode(sent, said, key, algorithms=[alg])


def shown(*keys: Key) -> tuple[Key, ...]:
    """The keys as the provider shows them, read again."""
    return read_keys(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode())


def checked(token: str, keys: Sequence[Key] | None = None, *, now: datetime = NOON) -> Identity:
    return check(token, shown(EC, RSA, OKP) if keys is None else keys, EXPECTED, now=now)


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS512"), (OKP, "Ed25519")])
def test_a_right_token_names_its_person(key: Key, alg: str) -> None:
    assert checked(made(key, alg)) == Identity("https://id.example", "ann", used_factor=False)


def test_a_key_is_found_without_its_name() -> None:
    assert checked(made(header={}), shown(RSA, OTHER, EC)).subject == "ann"


@pytest.mark.parametrize(
    ("methods", "used_factor"),
    [(["pwd", "mfa"], True), (["pwd"], False), (["otp"], False), ("mfa", False), ([["mfa"]], False)],
)
def test_it_says_whether_more_than_one_thing_was_shown(methods: object, *, used_factor: bool) -> None:
    assert checked(made(claims={"amr": methods})).used_factor is used_factor


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://id.example/"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": []},
        {"aud": None},
        {"aud": ["desk", "another"]},  # for several, and nobody says whom it was made for
        {"aud": ["desk", "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": ["the nonce"]},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"iat": None},
        {"nbf": int(NOON.timestamp()) + 3600},
    ],
)
def test_a_token_about_somebody_or_for_somebody_else_proves_nothing(claims: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        checked(made(claims=claims))


def test_one_for_several_counts_if_it_was_made_for_us() -> None:
    assert checked(made(claims={"aud": ["another", "desk"], "azp": "desk"})).subject == "ann"
    assert checked(made(claims={"aud": ["desk"]})).subject == "ann"


@pytest.mark.parametrize(("claim", "sign"), [("exp", -1), ("iat", 1)])
def test_clocks_may_differ_by_a_minute(claim: str, sign: int) -> None:
    at = int(NOON.timestamp())
    assert checked(made(claims={claim: at + sign * (SKEW_SECONDS - 1)})).subject == "ann"
    with pytest.raises(Invalid):
        checked(made(claims={claim: at + sign * (SKEW_SECONDS + 1)}))


def test_an_expired_token_proves_nothing() -> None:
    with pytest.raises(Invalid):
        checked(made(), now=NOON + timedelta(minutes=7))


def _part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def test_nobody_needs_to_be_believed_without_a_signature() -> None:
    for alg in ("none", "None", "NONE", ""):
        with pytest.raises(Invalid):
            checked(f"{_part({'alg': alg, 'kid': 'ec'})}.{_part(CLAIMS)}.")


def test_a_public_key_is_no_shared_secret() -> None:
    """Else who reads it could sign with it: the old way to fool a library about the algorithm."""
    public = OctKey.import_key(RSA.as_pem(private=False).replace(b"-----", b""), {"kid": "rsa"})
    with pytest.raises(Invalid):
        checked(made(public, "HS256"))
    with pytest.raises(Invalid, match="no key set"):
        read_keys(b"[]")
    assert read_keys(json.dumps({"keys": [public.as_dict(private=True)]}).encode()) == ()


def test_what_was_changed_is_not_signed() -> None:
    head, _, signature = made().split(".")
    with pytest.raises(Invalid):
        checked(f"{head}.{_part({**CLAIMS, 'sub': 'bob'})}.{signature}")


def test_another_key_of_the_same_name_proves_nothing() -> None:
    with pytest.raises(Invalid):
        checked(made(OTHER, header={"kid": "ec"}))


def test_a_key_that_is_not_shown_may_be_a_newer_one() -> None:
    with pytest.raises(UnknownKey):
        checked(made(OTHER))
    with pytest.raises(UnknownKey):
        checked(made(OTHER, header={}))
    with pytest.raises(UnknownKey):
        checked(made(EC, header={"kid": "rsa"}))  # an RSA key for an ES256 token
    with pytest.raises(UnknownKey):
        checked(made(), ())


def test_keys_that_make_no_sense_are_left_out() -> None:
    good = EC.as_dict(private=False)
    others: list[object] = [{}, None, 7, {"kty": "RSA"}, {"kty": "EC", "crv": "P-257"}, {"kty": "other"}]
    others.append({**RSA.as_dict(private=False), "use": "enc"})
    assert [key.kid for key in read_keys(json.dumps({"keys": [*others, good]}).encode())] == ["ec"]
    assert read_keys(b'{"keys": 7}') == ()


@pytest.mark.parametrize("body", [b"", b"{}", b"7", b"\xff", b"[" * 100_000])
def test_what_is_no_key_set_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_keys(body)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True))
def test_nonsense_is_never_more_than_wrong(token: str) -> None:
    with pytest.raises(Invalid):
        checked(token)


@given(
    st.dictionaries(
        st.sampled_from([*CLAIMS, "azp", "amr", "nbf"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()),
        min_size=1,
    )
)
def test_odd_claims_are_never_more_than_wrong(claims: dict[str, object]) -> None:
    try:
        assert checked(made(claims=claims)).issuer == EXPECTED.issuer
    except Invalid:
        assert claims
