"""The line that mail programs put above a quote (`On … wrote:`), in the languages they speak."""

import re
from collections.abc import Sequence

IN_QUOTE = "\ufdd0"
"""Begins a line that HTML quotes, once a level. A code point that no text may use (Unicode 23.7)."""
IN_INDENT = "\ufdd1"
"""The same where it may be no quote but words set in, as Gmail does both with one element."""
ATTRIBUTES = "\ufdd2"
"""Begins a line that HTML itself calls the attribution of what follows."""
OLDER = "\ufdd3"
"""Begins the first line of what HTML itself calls an older mail."""
STRUCTURE = re.compile(f"[{IN_QUOTE}-{OLDER}]")

_VERBS = r"""
    wrote|writes|sent|schrieb|geschrieben|schreibt|a\s+[ée]crit|[ée]crivait|escribi[óo]|escribe|ha\s+escrito
    |va\s+escriure|ha\s+scritto|scrive|schreef|geschreven|verzond|escreveu|skrev|skrifaði|kirjoitti
    |napisał|napisa[ol]|napisana|menulis|pisze|napsal|napísal|написа|пишет|писав|пише|đã\s+viết|yazdı|írta
    |a\s+scris|έγραψε|написав|rašė|rakstīja|kirjutas|写道|寫道|写到|のメール|のメッセージ|が書き|さんは書
    |님이\s*작성|작성:|כתב|كتب|كتابة|מאת
"""
_LEADS = r"""
    on|am|le|el|il|op|em|den|på|w\s+dniu|dnia|dne|dňa|vào|il\s+giorno|no\s+dia|a|pada|tarihinde|dana
    |στις|пн|вт|ср|чт|пт|сб|вс|нд|на|(?:ma|ti|ke|to|pe|la|su)(?=\s+\d)|в|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so
    |lun|mar|mer|jeu|ven|sam|dim|man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön|po|út|st|čt|pá|ne|pon|śr
    |czw|pt|sob|niedz|wt|zo|wo|vr|za|dom|seg|ter|qua|qui|sex|sáb|понедельник|вторник|среда|четверг|пятница
    |суббота|воскресенье|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch
    |donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|pe|în|at
    |quoting|citando|zitat\s+von|في|בתאריך|ב|在|於|于
"""
_VERB = re.compile(rf"(?:\b|(?<=[\s\d>)\"]))(?:{_VERBS})", re.IGNORECASE | re.VERBOSE)
_LEAD = re.compile(rf"[\s*_-]*(?:{_LEADS})(?:\b|(?=[\d\s]))[^\n]*\d", re.IGNORECASE | re.VERBOSE)
_DATE_FIRST = re.compile(
    r"""
        \s*(?:\d{4}[-/.年년]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}
        |\d{1,2}\.?\s+(?:de\s+)?\w{3,12}\.?,?\s+(?:de\s+)?\d{4})
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d\d")
_CLOCK = re.compile(
    r"\d:\d\d|\d\s?[hH]\s?\d\d|(?:kl\.?|klo|kello|pukul|ore|ora|um)\s?\d\d?[.:]\d\d|\d\.\d\d\s+Uhr"
)
_OWN_WORDS = re.compile(
    r"""
        \b(?:i|we|ich|wir|je|nous|yo|nosotros|io|ik|wij|jag|jeg|eu|ja)\s+(?:\w+\s+)?(?:wrote|sent|schrieb|
        schreef|écriv|escrib|scriss|skrev|escrev|napisa|pisa|have|had|habe|hatte|haben|hatten|heb|ai|avons|har)
        |\b(?:schrieb(?:en)?|habe|hatte|haben|hatten|schreef|heb|skrev|har)\s+(?:ich|wir|ik|wij|jag|jeg|vi)\b
        |\bschrieb\s+(?:mir|uns)\b|\bwrote\s+(?:to\s+)?(?:me|us)\b|\b(?:m['’]|nous\s+)a\s+écrit
        |\b(?:me|nos)\s+escribió\b|\b(?:mi|ci)\s+ha\s+scritto\b|\bskrev\s+til\w*\s+(?:mig|meg|os|oss)\b
        |\bschreef\s+(?:mij|me|ons)\b
        |\bj['’](?:ai|avais)\b|\bnous\s+avons\b|\bhe\s+escrito\b|\bho\s+scritto\b|\bhabía\s+escrito\b
        |\b(?:napisałe|napisali)m|\bпишу\b|\bя\s+написал|\bмы\s+написали
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAIL = re.compile(r"@[\w.-]+\.\w|\[mailto:")
_DATED_MAIL = re.compile(
    r"<[^<>]*@[^<>]*>\s*:?\s*$|<[^<>]*@[^<>]*>\s*(?:님|さん)?[^.!?\n]{0,20}[:\uff1a]\s*$"
)
_QUOTING = re.compile(r"\s*(?:zitat\s+von|quoting|citando)\s[^\n]{0,150}@[^\n]{0,100}:\s*$", re.IGNORECASE)
_SHARED_LINE = re.compile(
    r"""
        ^(?P<text>.*?\S)(?:\s*+(?<!-)-{2,}+\s*+|\s++(?=(?:On|Am|Le|El|Il|Op)\s[^@]*@))
        (?:On|Am|Le|El|Il|Op)\s(?=.{0,80}\d:\d\d).{4,200}
        \b(?:wrote|schrieb\b.{0,100}|a\sécrit|escribió|ha\sscritto|schreef\b.{0,100})\s?:\s*$
    """,
    re.VERBOSE,
)
MAX_MARK_LINES = 6
MAX_MARK_CHARS = 400
MAX_VERB_CHARS = 30
_MAYBE = re.compile(rf"[\d@:\uff1a]|^\s*[-=_*—–‐>|{IN_QUOTE}-{OLDER}]")
_BIDI = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SENTENCE_END = re.compile(r"\w{5}[.!?]$|[!?]$")
_LONG_QUOTE_CHARS = 60
_LONGEST_TORN_CHARS = 40


def without_unseen(line: str) -> str:
    """The line without the marks of direction and the spaces of no width that some programs strew in."""
    return _BIDI.sub("", line)


def may_be_marks(lines: Sequence[str]) -> list[bool]:
    """Of each line, whether it can begin a mark at all: a quick look before the thorough ones."""
    return [_MAYBE.search(line, 0, MAX_MARK_CHARS) is not None for line in lines]


def is_quoted(line: str) -> bool:
    """Whether a line bears a quotation mark; `>>> look here <<<` does not."""
    stripped = line.lstrip()
    return stripped.startswith((">", IN_QUOTE, IN_INDENT)) and not stripped.rstrip().endswith("<<<")


def without_marks(line: str) -> str:
    """A quoted line without its quotation marks."""
    return line.lstrip(f"> {IN_QUOTE}{IN_INDENT}")


def is_torn_quote(lines: Sequence[str], before: str) -> bool:
    """Whether lines between two quotes are only the rest of a quoted line that was broken over the margin."""
    if len(lines) != 1 or not lines[0].strip():
        return False
    said = lines[0].strip()
    if said.endswith(">") or said.startswith(("(http", "<http")):
        return True
    is_open = len(before) >= _LONG_QUOTE_CHARS and before.rstrip()[-1:] not in ".!?:;>)"
    return is_open and said[0].islower() and len(said) <= _LONGEST_TORN_CHARS


def attribution(lines: Sequence[str], at: int) -> int:
    """The line behind `On … wrote:` that begins at `at`, broken over several lines or not; else `at`."""
    first = lines[at]
    if len(first) > MAX_MARK_CHARS:
        return at
    if _QUOTING.match(first):
        return at + 1
    is_dated = bool(_LEAD.match(first) or _DATE_FIRST.match(first))
    has_mail = "@" in first and _MAIL.search(first) is not None
    closes = first.rstrip().endswith((":", "\uff1a"))
    if not (is_dated or has_mail or (closes and _VERB.search(first))):
        return at
    joined = ""
    for end in range(at, min(at + MAX_MARK_LINES, len(lines))):
        line = lines[end].strip()
        if end > at and (len(joined) + len(line) > MAX_MARK_CHARS or not _goes_on(lines, end)):
            return at
        joined = f"{joined} {line}".strip()
        if end > at and not is_dated and not has_mail:
            return at
        if line and _is_attribution(joined, lines, end, is_dated=is_dated):
            return end + 1
        if line.endswith((":", "\uff1a")) or (end == at and _SENTENCE_END.search(line)):
            return at
    return at


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Whether a line can go on with an attribution from above: no quote, no paragraph, no new beginning."""
    line = lines[at].strip()
    if not line:  # Polymail leaves blank lines, before the address alone
        return at + 1 < len(lines) and lines[at + 1].lstrip().startswith("<")
    if is_quoted(line):
        return _VERB.match(line.lstrip("> ")) is not None
    begins = _LEAD.match(line) or _DATE_FIRST.match(line)
    return not (begins and _is_attribution(line, lines, at, is_dated=True))


def _is_attribution(joined: str, lines: Sequence[str], end: int, *, is_dated: bool) -> bool:
    """Whether the words are an attribution, and none that the writer put there."""
    if joined.endswith((":", "\uff1a")):
        is_one = _closes_attribution(joined, lines, end, is_dated=is_dated)
    else:
        is_one = _ends_attribution(joined, lines, end, is_dated=is_dated)
    return is_one and _OWN_WORDS.search(joined) is None


def _closes_attribution(joined: str, lines: Sequence[str], end: int, *, is_dated: bool) -> bool:
    """The same for words with a colon. With no marked quote below they have to give date and time."""
    is_above_quote = _next_quoted(lines, end)
    has_mail = _MAIL.search(joined) is not None
    has_date = _YEAR.search(joined) is not None
    has_moment = has_date and _CLOCK.search(joined) is not None
    verb = _VERB.search(joined)
    if verb is not None and (is_dated or (has_mail and has_date)):
        return is_above_quote or has_moment or has_mail
    if is_dated and has_mail and _DATED_MAIL.search(joined):
        return True
    if not is_above_quote or len(joined) >= MAX_MARK_CHARS // 2:
        return False
    return verb is not None or has_moment or _DATED_MAIL.search(joined) is not None


def _ends_attribution(joined: str, lines: Sequence[str], end: int, *, is_dated: bool) -> bool:
    """The same for words without a colon: they end in `wrote` or in an address."""
    if joined.endswith(">"):
        return is_dated and _DATED_MAIL.search(joined) is not None and _next_quoted(lines, end)
    verb = _VERB.search(joined[-MAX_VERB_CHARS:])
    if verb is None or joined[-MAX_VERB_CHARS:][verb.end() :].strip(" ():a"):
        return False
    has_mail = _MAIL.search(joined) is not None
    is_sure = is_dated or (has_mail and _YEAR.search(joined) is not None)
    return is_sure and (has_mail or _next_quoted(lines, end))


def _next_quoted(lines: Sequence[str], at: int) -> bool:
    """Whether the next line that says something is quoted."""
    for line in lines[at + 1 : at + 4]:
        if line.strip():
            return is_quoted(line) and _VERB.match(line.lstrip("> ")) is None
    return False


def shared_line(lines: Sequence[str], at: int) -> str | None:
    """What stands before an attribution on one line (`bla--- On … wrote:`), None where nothing is shared."""
    line = lines[at]
    if not line.rstrip().endswith(":") or len(line) > MAX_MARK_CHARS or not _next_quoted(lines, at):
        return None
    found = _SHARED_LINE.match(line)
    return found["text"] if found else None
