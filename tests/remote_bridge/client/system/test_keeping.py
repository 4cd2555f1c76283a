import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.client.grant import Grant
from remote_bridge.client.system.keeping import Enrolment, Keeping, Unreadable
from remote_bridge.protocol.scopes import Scope

VIEW = frozenset({Scope.VIEW})
ONE = Enrolment(
    "https://desk.example",
    "k3n8w1z6",
    "Kasse 1",
    "Kranich & Söhne",
    "Bäckerei Änne",
    Ed25519PrivateKey.generate(),
    X25519PrivateKey.generate(),
    VIEW,
)


@pytest.fixture
def keeping(tmp_path: Path) -> Keeping:
    return Keeping(tmp_path / "config" / "manage4all-client")


def test_what_is_kept_comes_back_with_its_keys(keeping: Keeping) -> None:
    assert keeping.find() is None
    keeping.keep(ONE)
    found = keeping.find()
    assert found == ONE
    assert found is not None
    assert found.sign.private_bytes_raw() == ONE.sign.private_bytes_raw()
    assert found.box.private_bytes_raw() == ONE.box.private_bytes_raw()


def test_only_its_user_may_read_it_and_nothing_else_is_left(keeping: Keeping) -> None:
    keeping.keep(ONE)
    keeping.keep(replace(ONE, name="Kasse 2"))
    (path,) = keeping.folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keeping.folder.stat().st_mode) == 0o700


def test_no_key_is_shown() -> None:
    assert "Private" not in repr(ONE)
    assert "sign" not in repr(ONE)


def test_what_cannot_be_written_leaves_what_was_there(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.keep(ONE)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    # A disk is not to be filled for this.
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        keeping.keep(replace(ONE, name="Kasse 2"))
    assert keeping.find() == ONE
    assert len(list(keeping.folder.iterdir())) == 1


def test_a_grant_always_has_the_screen_and_none_is_none(keeping: Keeping) -> None:
    grant: Grant = keeping
    keeping.grant(VIEW)
    assert grant.scopes() == frozenset(), "there is nobody to grant it to"
    keeping.keep(replace(ONE, unattended=frozenset()))
    keeping.grant(frozenset({Scope.CONTROL}))
    assert grant.scopes() == VIEW | {Scope.CONTROL}
    grant.revoke()
    assert grant.scopes() == frozenset()
    assert keeping.find() == replace(ONE, unattended=frozenset())


def test_it_is_forgotten_once(keeping: Keeping) -> None:
    keeping.keep(ONE)
    assert (keeping.forget(), keeping.forget(), keeping.find()) == (True, False, None)


def test_each_change_shows(keeping: Keeping) -> None:
    stamps = {keeping.stamp()}
    keeping.keep(ONE)
    stamps.add(keeping.stamp())
    keeping.revoke()
    stamps.add(keeping.stamp())
    assert len(stamps) == 3
    assert keeping.stamp() in stamps


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"sign": "A"},
        {"box": None},
        {"unattended": ["everything"]},
        {"unattended": ["control"]},
        {"unattended": 7},
    ],
)
def test_a_file_that_is_none_is_said_and_grants_nothing(keeping: Keeping, changed: dict[str, object]) -> None:
    keeping.keep(ONE)
    (path,) = keeping.folder.iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changed}))
    with pytest.raises(Unreadable, match="broken"):
        keeping.find()
    assert keeping.scopes() == frozenset()


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{"])
def test_what_is_no_json_of_ours_is_said(keeping: Keeping, text: str) -> None:
    keeping.make_folder()
    (keeping.folder / "system.json").write_text(text)
    with pytest.raises(Unreadable, match="broken"):
        keeping.find()


def test_what_cannot_be_read_is_said(keeping: Keeping) -> None:
    (keeping.folder / "system.json").mkdir(parents=True)
    with pytest.raises(Unreadable, match="read"):
        keeping.find()
