"""Channel 4: a line of chat."""

from dataclasses import dataclass

from remote_bridge.protocol.errors import TooLarge
from remote_bridge.protocol.jsontext import Fields, parse_object, write

MOST_CHARS = 4000
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Said:
    """Viewer to host: a line."""

    text: str

    def body(self) -> bytes:
        """As it is sealed; TooLarge."""
        return write({"text": _bounded(self.text)}).encode("utf-8")

    @classmethod
    def parse(cls, body: bytes) -> "Said":
        """Malformed, TooLarge."""
        fields = Fields(parse_object(body, _MOST_BYTES))
        return fields.done(cls(_bounded(fields.text("text"))))


@dataclass(frozen=True, slots=True)
class Heard:
    """Host to all viewers: a line and whose it is; an empty name is the host's own."""

    name: str
    text: str

    def body(self) -> bytes:
        """As it is sealed; TooLarge."""
        return write({"from": self.name, "text": _bounded(self.text)}).encode("utf-8")

    @classmethod
    def parse(cls, body: bytes) -> "Heard":
        """Malformed, TooLarge."""
        fields = Fields(parse_object(body, _MOST_BYTES))
        return fields.done(cls(fields.text("from"), _bounded(fields.text("text"))))


def _bounded(text: str) -> str:
    """Characters are code points: browsers count UTF-16 units, so theirs are never more than ours."""
    if len(text) > MOST_CHARS:
        raise TooLarge(f"a line over {MOST_CHARS} characters")
    return text
