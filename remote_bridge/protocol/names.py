"""Names and what is said, as people are shown them: without what could make one look like another's."""

import unicodedata

_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_PARTING = ("Cc", "Zl", "Zp", "Zs")
_JOINERS = "\u200c\u200d"  # languages and pictures are written with them, and they turn nothing


def plain(name: str) -> str:
    """One line that reads as it is written: nothing that turns the direction, breaks or cannot be seen."""
    return "".join(
        char for char in name if char in _JOINERS or unicodedata.category(char) not in _UNSEEN
    ).strip()


def one_line(said: str) -> str:
    """What somebody has said, in one line: breaks and control characters part words and begin no line."""
    return plain("".join(" " if unicodedata.category(char) in _PARTING else char for char in said))
