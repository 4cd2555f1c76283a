import platform
import socket

import pytest

from remote_bridge.client.links import BadLink
from remote_bridge.client.system.enrolling import NotEnrolled, computer_name, enrol, platform_name
from remote_bridge.protocol.secrets import parse_b64u
from remote_bridge.protocol.systems import SIGNATURE_BYTES, enrol_text, is_signed
from tests.remote_bridge.client.system.enrolled import enrol_desk


def test_it_sends_its_public_keys_with_a_proof_and_keeps_the_private_ones() -> None:
    with enrol_desk() as desk:
        made = enrol(desk.address, " abcd-EFGH-2345\n", "Kasse 1" + "x" * 100)
    ((path, sent),) = desk.posted
    assert (path, sent["code"], sent["platform"]) == ("/remote/systems", "abcd-EFGH-2345", platform_name())
    assert (made.system, made.customer, made.unattended) == ("k1", "Bäckerei Änne", frozenset())
    assert made.name == sent["name"] == ("Kasse 1" + "x" * 100)[:80]
    sign, box = parse_b64u(sent["sign"]), parse_b64u(sent["box"])
    assert sign == made.sign.public_key().public_bytes_raw()
    assert box == made.box.public_key().public_bytes_raw()
    proof = parse_b64u(sent["proof"], SIGNATURE_BYTES)
    assert is_signed(sign, proof, enrol_text(sign, box, "ABCDEFGH2345"))
    assert set(sent) == {"code", "name", "platform", "sign", "box", "proof"}


def test_no_name_turns_round_what_stands_beside_it() -> None:
    with enrol_desk() as desk:
        desk.answer = desk.enrolled() | {"business": "\u202eknaB\n", "customer": "\x1b[2JÄnne"}
        made = enrol(desk.address, "A", "x")
    assert (made.business, made.customer) == ("knaB", "[2JÄnne")


def test_a_code_may_be_typed_with_blanks() -> None:
    with enrol_desk() as desk:
        enrol(desk.address, "ABCD EFGH 2345", "x")
    assert desk.posted[0][1]["code"] == "ABCDEFGH2345"


def test_each_enrolment_has_keys_of_its_own() -> None:
    with enrol_desk() as desk:
        made = [enrol(desk.address, "A", "x") for _ in range(2)]
    assert made[0].sign.private_bytes_raw() != made[1].sign.private_bytes_raw()
    assert made[0].box.private_bytes_raw() != made[1].box.private_bytes_raw()


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "code is not known"), (429, "quarter of an hour"), (400, "another version"), (500, "another")],
)
def test_a_refusal_is_said_in_words(status: int, words: str) -> None:
    with enrol_desk() as desk:
        desk.status = status
        with pytest.raises(NotEnrolled, match=words):
            enrol(desk.address, "A", "x")


@pytest.mark.parametrize(
    "answer",
    [b"<html>", b"[]", {}, {"system": "k1"}, {"system": 1, "business": "a", "customer": "b", "relay": "c"}],
)
def test_another_answer_is_no_enrolment(answer: object) -> None:
    with enrol_desk() as desk:
        desk.answer = answer
        with pytest.raises(NotEnrolled, match="another version"):
            enrol(desk.address, "A", "x")


def test_it_follows_nobody_elsewhere() -> None:
    with enrol_desk() as other, enrol_desk() as desk:
        desk.status, desk.headers = 302, {"Location": f"{other.address}/remote/systems"}
        with pytest.raises(NotEnrolled):
            enrol(desk.address, "A", "x")
        assert other.posted == []


def test_a_relay_that_is_not_protected_is_none() -> None:
    with enrol_desk("http://relay.example") as desk, pytest.raises(BadLink, match="not protected"):
        enrol(desk.address, "A", "x")


def test_a_desk_that_is_not_there_is_said() -> None:
    with pytest.raises(NotEnrolled, match="online"):
        enrol("http://127.0.0.1:9", "A", "x")


def test_a_computer_has_a_name_and_a_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    assert computer_name() == socket.gethostname().partition(".")[0]
    assert 0 < len(platform_name()) <= 40

    def none() -> dict[str, str]:
        raise OSError

    # As on Windows and macOS.
    monkeypatch.setattr(platform, "freedesktop_os_release", none)
    monkeypatch.setattr(platform, "node", lambda: "")
    assert platform_name() == f"{platform.system()} {platform.release()}"[:40]
    assert computer_name() == platform.system()
