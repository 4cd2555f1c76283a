from collections.abc import Mapping
from pathlib import Path

import pytest

from remote_bridge.client.environment import Desktop, config_folder, desktop, downloads, languages, variables


@pytest.mark.parametrize(
    ("env", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", Desktop.X11),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "linux", Desktop.WAYLAND),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", Desktop.WAYLAND),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}, "freebsd14", Desktop.X11),
        ({}, "linux", Desktop.NONE),
        ({}, "win32", Desktop.WINDOWS),
        ({}, "darwin", Desktop.MACOS),
    ],
)
def test_the_desktop_is_told_by_system_and_environment(
    env: Mapping[str, str], platform: str, expected: Desktop
) -> None:
    assert desktop(env, platform) is expected


def test_the_language_is_the_one_of_the_messages() -> None:
    assert languages({"LANG": "de_AT.UTF-8"}) == ["de"]
    assert languages({"LANG": "de_DE", "LC_ALL": "en_US.UTF-8"}) == ["en"]
    assert languages({"LANGUAGE": "fr:de_DE", "LANG": "en_US"}) == ["fr", "de", "en"]
    assert languages({}) == []


def test_downloads_lie_where_the_desktop_says(tmp_path: Path) -> None:
    assert downloads({}, tmp_path) == tmp_path / "Downloads"
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text('# x\nXDG_DOWNLOAD_DIR="$HOME/Empfangen"\n')
    assert downloads({}, tmp_path) == tmp_path / "Empfangen"
    assert downloads({"XDG_CONFIG_HOME": str(tmp_path / "no")}, tmp_path) == tmp_path / "Downloads"


def test_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    assert variables()["DISPLAY"] == ":4711"


def test_what_is_kept_lies_where_the_system_says(tmp_path: Path) -> None:
    name = "manage4all-client"
    assert config_folder({}, "linux", tmp_path) == tmp_path / ".config" / name
    assert config_folder({"XDG_CONFIG_HOME": "/c"}, "linux", tmp_path) == Path("/c") / name
    assert config_folder({"APPDATA": "/r"}, "win32", tmp_path) == Path("/r") / name
    assert config_folder({}, "win32", tmp_path) == tmp_path / "AppData" / "Roaming" / name
    assert config_folder({}, "darwin", tmp_path) == tmp_path / "Library" / "Application Support" / name
