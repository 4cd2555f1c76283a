import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.protocol import systems
from remote_bridge.protocol.errors import Malformed, Misplaced, ProtocolError, Tampered
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.secrets import LinkSecret, b64u, parse_b64u
from remote_bridge.protocol.systems import Call, Challenge, Proof, SystemWelcome, Unattended
from tests.remote_bridge.vectors import code_of, vectors_of

GRANTED = frozenset({Scope.VIEW, Scope.CONTROL})
PROOF = Proof(bytes(range(64)), GRANTED)
URL = "wss://relay.example"


def sign_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors_of("systems")["keys"]["sign_private"]))


def box_key() -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(vectors_of("systems")["keys"]["box_private"]))


def test_what_is_signed_to_enrol_is_what_the_vectors_say_however_the_code_is_typed() -> None:
    keys = vectors_of("systems")["keys"]
    for one in vectors_of("systems")["enrols"]:
        text = systems.enrol_text(parse_b64u(keys["sign"]), parse_b64u(keys["box"]), one["code"])
        assert text.hex() == one["text"]
        assert b64u(sign_key().sign(text)) == one["proof"]


def test_what_is_signed_at_a_relay_is_what_the_vectors_say() -> None:
    public = parse_b64u(vectors_of("systems")["keys"]["sign"])
    for one in vectors_of("systems")["proofs"]:
        text = systems.proof_text(one["system"], parse_b64u(one["nonce"]), one["relay"])
        assert text.hex() == one["text"]
        signature = parse_b64u(one["signature"], systems.SIGNATURE_BYTES)
        assert Proof.of(sign_key(), text, GRANTED) == Proof(signature, GRANTED)
        assert systems.is_signed(public, signature, text)


def test_a_signature_is_good_for_one_system_one_challenge_and_one_relay() -> None:
    public = sign_key().public_key().public_bytes_raw()
    signature = sign_key().sign(systems.proof_text("k3", bytes(32), URL))
    for text in (
        systems.proof_text("k4", bytes(32), URL),
        systems.proof_text("k3", b"\1" + bytes(31), URL),
        systems.proof_text("k3", bytes(32), f"{URL}/"),
    ):
        assert not systems.is_signed(public, signature, text)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not systems.is_signed(other, signature, systems.proof_text("k3", bytes(32), URL))
    assert not systems.is_signed(bytes([255]) * 32, signature, b"")
    assert not systems.is_signed(b"short", signature, b"")


def test_calls_are_sealed_and_opened_as_the_vectors_say() -> None:
    public = box_key().public_key().public_bytes_raw()
    for one in vectors_of("systems")["calls"]:
        secret = LinkSecret(bytes.fromhex(one["secret"]))
        own = X25519PrivateKey.from_private_bytes(bytes.fromhex(one["ephemeral"]))
        assert systems.seal_call(public, one["session"], secret, own).hex() == one["sealed"]
        opened = systems.open_call(box_key(), one["session"], bytes.fromhex(one["sealed"]))
        assert opened.raw() == secret.raw()


def test_a_call_is_sealed_anew_each_time() -> None:
    public = box_key().public_key().public_bytes_raw()
    secret = LinkSecret.make()
    assert systems.seal_call(public, "s1", secret) != systems.seal_call(public, "s1", secret)


def test_a_call_opens_for_its_system_and_its_session_only() -> None:
    sealed = systems.seal_call(box_key().public_key().public_bytes_raw(), "s1", LinkSecret.make())
    with pytest.raises(Tampered):
        systems.open_call(box_key(), "s2", sealed)
    with pytest.raises(Tampered):
        systems.open_call(X25519PrivateKey.generate(), "s1", sealed)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(ProtocolError):
            systems.open_call(box_key(), "s1", bytes(changed))


def test_what_is_no_call_is_refused() -> None:
    for sealed in vectors_of("systems")["refused_calls"]:
        with pytest.raises(ProtocolError):
            systems.open_call(box_key(), "s1", bytes.fromhex(sealed))


def test_nothing_is_sealed_for_a_point_of_small_order() -> None:
    with pytest.raises(Malformed):
        systems.seal_call(bytes(32), "s1", LinkSecret.make())


@pytest.mark.parametrize("said", [PROOF, Proof(bytes(64), frozenset()), Unattended(GRANTED)])
def test_what_a_system_says_comes_back_as_it_was(said: Proof | Unattended) -> None:
    assert systems.parse_from_system(said.text()) == said
    assert systems.parse_from_system(said.text().encode()) == said


@pytest.mark.parametrize(
    "said",
    [
        Challenge(bytes(range(32))),
        SystemWelcome("k3n8w1z6", "Kasse 1", "Kranich & Söhne", "Bäckerei Änne"),
        Call("r7k2m9q4", bytes(range(80))),
    ],
)
def test_what_a_system_is_told_comes_back_as_it_was(said: systems.ToSystem) -> None:
    assert systems.parse_to_system(said.text()) == said


@pytest.mark.parametrize(
    ("kind", "reader"),
    [("from_system", systems.parse_from_system), ("to_system", systems.parse_to_system)],
)
def test_texts_are_judged_as_the_vectors_say(kind: str, reader: object) -> None:
    assert callable(reader)
    for one in vectors_of("texts")[kind]:
        assert code_of(reader, one["text"]) == one["code"], one


def test_a_proof_comes_first_and_once() -> None:
    assert systems.parse_proof(PROOF.text()) == PROOF
    assert systems.parse_unattended(Unattended(GRANTED).text()) == Unattended(GRANTED)
    with pytest.raises(Misplaced):
        systems.parse_proof(Unattended(GRANTED).text())
    with pytest.raises(Misplaced):
        systems.parse_unattended(PROOF.text())
