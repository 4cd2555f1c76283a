"""Addresses in headers (RFC 5322, 3.4), read tolerantly, in linear time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.mail.addressing import domain_to_ascii
from gateway.mail.words import decode_words

_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r'(?:[^"(<,;:=]+|=(?!\?))+')
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")  # encoded (RFC 2047): nothing in it separates
_ADDRESS = re.compile(  # begins where a run of its letters begins: else a long run costs quadratic time
    r"""
        (?:
            "[^"\r\n]{1,200}"
            |(?:(?<![^\s<>"(),;:\[\]])|(?<=^')|(?<=[\s<>"(),;:\[\]]'))[^\s<>"'(),;:\[\]][^\s<>"(),;:\[\]]*
        )
        @(?:\[[^\s\[\]]+\]|[^\s<>"'(),;:\[\]]+)
    """,
    re.VERBOSE,
)
_SPELT_AT = re.compile(r"\s+(?:at|\(at\)|\[at\])\s+", re.IGNORECASE)
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # letters that turn the reading direction
_OBSOLETE = re.compile(r"\s*@\s*[\w-]+(?:\s*\.\s*[\w-]+)*")  # white space around dots (RFC 5322, 4.4)
MAX_ADDRESSES = 2000
MAX_PHRASE_PIECES = 20


@dataclass(frozen=True, slots=True)
class Address:
    """A display name ("" if none) and an addr-spec as written; `key` is for comparing."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """Two addresses are one person's if their keys are equal: case does not count here.

        Nor does it count whether a domain is spelt in its own letters or in ASCII (RFC 5890, 2.3.2.1).
        """
        local, at, domain = self.address.rpartition("@")
        return f"{local}{at}{domain_to_ascii(domain)}".casefold()

    @property
    def domain(self) -> str:
        """The part behind the last @, in lower case; "" where there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""


@dataclass(slots=True)
class _Mailbox:
    """One address while it is read."""

    phrase: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None
    has_at: bool = False

    def add(self, text: str, *, is_encoded: bool) -> None:
        self.phrase.append(text)
        self.has_at = self.has_at or ("@" in text and not is_encoded)

    def is_whole(self) -> bool:
        """Whether a comma ends this mailbox: in `Doe, Ann <ann@…>` the first one does not."""
        return (
            self.angle is not None or self.has_at or len(self.phrase) > MAX_PHRASE_PIECES or self.is_empty()
        )

    def is_empty(self) -> bool:
        return self.angle is None and not any(piece.strip() for piece in self.phrase)


def parse_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of a header's value, groups opened, in order; those that name nobody are left out."""
    found = _read(value)
    if not any("@" in address.address for address in found) and "=?" in value:
        decoded = decode_words(value)  # some senders encode the address as well
        if "@" in decoded:
            found = _read(decoded)
    return tuple(found)


def _read(value: str) -> list[Address]:
    found: list[Address] = []
    mailbox = _Mailbox()
    for kind, text in _tokens(value):
        if len(found) >= MAX_ADDRESSES:
            break
        if kind == "<":
            mailbox = _angle(found, mailbox, text)
        elif kind == "(":
            mailbox.comments.append(text)
        elif kind == ":" and mailbox.angle is None and not mailbox.has_at:
            mailbox = _Mailbox()  # a group's name (RFC 5322, 3.4), or `mailto:`
        elif kind == ";" or (kind == "," and mailbox.is_whole()):
            found += _finished(mailbox)
            mailbox = _Mailbox()
        else:
            mailbox.add(text, is_encoded=kind == "word")
    return found + _finished(mailbox)


def _angle(found: list[Address], mailbox: _Mailbox, text: str) -> _Mailbox:
    """Take an address in brackets; a second one without a comma between begins another mailbox."""
    if mailbox.angle is not None:
        found += _finished(mailbox)
        mailbox = _Mailbox()
    mailbox.angle = text
    return mailbox


def _tokens(value: str) -> Iterator[tuple[str, str]]:
    """Quoted strings, comments, addresses in brackets, separators and plain runs."""
    position, length = 0, len(value)
    closes = {'"': True, "(": True, "<": True}
    while position < length:
        char = value[position]
        if closes.get(char):
            end = _end_of(value, position, char)
            if end > 0:
                is_local = char == '"' and value.startswith("@", end)  # `"ann lee"@example.org`
                yield char, value[position:end] if is_local else _inner(value[position + 1 : end - 1], char)
                position = end
                continue
            closes[char] = False  # nothing closes it from here on: never search again
        if char == "<":  # unclosed: the address runs to the next separator
            match = re.compile(r"[^,;\s]*").match(value, position + 1)
            text = match.group() if match else ""
            yield "<", text
            position += 1 + len(text)
        elif char in '"(':
            position += 1
        elif char in ",;:":
            yield char, char
            position += 1
        elif word := _WORD.match(value, position):
            yield "word", word.group()
            position = word.end()
        else:
            match = _PLAIN.match(value, position)
            text = match.group() if match else char
            yield "text", text
            position += len(text)


def _end_of(value: str, start: int, char: str) -> int:
    """The position behind what `char` opens at `start`, or -1."""
    if char == "<":
        return value.find(">", start + 1) + 1 or -1
    depth = 0
    for match in re.compile(r'\\.|["()]').finditer(value, start):
        mark = match.group()
        if char == '"' and mark == '"' and match.start() > start:
            return match.end()
        if char == "(" and mark in "()":
            depth += 1 if mark == "(" else -1
            if depth == 0:
                return match.end()
    return -1


def _inner(text: str, char: str) -> str:
    """What stands inside, quoted pairs undone."""
    return re.sub(r"\\(.)", r"\1", text) if char in '"(' else text


def _finished(mailbox: _Mailbox) -> list[Address]:
    phrase = _SPACES.sub(" ", "".join(mailbox.phrase)).strip()
    comment = decode_words(" ".join(mailbox.comments)).strip()
    if mailbox.angle is not None:
        return _with_angle(phrase, comment, mailbox.angle)
    if not phrase:
        return []
    phrase = _OBSOLETE.sub(lambda match: re.sub(r"\s+", "", match[0]), phrase)
    inside = _address_in(phrase)
    if inside is not None:
        return _with_rest(inside, phrase, comment)
    if "@" in phrase or " " not in phrase:
        return [Address(comment, phrase.replace(" ", ""))]
    return [Address(_name(phrase), "")]


def _address_in(phrase: str) -> re.Match[str] | None:
    """An address that stands there as such, not inside an encoded word."""
    return _ADDRESS.search(_WORD.sub(lambda match: " " * len(match[0]), phrase) if "=?" in phrase else phrase)


def _with_rest(inside: re.Match[str], phrase: str, comment: str) -> list[Address]:
    """An address among words without brackets: the words are its name, unless they are addresses too."""
    address = Address("", inside.group().rstrip("."))
    rest = (phrase[: inside.start()] + phrase[inside.end() :]).replace("[]", "").strip(" '\"<>")
    others = [] if "=?" in rest else [other.group().rstrip(".") for other in _ADDRESS.finditer(rest)]
    if others and not _ADDRESS.sub("", rest).strip():
        return [address, *(Address("", other) for other in others)]
    return [Address(_name(rest) or comment, address.address)]


def _with_angle(phrase: str, comment: str, angle: str) -> list[Address]:
    if "@" not in angle:
        angle = _SPELT_AT.sub("@", _SPACES.sub(" ", angle))  # runs of blanks cost quadratic time
    inner = angle.strip() if '"' in angle else _SPACES.sub("", angle)
    address = inner.removeprefix("mailto:").strip("<>'").rstrip(".")
    if address.startswith("@") and ":" in address:
        address = address.split(":", 1)[1]  # a source route (RFC 5322, 4.4)
    if angle.startswith("<"):
        phrase = phrase.removesuffix(">")  # doubled brackets
    name = _name(phrase) or comment
    if "@" not in address and (inside := _address_in(phrase)) is not None:
        return [Address(name, inside.group())]
    return [Address(name, address)] if address or name else []


def _name(phrase: str) -> str:
    return _SPACES.sub(" ", _TURNS.sub("", decode_words(phrase))).strip()
