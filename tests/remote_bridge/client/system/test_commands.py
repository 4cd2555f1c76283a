import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from remote_bridge.client.system import commands
from remote_bridge.client.system.alone import Alone
from remote_bridge.client.system.commands import CannotDo
from remote_bridge.client.system.keeping import Keeping
from remote_bridge.client.system.staying import Room
from remote_bridge.client.texts import speak
from remote_bridge.protocol.scopes import Scope
from tests.remote_bridge.client.system.enrolled import enrol_desk, kept
from tests.remote_bridge.desk import ALL, VIEW, Installed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "client"


@pytest.fixture
def german() -> Iterator[None]:
    speak(["de"])
    yield
    speak(["en"])


def test_a_computer_is_enrolled_once_and_keeps_its_keys_to_itself(folder: Path) -> None:
    with enrol_desk() as desk:
        said = commands.enrol(folder, desk.address, "ABCD-EFGH-2345", "Kasse 1")
        assert "“Kasse 1” of Bäckerei Änne, looked after by Crane & Sons" in said
        assert "--install-service" in commands.what_then()
        with pytest.raises(CannotDo, match="already"):
            commands.enrol(folder, desk.address, "ABCD-EFGH-2345", None)
    assert len(desk.posted) == 1
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = Keeping(folder).find()
    assert found is not None
    for key in (found.sign.private_bytes_raw(), found.box.private_bytes_raw()):
        assert key.hex() not in said


@pytest.mark.parametrize(
    ("address", "words"), [("http://desk.example", "not protected"), ("http://127.0.0.1:9", "online")]
)
def test_what_hinders_it_is_said_and_nothing_is_kept(folder: Path, address: str, words: str) -> None:
    with pytest.raises(CannotDo, match=words):
        commands.enrol(folder, address, "A", None)
    assert Keeping(folder).find() is None


def test_a_folder_that_cannot_be_written_is_said_before_the_code_is_used(folder: Path) -> None:
    folder.write_text("a file")
    with enrol_desk() as desk, pytest.raises(CannotDo, match="cannot be"):
        commands.enrol(folder, desk.address, "A", None)
    assert desk.posted == []


@pytest.mark.parametrize(
    ("words", "scopes"),
    [
        ("view", VIEW),
        ("control", VIEW | {Scope.CONTROL}),
        ("View, FILES", VIEW | {Scope.FILES}),
        ("view control clipboard files", ALL),
        ("none", frozenset()),
    ],
)
def test_a_grant_is_read_by_words(words: str, scopes: frozenset[Scope]) -> None:
    assert commands.parse_grant(words) == scopes


@pytest.mark.usefixtures("german")
def test_a_grant_is_read_by_german_words_too() -> None:
    assert commands.parse_grant("sehen, steuern") == VIEW | {Scope.CONTROL}
    assert commands.parse_grant("nichts") == commands.parse_grant("none") == frozenset()


@pytest.mark.parametrize("words", ["", ",", "everything", "view,all", "view none"])
def test_another_word_grants_nothing(words: str) -> None:
    with pytest.raises(CannotDo, match="What can be granted: view, control, clipboard, files"):
        commands.parse_grant(words)


def test_what_is_granted_and_revoked_is_said(folder: Path) -> None:
    keeping = kept(folder, "https://desk.example", Installed(1))
    assert "view, control" in commands.grant(folder, VIEW | {Scope.CONTROL})
    assert keeping.scopes() == VIEW | {Scope.CONTROL}
    assert "none" in commands.grant(folder, frozenset())
    assert keeping.scopes() == frozenset()


def test_without_an_enrolment_there_is_nothing_to_do(folder: Path) -> None:
    def no_room(_say: object) -> Room:
        raise AssertionError

    for act in (
        lambda: commands.grant(folder, VIEW),
        lambda: commands.forget(folder),
        lambda: commands.status(folder, is_installed=False),
        lambda: commands.stay(folder, no_room, print),
    ):
        with pytest.raises(CannotDo, match="not enrolled"):
            act()


def test_a_file_that_is_broken_is_said(folder: Path) -> None:
    folder.mkdir()
    (folder / "system.json").write_text("{")
    with pytest.raises(CannotDo, match="broken"):
        commands.status(folder, is_installed=False)
    commands.forget(folder)
    with pytest.raises(CannotDo, match="not enrolled"):
        commands.status(folder, is_installed=False)


def test_the_status_says_whose_it_is_what_is_granted_and_whether_it_is_there(folder: Path) -> None:
    kept(folder, "https://desk.example", Installed(1), VIEW)
    said = commands.status(folder, is_installed=False)
    for part in ("Kasse 1", "Bäckerei Änne", "https://desk.example", "access: view", "not running"):
        assert part in said
    assert "sign-in" not in said
    commands._note(folder, "Online.", lambda _: None)
    with Alone(folder / "system.lock"):
        said = commands.status(folder, is_installed=True)
    for part in ("This program is there.", "Online.", "started with each sign-in"):
        assert part in said


def test_one_program_stays_at_a_time(folder: Path) -> None:
    kept(folder, "https://desk.example", Installed(1))

    def no_room(_say: object) -> Room:
        raise AssertionError

    with Alone(folder / "system.lock"), pytest.raises(CannotDo, match="there already"):
        commands.stay(folder, no_room, print)


def test_what_is_forgotten_is_gone_to_the_last_word(folder: Path) -> None:
    kept(folder, "https://desk.example", Installed(1))
    commands._note(folder, "Online.", lambda _: None)
    assert "removed there" in commands.forget(folder)
    assert list(folder.iterdir()) == []


def test_the_desk_is_that_of_the_enrolment(folder: Path) -> None:
    assert commands.find_desk(folder) == ""
    with enrol_desk() as desk:
        commands.enrol(folder, desk.address, "ABCD-EFGH-2345", None)
        assert commands.find_desk(folder) == desk.address
    (folder / "system.json").write_text("{")
    with pytest.raises(CannotDo):
        commands.find_desk(folder)
