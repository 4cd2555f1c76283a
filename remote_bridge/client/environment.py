"""The one place of the client that reads the environment of the process."""

import os
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path


class Desktop(Enum):
    """What kind of desk the program runs on."""

    X11 = "x11"
    WAYLAND = "wayland"
    WINDOWS = "windows"
    MACOS = "macos"
    NONE = "none"


def variables() -> Mapping[str, str]:
    """The environment as it is."""
    return os.environ


def desktop(env: Mapping[str, str], platform: str = sys.platform) -> Desktop:
    """Which desk it is. On Wayland an X server for old programs may be there too: it shows only those."""
    if platform == "win32":
        return Desktop.WINDOWS
    if platform == "darwin":
        return Desktop.MACOS
    if env.get("XDG_SESSION_TYPE") == "wayland" or env.get("WAYLAND_DISPLAY"):
        return Desktop.WAYLAND
    return Desktop.X11 if env.get("DISPLAY") else Desktop.NONE


def languages(env: Mapping[str, str]) -> list[str]:
    """What the customer likes to read, best first, as in POSIX: `de_AT.UTF-8` is told as `de`."""
    wanted = [*env.get("LANGUAGE", "").split(":")]
    wanted += [next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "")]
    return [word.split(".")[0].split("_")[0].lower() for word in wanted if word]


def config_folder(env: Mapping[str, str], platform: str = sys.platform, home: Path | None = None) -> Path:
    """Where the program keeps what belongs to this user on this computer."""
    home = home or Path.home()
    match platform:
        case "win32":
            above = Path(env.get("APPDATA") or home / "AppData" / "Roaming")
        case "darwin":
            above = home / "Library" / "Application Support"
        case _:
            above = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    return above / "manage4all-client"


def downloads(env: Mapping[str, str], home: Path | None = None) -> Path:
    """The folder for what arrives: the one the desktop names, else `Downloads` in the home."""
    home = home or Path.home()
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    try:
        lines = config.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip() == "XDG_DOWNLOAD_DIR":
            return Path(value.strip().strip('"').replace("$HOME", str(home)))
    return home / "Downloads"
