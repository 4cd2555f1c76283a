"""Starts `--system` at each sign-in: by systemd, or where the desktop does without, by its autostart."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from remote_bridge.client.registration import CannotRegister, command_of_ours, quoted
from remote_bridge.client.texts import _

UNIT = "manage4all-client.service"
ENTRY = "manage4all-client-system.desktop"
_TARGET = "graphical-session.target"
_PROGRAM_SECONDS = 20


def unit(command: Sequence[str]) -> str:
    """The user unit. Status 1 is a word and no accident: removed, not enrolled, no screen. It stays away."""
    words = " ".join(_for_systemd(word) for word in command)
    return (
        "[Unit]\nDescription=Remote support\n"
        f"PartOf={_TARGET}\nAfter={_TARGET}\n\n"
        f"[Service]\nExecStart={words} --system\n"
        "Restart=on-failure\nRestartSec=15\nRestartPreventExitStatus=1 2\n\n"
        f"[Install]\nWantedBy={_TARGET}\n"
    )


def _for_systemd(word: str) -> str:
    """As systemd.service(5) reads ExecStart: in double quotes, with specifiers and variables doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def autostart_entry(command: Sequence[str]) -> str:
    """The entry of the freedesktop.org autostart specification."""
    words = " ".join(quoted(word) for word in command)
    return (
        "[Desktop Entry]\nType=Application\nVersion=1.5\nName=Remote support\nName[de]=Fernwartung\n"
        f"Exec={words} --system\nTerminal=false\nNoDisplay=true\n"
    )


def install(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """For this user; what was done, in a sentence. CannotRegister."""
    _must_be_ours(platform)
    uninstall(env, platform)
    has_systemd = _says_yes("systemctl", "--user", "is-active", "--quiet", _TARGET)
    path = _unit_path(env) if has_systemd else _entry_path(env)
    text = unit(command_of_ours()) if has_systemd else autostart_entry(command_of_ours())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise CannotRegister(_("%(folder)s cannot be written.") % {"folder": path.parent}) from error
    if not has_systemd:
        return _("From the next sign-in on this computer can be asked for a session: %(path)s") % {
            "path": path
        }
    _says_yes("systemctl", "--user", "daemon-reload")
    if not _says_yes("systemctl", "--user", "enable", "--now", UNIT):
        raise CannotRegister(_("systemd does not take %(path)s.") % {"path": path})
    return _("From now on this computer can be asked for a session: %(path)s") % {"path": path}


def uninstall(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Of this user; what was done, in a sentence. CannotRegister."""
    _must_be_ours(platform)
    unit_path = _unit_path(env)
    if unit_path.exists():
        _says_yes("systemctl", "--user", "disable", "--now", UNIT)
    for path in (unit_path, _entry_path(env)):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CannotRegister(_("%(path)s cannot be removed.") % {"path": path}) from error
    _says_yes("systemctl", "--user", "daemon-reload")
    return _("This program is not started at the sign-in any more.")


def is_installed(env: Mapping[str, str]) -> bool:
    """Whether it is started when this user signs in, as far as this program has seen to it."""
    return _unit_path(env).exists() or _entry_path(env).exists()


def _must_be_ours(platform: str) -> None:
    if platform in ("win32", "darwin"):
        raise CannotRegister(
            _("On this system it is set up by hand: docs/service-client.md says how, in a few lines.")
        )


def _config(env: Mapping[str, str]) -> Path:
    return Path(env.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _unit_path(env: Mapping[str, str]) -> Path:
    return _config(env) / "systemd" / "user" / UNIT


def _entry_path(env: Mapping[str, str]) -> Path:
    return _config(env) / "autostart" / ENTRY


def _says_yes(program: str, *words: str) -> bool:
    """Whether the program is there and answers with status 0."""
    path = shutil.which(program)
    if path is None:
        return False
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        done = subprocess.run([path, *words], check=False, capture_output=True, timeout=_PROGRAM_SECONDS)
        return done.returncode == 0
    return False
