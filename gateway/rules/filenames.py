"""Names that strangers gave to files: made safe to show and to save, and what in them is meant to deceive."""

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME_CHARS = 120
"""A longer name is cut in its middle: its end says what kind of file it is. Disks take 255 octets."""

_MAX_ENDING_CHARS = 16
_MAX_NAME_OCTETS = 240
_NO_NAME = "file"
_SEPARATORS = re.compile(r"[/\\:\u2044\u2215\u29f5\u29f8\uff0f\uff3c]+")
_NOT_ON_DISKS = re.compile(r'[<>"|?*]')
# Fillers and variation selectors; what only formats (Cf) Unicode names itself.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc") | {
    chr(c) for c in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE01F0))
}
_SPACES = re.compile(r"\s+")
# Reserved on Windows with any ending (superscript digits count as digits there).
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(\.|$)")
_HARMLESS_NAMES = """
    avi bmp csv doc docx eml gif htm html jpeg jpg mov mp3 mp4 odt ods pdf png ppt pptx rtf tif tiff txt
    wav webp xls xlsx xml zip
"""
_RUNNING_NAMES = """
    action app apk appimage application bat bin cmd com command cpl csh deb desktop dll dmg docm dotm exe
    gadget hta htm html img inf ins iso jar jnlp js jse ksh lnk mht mhtml msc msi msix msp mst one pif pkg
    potm ppsm pptm ps1 psm1 py pyw rb reg rpm scf scr sct settingcontent-ms sh shb svg url vb vbe vbs vhd
    vhdx wsc wsf wsh xhtml xlam xll xlsm xltm
"""
_HARMLESS_LOOKING = frozenset(_HARMLESS_NAMES.split())
_RUNS = frozenset(_RUNNING_NAMES.split())


def safe_name(name: str) -> str:
    """The name as it may be shown and saved: one line, no folders, nothing invisible, "" for no name.

    Letters that turn the reading direction go, so do trailing dots and spaces, which Windows drops, and
    what is reserved there gets an underscore in front. A long name keeps its ending.
    """
    visible = "".join(c for c in unicodedata.normalize("NFC", name) if _is_visible(c))
    flat = _SPACES.sub(" ", _NOT_ON_DISKS.sub("_", _SEPARATORS.sub("_", visible)))
    bare = flat.strip(" ").rstrip(". ").lstrip(". ")
    if not bare:
        return _NO_NAME if name.strip() else ""
    return _cut(f"_{bare}" if _RESERVED.match(bare) else bare)


def hides_letters(name: str) -> bool:
    """Whether a name holds letters that nobody sees or that turn the reading direction."""
    return any(not _is_visible(c) and not c.isspace() and c not in "\r\n\t" for c in name)


def hidden_ending(name: str) -> str:
    """The ending of a program or page that stands behind a harmless one ("Rechnung.pdf.exe"), else ""."""
    parts = safe_name(name).lower().split(".")
    ending = parts[-1].strip()
    before = parts[-2].strip().rpartition(" ")[2] if len(parts) > 2 else ""
    return ending if ending in _RUNS and before in _HARMLESS_LOOKING else ""


def told_apart(names: Iterable[str]) -> list[str]:
    """The names in their order; one that was there before gets a number: "a.pdf", "a (2).pdf"."""
    given: set[str] = set()
    numbers: dict[str, int] = {}  # where to go on counting: a mail may bring thousands of one name
    told = []
    for name in names:
        stem, dot, ending = name.rpartition(".") if "." in name[1:] else (name, "", "")
        candidate = name
        while candidate.casefold() in given:
            number = numbers[name.casefold()] = numbers.get(name.casefold(), 1) + 1
            candidate = f"{stem} ({number}){dot}{ending}"
        given.add(candidate.casefold())
        told.append(candidate)
    return told


def _is_visible(c: str) -> bool:
    return c not in _INVISIBLE and unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp")


def _cut(name: str) -> str:
    if len(name) <= MAX_NAME_CHARS and len(name.encode()) <= _MAX_NAME_OCTETS:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _MAX_ENDING_CHARS:
        stem, dot, ending = name, "", ""
    tail = dot + ending
    room = _MAX_NAME_OCTETS - len(tail.encode()) - len("…".encode())
    kept = stem[: MAX_NAME_CHARS - len(tail) - 1].encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{kept}…{tail}"
