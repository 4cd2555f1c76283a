"""Names as they are shown to people who decide by them: without what could make them look like others."""

import unicodedata

_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_JOINERS = "\u200c\u200d"  # languages and pictures are written with them, and they turn nothing


def plain(name: str) -> str:
    """One line that reads as it is written: nothing that turns the direction, breaks or cannot be seen."""
    return "".join(
        char for char in name if char in _JOINERS or unicodedata.category(char) not in _UNSEEN
    ).strip()
