"""Names of files that come from elsewhere, made safe for whatever system they are written on."""

import re
import unicodedata
from pathlib import Path

_MOST_BYTES = 180
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_NAMELESS = "file"


def safe_name(name: str) -> str:
    """A plain name: no folder, no control or direction marks, not hidden, of bearable length, never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    plain = _FORBIDDEN.sub("_", seen).strip(" .")
    if not plain:
        return _NAMELESS
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    return _shortened(plain)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = _MOST_BYTES - len((dot + ending).encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .")
    return f"{cut or _NAMELESS}{dot}{ending}"


def free_path(folder: Path, name: str) -> Path:
    """Where a file of this name may be put without replacing one: `a (1).txt` beside `a.txt`."""
    path, number = folder / name, 0
    while path.exists() or path.is_symlink():
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path
