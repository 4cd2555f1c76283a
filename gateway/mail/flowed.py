"""format=flowed (RFC 3676): lines that were broken for sending become paragraphs again."""

from collections.abc import Mapping

MAX_LINES = 500_000


def unflow(text: str, parameters: Mapping[str, str]) -> str:
    """The text with its soft line ends undone, quoted lines as they were; other text comes back unchanged.

    What stands below MAX_LINES lines keeps its line ends: no person wrote so many.
    """
    if parameters.get("format", "").strip().lower() != "flowed":
        return text
    drops_space = parameters.get("delsp", "").strip().lower() == "yes"
    out: list[str] = []
    open_line: list[str] = []
    lines = text.split("\n", MAX_LINES)
    for line in lines[:MAX_LINES]:
        if line.startswith(">"):
            _close(out, open_line)
            out.append(line)
            continue
        words = line.removeprefix(" ")  # space-stuffed (4.4)
        is_soft = words.endswith(" ") and words != "-- "
        if words == "-- ":
            _close(out, open_line)
        open_line.append(words[:-1] if is_soft and drops_space else words)
        if not is_soft:
            _close(out, open_line)
    _close(out, open_line)
    return "\n".join([*out, *lines[MAX_LINES:]])


def _close(out: list[str], open_line: list[str]) -> None:
    if open_line:
        out.append("".join(open_line))
        open_line.clear()
