import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from remote_bridge.client.registration import (
    CannotRegister,
    command_of_ours,
    desktop_entry,
    register,
    windows_values,
)


def test_the_entry_starts_the_program_with_the_link() -> None:
    entry = desktop_entry(["/opt/my programs/m4a", 'a"b%c'])
    assert 'Exec="/opt/my programs/m4a" "a\\\\"b%%c" %u\n' in entry
    assert "MimeType=x-scheme-handler/m4a-remote;\n" in entry


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="there is no desktop-file-validate")
def test_the_entry_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "a.desktop"
    path.write_text(desktop_entry(["/opt/my programs/m4a"]))
    done = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_registered_for_this_user(tmp_path: Path) -> None:
    told = register({"XDG_DATA_HOME": str(tmp_path)}, "linux")
    assert "m4a-remote:" in told
    entry = (tmp_path / "applications" / "manage4all-client.desktop").read_text()
    [line] = [line for line in entry.splitlines() if line.startswith("Exec=")]
    assert shlex.split(line.removeprefix("Exec="))[:-1] == command_of_ours()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "applications").write_text("a file")
    with pytest.raises(CannotRegister, match="applications"):
        register({"XDG_DATA_HOME": str(tmp_path)}, "linux")


def test_other_systems_have_their_own_ways() -> None:
    with pytest.raises(CannotRegister, match="macOS"):
        register({}, "darwin")
    values = windows_values(["C:\\my programs\\m4a.exe"])
    assert values[r"m4a-remote\shell\open\command"] == {"": '"C:\\my programs\\m4a.exe" "%1"'}
    assert values["m4a-remote"]["URL Protocol"] == ""


def test_the_command_is_the_script_or_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)  # what a bundle says of itself
    assert command_of_ours() == [sys.executable]
    monkeypatch.setattr(sys, "frozen", False)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert command_of_ours() == ["/nowhere/python", "-m", "remote_bridge.client.app"]
