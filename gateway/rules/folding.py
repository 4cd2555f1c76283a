"""Words as they are compared: case, accents and spellings of umlauts folded, joints of compounds found."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_MAX_CHARS = 200_000
_WORD = re.compile(r"\w{1,100}")  # longer ones in pieces: PostgreSQL refuses words above 2 KiB
_SPELT_OUT = re.compile(r"(?<![aeiouq])([aou])e(?!e)(?:(?=\w)|(?<=\w\w\we))")
"""ae, oe and ue as umlauts are written without a key for them; not in "neue", "Bauer", "quer" or "due"."""


def _every_mark() -> str:
    """All combining characters, as a set for a regular expression."""
    return "".join(chr(n) for n in range(0x300, 0x1_F000) if unicodedata.combining(chr(n)))


_MARKS = re.compile(f"[{_every_mark()}]+")
_FAR = re.compile(r"[^\x00-\u02ff]+")
"""Where marks can be: to ask each letter of a text is twenty times as slow."""


def normalise(content: str) -> str:
    """Words separated by blanks, folded so that „Grüße“ is found by "grusse", "gruesse" and "GRÜSSE"."""
    kept = content[:_MAX_CHARS].casefold()
    if not kept.isascii():  # decomposed first: a mathematical 𝑨 is a capital only then
        folded = unicodedata.normalize("NFKD", content[:_MAX_CHARS]).casefold()
        kept = _FAR.sub(_without_marks, unicodedata.normalize("NFKD", folded))
    return _SPELT_OUT.sub(r"\1", " ".join(_WORD.findall(kept.replace("_", " "))))


def _without_marks(found: re.Match[str]) -> str:
    return _MARKS.sub("", found[0])


_SHORTEST_COMPOUND, _MOST_TAILS = 9, 6
_ONSET = (
    r"(?:sch[lmnrw]?|s[pt]r|s[tpk]|pfl?|[bfgkp][lr]|[dt]r|[kg]n|qu|wr|zw|[ctp]h|[bdfghjklmnprstvwz])[aeiouy]"
)
_VOWEL = r"(?:au|ei|an|ab[^e]|um[^m]|u[bp]|un[^g]|ob|or[dt]|amt|ar[bcmtz]|e[nr][dfgiklstwz]|in[dfhst])"
_JOINT = re.compile(
    rf"(?<=[bdfgklmnprstzh])(?<!sc)(?!(?<=s)c)(?={_ONSET})"  # Drucker|treiber
    rf"|(?<=[aiou])(?={_ONSET})"  # Kamera|fehler
    rf"|(?<=[lmnrstgkde])(?={_VOWEL})"  # Server|ausfall
)
_ENDING = re.compile(r"[^aeiou]*(?:ung|[ae]?tion|lich|chen|isch|keit|heit|schaft|end)(?:e[nrs]?|s)?")
"""What words end in that is no word."""


@lru_cache(maxsize=50_000)
def tails(word: str) -> tuple[str, ...]:
    """The ends of a normal word that may be words themselves: „treiber“ of „druckertreiber“.

    By what German syllables begin with, without a dictionary: some are no words, and nobody looks for those.
    """
    if len(word) < _SHORTEST_COMPOUND or not word.isascii() or not word.isalpha():
        return ()
    joints = (found.start() for found in _JOINT.finditer(word, 3, len(word)))
    ends = (word[at:] for at in joints if at <= len(word) - 4)
    return tuple(end for end in ends if not _ENDING.fullmatch(end))[-_MOST_TAILS:]


def compounds(words: str) -> Iterator[str]:
    """The tails of the words of a normal text, each once."""
    for word in dict.fromkeys(words.split(" ")):
        if len(word) >= _SHORTEST_COMPOUND:
            yield from tails(word)
