"""What an authenticator's answer is worth: ours, here, now, or nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.desk import ceremonies
from gateway.desk.ceremonies import Candidate, FreshKey, RelyingParty, relying_party
from gateway.errors import Invalid
from tests.fakes.authenticator import Authenticator, b64, unb64

PARTY = RelyingParty("desk.example", "https://desk.example")
OURS = Candidate("handle", "ann", "Ann")
CHALLENGE = b"c" * 32


def make(device: Authenticator) -> FreshKey:
    options = ceremonies.creation_options(PARTY, OURS, CHALLENGE, ())
    return ceremonies.read_new(PARTY, CHALLENGE, device.create(options))


def use(
    device: Authenticator,
    key: FreshKey,
    *,
    asked: bytes = CHALLENGE,
    handle: str = "handle",
    alone: bool = True,
) -> int:
    answer = device.get(ceremonies.request_options(PARTY, asked, (), must_verify=alone))
    return ceremonies.check(PARTY, CHALLENGE, answer, key, handle=handle, must_verify=alone)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(PARTY.origin)


@pytest.mark.parametrize(
    ("base_url", "party"),
    [
        ("https://desk.example", PARTY),
        ("https://desk.example:8443", RelyingParty("desk.example", "https://desk.example:8443")),
        ("http://localhost:8080", RelyingParty("localhost", "http://localhost:8080")),
        ("http://desk.example", None),
        ("http://127.0.0.1:8080", None),
        ("https://[::1]", None),
        ("", None),
    ],
)
def test_passkeys_are_for_a_name_that_browsers_trust(base_url: str, party: RelyingParty | None) -> None:
    assert relying_party(base_url) == party


def test_a_passkey_is_made_and_signs(device: Authenticator) -> None:
    key = make(device)
    assert unb64(key.credential_id) == device.credential_id
    device.count = 1
    assert use(device, key) == 1
    assert ceremonies.credential_of(device.get(json.dumps({"challenge": ""}))) == key.credential_id


def test_the_browser_is_asked_for_what_we_mean() -> None:
    known = b64(b"known")
    asked = json.loads(ceremonies.creation_options(PARTY, OURS, CHALLENGE, [known]))
    assert (asked["rp"]["id"], asked["user"]["name"], asked["attestation"]) == ("desk.example", "ann", "none")
    assert [one["id"] for one in asked["excludeCredentials"]] == [known]
    asked = json.loads(ceremonies.request_options(PARTY, CHALLENGE, [known], must_verify=False))
    assert ([one["id"] for one in asked["allowCredentials"]], asked["userVerification"]) == (
        [known],
        "discouraged",
    )
    asked = json.loads(ceremonies.request_options(PARTY, CHALLENGE, (), must_verify=True))
    assert (asked["rpId"], asked["userVerification"]) == ("desk.example", "required")


Fault = Callable[[Authenticator], Any]


@pytest.mark.parametrize(
    "fault",
    [
        lambda device: setattr(device, "origin", "https://evil.example"),
        lambda device: setattr(device, "rp_id", "evil.example"),
        lambda device: setattr(device, "verifies", False),
        lambda device: device.__post_init__(),  # another key
    ],
)
def test_an_answer_for_others_or_by_others_is_worth_nothing(device: Authenticator, fault: Fault) -> None:
    key = make(device)
    fault(device)
    with pytest.raises(Invalid):
        use(device, key)


def test_another_challenge_or_person_is_worth_nothing(device: Authenticator) -> None:
    key = make(device)
    with pytest.raises(Invalid):
        use(device, key, asked=b"d" * 32)
    with pytest.raises(Invalid):
        use(device, key, handle="somebody else")


def test_beside_a_password_it_need_not_see_who_it_is(device: Authenticator) -> None:
    key = make(device)
    device.verifies = False
    assert use(device, key, alone=False) == 0


@pytest.mark.parametrize(("count", "is_good"), [(6, True), (5, False), (4, False)])
def test_a_copy_of_a_key_shows_by_its_count(device: Authenticator, count: int, *, is_good: bool) -> None:
    key, device.count = replace(make(device), sign_count=5), count
    if is_good:
        assert use(device, key) == count
        return
    with pytest.raises(Invalid):
        use(device, key)


def test_a_passkey_made_for_another_page_is_not_taken(device: Authenticator) -> None:
    device.origin = "https://evil.example"
    with pytest.raises(Invalid):
        make(device)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
_TEXT = st.binary(max_size=60).map(b64) | st.text(max_size=20)
_RESPONSE = st.fixed_dictionaries(
    {
        "clientDataJSON": _TEXT | _JSON.map(lambda said: b64(json.dumps(said).encode())),
        "attestationObject": _TEXT,
        "authenticatorData": _TEXT,
        "signature": _TEXT,
    },
    optional={"userHandle": _TEXT | _JSON},
)
_ANSWERS = (
    st.text(max_size=50)
    | _JSON.map(json.dumps)
    | st.builds(
        lambda own_id, response: json.dumps(
            {"id": own_id, "rawId": own_id, "type": "public-key", "response": response}
        ),
        _TEXT,
        _RESPONSE | _JSON,
    )
)


@given(_ANSWERS)
def test_whatever_is_sent_is_read_or_refused(answer: str) -> None:
    key = FreshKey("abc", b"no key", 0)
    with pytest.raises(Invalid):
        ceremonies.read_new(PARTY, CHALLENGE, answer)
    with pytest.raises(Invalid):
        ceremonies.check(PARTY, CHALLENGE, answer, key, handle="x", must_verify=True)


@pytest.mark.parametrize("answer", ["", "[]", "1", '"id"', "[" * 5000, "{" * 30_000])
def test_what_names_no_passkey_is_refused(answer: str) -> None:
    with pytest.raises(Invalid):
        ceremonies.credential_of(answer)


@given(st.binary(max_size=80))
def test_a_hostile_attestation_is_refused(data: bytes) -> None:
    device = Authenticator(PARTY.origin)
    answer = json.loads(device.create(ceremonies.creation_options(PARTY, OURS, CHALLENGE, ())))
    answer["response"]["attestationObject"] = b64(data)
    with pytest.raises(Invalid):
        ceremonies.read_new(PARTY, CHALLENGE, json.dumps(answer))
