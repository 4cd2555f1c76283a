import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from remote_bridge.client.registration import CannotRegister, command_of_ours
from remote_bridge.client.system.service import (
    ENTRY,
    UNIT,
    autostart_entry,
    install,
    is_installed,
    uninstall,
    unit,
)

COMMAND = ["/opt/my programs/m4a", 'a"b%c$d\\e']


class Systemctl:
    """A systemctl that notes what it is asked, and answers as it is told; a user's systemd is seldom here."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log, self.refused = folder / "asked", folder / "refused"
        program = folder / "bin" / "systemctl"
        program.parent.mkdir()
        program.write_text(
            f'#!/bin/sh\necho "$@" >> {self.log}\n'
            f'for word in $(cat {self.refused} 2>/dev/null); do [ "$2" = "$word" ] && exit 3; done\nexit 0\n'
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def refuse(self, *words: str) -> None:
        self.refused.write_text(" ".join(words))

    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Systemctl:
    return Systemctl(tmp_path, monkeypatch)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def test_the_unit_goes_with_the_graphical_session_and_a_word_ends_it() -> None:
    lines = unit(COMMAND).splitlines()
    assert 'ExecStart="/opt/my programs/m4a" "a\\"b%%c$$d\\\\e" --system' in lines
    for line in (
        "PartOf=graphical-session.target",
        "WantedBy=graphical-session.target",
        "Restart=on-failure",
        "RestartPreventExitStatus=1 2",
    ):
        assert line in lines


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    path = tmp_path / UNIT
    path.write_text(unit(["/bin/true", 'a "b" %c $d \\e']))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": os.environ["PATH"]},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_where_the_desktop_has_the_target_it_is_a_unit(systemctl: Systemctl, env: dict[str, str]) -> None:
    assert not is_installed(env)
    said = install(env, "linux")
    path = Path(env["XDG_CONFIG_HOME"]) / "systemd" / "user" / UNIT
    assert str(path) in said
    assert path.read_text("utf-8") == unit(command_of_ours())
    assert systemctl.asked()[-2:] == ["--user daemon-reload", f"--user enable --now {UNIT}"]
    assert is_installed(env)
    assert "not started" in uninstall(env, "linux")
    assert not path.exists()
    assert not is_installed(env)
    assert systemctl.asked()[-2:] == [f"--user disable --now {UNIT}", "--user daemon-reload"]


def test_where_it_has_not_it_is_an_autostart_entry(systemctl: Systemctl, env: dict[str, str]) -> None:
    systemctl.refuse("is-active")
    said = install(env, "linux")
    path = Path(env["XDG_CONFIG_HOME"]) / "autostart" / ENTRY
    assert ("next sign-in" in said, str(path) in said) == (True, True)
    [line] = [line for line in path.read_text("utf-8").splitlines() if line.startswith("Exec=")]
    assert shlex.split(line.removeprefix("Exec=")) == [*command_of_ours(), "--system"]
    assert is_installed(env)
    assert not any("enable" in asked for asked in systemctl.asked())
    uninstall(env, "linux")
    assert not path.exists()


def test_without_systemd_it_is_an_entry_too(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    install(env, "linux")
    assert (Path(env["XDG_CONFIG_HOME"]) / "autostart" / ENTRY).exists()


def test_it_is_installed_in_one_way_at_a_time(systemctl: Systemctl, env: dict[str, str]) -> None:
    systemctl.refuse("is-active")
    install(env, "linux")
    systemctl.refuse()
    install(env, "linux")
    assert not (Path(env["XDG_CONFIG_HOME"]) / "autostart" / ENTRY).exists()
    assert (Path(env["XDG_CONFIG_HOME"]) / "systemd" / "user" / UNIT).exists()


def test_a_systemd_that_says_no_is_said(systemctl: Systemctl, env: dict[str, str]) -> None:
    systemctl.refuse("enable")
    with pytest.raises(CannotRegister, match="does not take"):
        install(env, "linux")


def test_a_folder_that_cannot_be_written_is_said(systemctl: Systemctl, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotRegister, match="cannot be"):
        install({"XDG_CONFIG_HOME": str(tmp_path / "file")}, "linux")


def test_what_cannot_be_removed_is_said(systemctl: Systemctl, env: dict[str, str]) -> None:
    (Path(env["XDG_CONFIG_HOME"]) / "autostart" / ENTRY).mkdir(parents=True)
    with pytest.raises(CannotRegister, match="removed"):
        uninstall(env, "linux")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_have_their_own_ways(platform: str, env: dict[str, str]) -> None:
    for act in (install, uninstall):
        with pytest.raises(CannotRegister, match="by hand"):
            act(env, platform)


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="there is no desktop-file-validate")
def test_the_entry_is_valid(tmp_path: Path) -> None:
    path = tmp_path / ENTRY
    path.write_text(autostart_entry(["/opt/my programs/m4a"]))
    done = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
