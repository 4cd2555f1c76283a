"""A block of header fields (RFC 5322, 2.2), and MIME parameters (RFC 2045, 2231)."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from itertools import islice

from gateway.mail import charsets
from gateway.mail.address import MAX_ADDRESSES, Address, parse_addresses
from gateway.mail.words import decode_words, unbase64

MAX_FIELDS = 2000  # of any name; of those behind them, as many that the desk needs
MAX_VALUE_BYTES = 65_536
MAX_PARAMETERS = 100
MAX_NAMED_BYTES = 2 * MAX_VALUE_BYTES  # of all fields of one name
_FIELD = re.compile(rb"^([!-9;-~\x80-\xff]+)[ \t]*:(.*(?:\n[ \t]++.*+)*+)\n?", re.MULTILINE)
_KNOWN = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|received|return-path|reply-to|sender|mime-version"
    rb"|content-[a-z-]+|x-[\w-]+)[ \t]*:",
    re.MULTILINE | re.IGNORECASE,
)
_BLANK = re.compile(rb"(?:[ \t]{0,300}\r?\n){1,9}")
_SURE_FIELDS = 3
_NEEDED = re.compile(
    rb"^(from|to|cc|subject|date|message-id|in-reply-to|references|reply-to|sender|return-path|precedence"
    rb"|mime-version|content-[a-z-]+|auto-submitted|authentication-results|list-[a-z]+|x-loop|x-failed-recipients"
    rb"|x-auto[a-z-]+)[ \t]*:(.*(?:\n[ \t]++.*+)*+)",
    re.MULTILINE | re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]+")  # and what turns it
_FOLDS = re.compile(r"[ \t\r\n]{2,}|[\t\r\n]")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^;]*))', re.DOTALL)


class Headers:
    """Fields by lower-case name, values as raw bytes, in order. Reading one never fails."""

    __slots__ = ("_fields", "charset")

    def __init__(self, fields: dict[str, list[bytes]]) -> None:
        self._fields = fields
        self.charset = ""  # what the body declares: tried for raw 8-bit values

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def names(self) -> Iterator[str]:
        """Every field's name, once."""
        return iter(self._fields)

    def count(self, name: str) -> int:
        """How many fields have this name."""
        return len(self._fields.get(name, ()))

    def raw(self, name: str) -> str:
        """The first value, unfolded, not decoded; "" where absent."""
        values = self._fields.get(name)
        return self._unfolded(values[0]) if values else ""

    def all_raw(self, name: str) -> tuple[str, ...]:
        """Every value of that name, unfolded, not decoded; of very many the first."""
        found: list[str] = []
        left = MAX_NAMED_BYTES
        for value in self._fields.get(name, ()):
            if left <= 0:
                break
            found.append(self._unfolded(value))
            left -= len(value)
        return tuple(found)

    def text(self, name: str) -> str:
        """The first value that says something, as people read it."""
        for value in self.all_raw(name):
            if decoded := _NOT_TEXT.sub("", decode_words(value)).strip():
                return decoded
        return ""

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The mailboxes of all fields of that name, at most MAX_ADDRESSES."""
        found = (address for value in self.all_raw(name) for address in parse_addresses(value))
        return tuple(islice(found, MAX_ADDRESSES))

    def _unfolded(self, value: bytes) -> str:
        text, _ = charsets.decode(value[:MAX_VALUE_BYTES], fallback=self.charset)
        return _CONTROLS.sub("", _FOLDS.sub(_unfold, text)).strip()


def _unfold(blanks: re.Match[str]) -> str:
    """A fold with the blanks around it is one space; several spaces alone stay."""
    return " " if blanks[0].strip(" ") else blanks[0]


def split_headers(raw: bytes, start: int, end: int, defects: list[str]) -> tuple[Headers, int]:
    """The fields of the entity at `raw[start:end]` and where its body begins."""
    block_end, body = _blank_line(raw, start, end)
    block = raw[start:block_end].replace(b"\r\n", b"\n")
    fields: dict[str, list[bytes]] = {}
    last_known = -1
    position = 0
    for taken, match in enumerate(_FIELD.finditer(block)):
        if match.start() != position:
            last_known = last_known if last_known >= 0 else _last_known(block)
            if not _may_skip(block, position, match.start(), last_known, defects):
                return Headers(fields), _offset_of(raw, start, block_end, block, position)
        if taken >= MAX_FIELDS:
            defects.append("too many header fields")
            _add(fields, islice(_NEEDED.finditer(block, match.start()), MAX_FIELDS))
            return Headers(fields), body
        position = match.end()
        _add(fields, (match,))
    if position < len(block) and not _may_skip(block, position, len(block), _last_known(block), defects):
        return Headers(fields), _offset_of(raw, start, block_end, block, position)
    return Headers(fields), body


def first_field(raw: bytes) -> int:
    """Where a mail begins: behind blank lines, if what stands there is a header and no text."""
    blank = _BLANK.match(raw)
    if blank is None:
        return 0
    block_end, _ = _blank_line(raw, blank.end(), min(len(raw), blank.end() + MAX_VALUE_BYTES))
    known = islice(_KNOWN.finditer(raw, blank.end(), block_end), _SURE_FIELDS)
    is_header = _KNOWN.match(raw, blank.end()) is not None or _FIELD.match(raw, blank.end()) is not None
    return blank.end() if is_header and sum(1 for _ in known) == _SURE_FIELDS else 0


def _add(fields: dict[str, list[bytes]], found: Iterable[re.Match[bytes]]) -> None:
    for match in found:
        fields.setdefault(match[1].decode("latin-1").lower(), []).append(match[2])


def _blank_line(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header ends and where the body begins."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return start, raw.index(b"\n", start) + 1
    first = raw.find(b"\n", start, end)
    if first > start and raw[first - 1] == 0x0D:  # the first line's end is the likely one: look for it first
        strict = raw.find(b"\n\r\n", start, end)
        bare = raw.find(b"\n\n", start, end if strict < 0 else strict)
    else:
        bare = raw.find(b"\n\n", start, end)
        strict = raw.find(b"\n\r\n", start, end if bare < 0 else bare)
    if strict < 0 and bare < 0:
        return end, end
    if bare < 0 or 0 <= strict < bare:
        return strict + 1, strict + 3
    return bare + 1, bare + 2


def _last_known(block: bytes) -> int:
    """Where the last field stands that mail is known to have; 0 if none does."""
    return max((match.start() for match in _KNOWN.finditer(block)), default=0)


def _may_skip(block: bytes, start: int, end: int, last_known: int, defects: list[str]) -> bool:
    """Whether lines that are no fields stand among fields, rather than being the body already."""
    lines = block[start:end]
    if start == 0 and lines.startswith((b"From ", b">From ")) and lines.count(b"\n") <= 1:
        return True  # the line an mbox puts before each mail
    if last_known < end and lines.strip():
        defects.append("no blank line between header and body")
        return False
    defects.append("a line in the header is no field")
    return True


def _offset_of(raw: bytes, start: int, block_end: int, block: bytes, position: int) -> int:
    """Where in `raw` the block's `position` lies: each line end before it may have lost a CR."""
    lost = block_end - start - len(block)
    if lost == 0:
        return start + position
    lines = block.count(b"\n", 0, position)
    offset = start
    for _ in range(lines):
        offset = raw.index(b"\n", offset) + 1
    return offset


def value_and_parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x` → the lower-case value and its parameters, RFC 2231 forms joined, decoded."""
    head, separator, rest = value.partition(";")
    if not separator:
        return head.strip().lower(), {}
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in islice(_PARAMETER.finditer(separator + rest), MAX_PARAMETERS):
        name, text = match[1].lower(), _unquoted(match)
        base, star, suffix = name.partition("*")
        if not star:
            plain.setdefault(name, text)
        else:
            number = suffix.rstrip("*")
            extended.setdefault(base, {})[int(number) if number.isdecimal() and len(number) < 5 else 0] = (
                suffix.endswith("*") or not suffix,
                text,
            )
    for base, pieces in extended.items():
        plain[base] = _joined(pieces)
    return head.strip().lower(), plain


def _unquoted(match: re.Match[str]) -> str:
    if match[2] is not None:
        return re.sub(r'\\(["\\])', r"\1", match[2])
    return match[3].strip()


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231: pieces in order; the percent-encoded ones share the first one's charset."""
    ordered = [pieces[number] for number in sorted(pieces)]
    charset = ""
    is_extended, first = ordered[0]
    if is_extended and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (True, first)
    octets = b"".join(_percent_decoded(text) if coded else text.encode("utf-8") for coded, text in ordered)
    text, _ = charsets.decode(octets, charset)
    return decode_words(text)


def _percent_decoded(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode("utf-8"))


def parse_date(value: str) -> datetime | None:
    """A Date field's moment in UTC; without a zone it counts as UTC. None where no date can be read."""
    try:
        parts = parsedate_tz(value[:200])
        if parts is None:
            return None
        offset = timezone(timedelta(seconds=parts[9])) if parts[9] else UTC
        second = min(parts[5], 59)  # a leap second
        return datetime(*parts[:5], second, tzinfo=offset).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


__all__ = ["Headers", "first_field", "parse_date", "split_headers", "unbase64", "value_and_parameters"]
