"""Makes `m4a-remote:` links of a browser start this program, for the user who asks for it."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from remote_bridge.client.links import SCHEME
from remote_bridge.client.texts import _

_DESKTOP_FILE = "manage4all-client.desktop"
_PROGRAM_SECONDS = 20


class CannotRegister(Exception):
    """This system wants it otherwise; the text says how."""


def desktop_entry(command: Sequence[str]) -> str:
    """The entry of the freedesktop.org specification 1.5 that starts `command` with a link."""
    words = " ".join(quoted(word) for word in command)
    return (
        "[Desktop Entry]\nType=Application\nVersion=1.5\nName=Remote support\nName[de]=Fernwartung\n"
        "Comment=Shows your screen to your support, when you allow it\n"
        "Comment[de]=Zeigt Ihrer Betreuung den Bildschirm, wenn Sie es erlauben\n"
        f"Exec={words} %u\nTerminal=false\nNoDisplay=true\nCategories=Network;RemoteAccess;\n"
        f"MimeType=x-scheme-handler/{SCHEME};\n"
    )


def quoted(word: str) -> str:
    """As `Exec` has it: in double quotes, what is special there behind two backslashes."""
    if word and all(c.isalnum() or c in "/._-+:" for c in word):
        return word
    escaped = "".join(f"\\\\{c}" if c in '"`$\\' else c for c in word).replace("%", "%%")
    return f'"{escaped}"'


def command_of_ours() -> list[str]:
    """How this program was started: the one file of a bundle, else the script beside this Python."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    script = Path(sys.executable).with_name("manage4all-client")
    return [str(script)] if script.exists() else [sys.executable, "-m", "remote_bridge.client.app"]


def register(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Register for this user; what was done, in a sentence. CannotRegister."""
    if platform == "win32":
        return _register_on_windows(command_of_ours())
    if platform == "darwin":
        raise CannotRegister(
            _("On macOS the app registers its links itself when it is put into Applications.")
        )
    data = Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    folder = data / "applications"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _DESKTOP_FILE).write_text(desktop_entry(command_of_ours()), "utf-8")
    except OSError as error:
        raise CannotRegister(_("%(folder)s cannot be written.") % {"folder": folder}) from error
    _run_if_there("update-desktop-database", str(folder))
    _run_if_there("xdg-mime", "default", _DESKTOP_FILE, f"x-scheme-handler/{SCHEME}")
    return _("Links that begin with %(scheme)s: now start this program.") % {"scheme": SCHEME}


def _run_if_there(program: str, *words: str) -> None:
    """Desktops without it read the folder themselves."""
    if path := shutil.which(program):
        with contextlib.suppress(subprocess.SubprocessError):
            subprocess.run([path, *words], check=False, capture_output=True, timeout=_PROGRAM_SECONDS)


def windows_values(command: Sequence[str]) -> dict[str, dict[str, str]]:
    """What stands below HKEY_CURRENT_USER/Software/Classes: key to values, "" the key's own."""
    words = subprocess.list2cmdline(command)
    return {
        SCHEME: {"": "URL:Remote support", "URL Protocol": ""},
        rf"{SCHEME}\shell\open\command": {"": f'{words} "%1"'},
    }


def _register_on_windows(command: Sequence[str]) -> str:
    if sys.platform == "win32":
        import winreg

        for key, values in windows_values(command).items():
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"Software\Classes\{key}") as opened:
                for name, value in values.items():
                    winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)
    return _("Links that begin with %(scheme)s: now start this program.") % {"scheme": SCHEME}
