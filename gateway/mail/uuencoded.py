"""Files that stand in a text between `begin` and `end`, as before MIME: taken out, byte for byte."""

import binascii
import re

_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n", re.MULTILINE)
MAX_FILES = 1000


def cut_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without such files, and each one's name and bytes. What is no whole file stays in the text."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    position = search = 0
    while len(files) < MAX_FILES and (begin := _BEGIN.search(text, search)) is not None:
        content, search = _content(text, begin.end())
        if content is None:
            continue
        files.append((begin[1].strip(), content))
        kept.append(text[position : begin.start()])
        position = search
    return "".join((*kept, text[position:])), files


def _content(text: str, at: int) -> tuple[bytes | None, int]:
    """The bytes of the lines up to `end`, or None; and how far the text was looked at."""
    out: list[bytes] = []
    while at < len(text):
        line_end = text.find("\n", at)
        behind = len(text) if line_end < 0 else line_end + 1
        line = text[at : behind if line_end < 0 else line_end]
        if line.rstrip() == "end":
            return b"".join(out), behind
        decoded = _decoded(line)
        if decoded is None:
            return None, at
        out.append(decoded)
        at = behind
    return None, at


def _decoded(line: str) -> bytes | None:
    """One line's bytes (POSIX uuencode: a count, four letters for three); None where it is no such line."""
    line = line.rstrip("\r")
    if not line or not line.isascii() or not " " <= line[0] <= "`":
        return None
    letters = -(-((ord(line[0]) - 32) & 63) // 3) * 4
    if len(line) - 1 > letters + 2:  # a checksum or a blank may follow
        return None
    try:
        return binascii.a2b_uu(line[: letters + 1])
    except binascii.Error:
        return None
