"""JSON objects as texts and bodies carry them: read without mercy, written in one way."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from remote_bridge.protocol.errors import Malformed, TooLarge
from remote_bridge.protocol.frames import MOST_VIEWER
from remote_bridge.protocol.scopes import Scopes, parse_scopes

_T = TypeVar("_T")
_Word = TypeVar("_Word", bound=StrEnum)
_MOST_WORD_CHARS = 200


def write(value: Mapping[str, Any]) -> str:
    """Without spaces, in UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parse_object(data: str | bytes, most_bytes: int) -> dict[str, Any]:
    """A JSON object (RFC 8259) in which no name comes twice; Malformed, TooLarge."""
    try:
        raw = data.encode("utf-8") if isinstance(data, str) else data
        if len(raw) > most_bytes:
            raise TooLarge(f"a text over {most_bytes} bytes")
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    if not isinstance(value, dict):
        raise Malformed("no JSON object")
    return value


def _without_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Malformed("a name twice")
        found[name] = value
    return found


def _refuse(_word: str) -> NoReturn:
    raise Malformed("NaN and Infinity are no JSON")


class Fields:
    """The fields of an object, each asked for once and checked; `done` refuses those nobody asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def done(self, made: _T) -> _T:
        """What was made of the fields, if that was all of them."""
        if self._values:
            raise Malformed("a field too many")
        return made

    def text(self, name: str) -> str:
        """Any text that can be written in UTF-8."""
        value = self._values.pop(name, None)
        if not isinstance(value, str):
            raise Malformed(f"{name} is no text")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Malformed(f"{name} has half a character") from None
        return value

    def word(self, name: str) -> str:
        """A short text of ASCII."""
        value = self.text(name)
        if not value or len(value) > _MOST_WORD_CHARS or not value.isascii() or not value.isprintable():
            raise Malformed(f"{name} is no word")
        return value

    def one_of(self, name: str, words: type[_Word]) -> _Word:
        """One of an enum's words."""
        value = self.text(name)
        if value not in words.__members__.values():
            raise Malformed(f"{name} is unknown")
        return words(value)

    def whole(self, name: str, *, least: int = 0, most: int) -> int:
        """A whole number within bounds; true is none."""
        value = self._values.pop(name, None)
        if type(value) is not int or not least <= value <= most:
            raise Malformed(f"{name} is no such number")
        return value

    def viewer(self, name: str) -> int:
        """A viewer's number."""
        return self.whole(name, least=1, most=MOST_VIEWER)

    def yes_no(self, name: str) -> bool:
        """True or false."""
        value = self._values.pop(name, None)
        if not isinstance(value, bool):
            raise Malformed(f"{name} is neither true nor false")
        return value

    def scopes(self, name: str) -> Scopes:
        """A list of scopes."""
        return parse_scopes(self._list(name))

    def objects(self, name: str, *, most: int) -> list[dict[str, Any]]:
        """A list of objects."""
        found = self._list(name)
        if len(found) > most or not all(isinstance(one, dict) for one in found):
            raise Malformed(f"{name} is no such list")
        return found

    def moment(self, name: str) -> datetime:
        """A time with its offset (ISO 8601), in UTC."""
        try:
            value = datetime.fromisoformat(self.text(name))
            if value.tzinfo is None:
                raise Malformed(f"{name} has no offset")
            return value.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Malformed(f"{name} is no time") from None

    def _list(self, name: str) -> list[Any]:
        value = self._values.pop(name, None)
        if not isinstance(value, list):
            raise Malformed(f"{name} is no list")
        return value
