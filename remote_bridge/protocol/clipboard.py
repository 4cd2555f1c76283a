"""Channel 3: the clipboard of one side for the other."""

from dataclasses import dataclass

from remote_bridge.protocol.errors import Malformed, TooLarge

MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Copied:
    """The other side's clipboard becomes this text."""

    text: str

    def body(self) -> bytes:
        """As it is sealed; TooLarge."""
        raw = self.text.encode("utf-8")
        if len(raw) > MOST_BYTES:
            raise TooLarge("a clipboard over 256 KiB")
        return b"\x01" + raw


@dataclass(frozen=True, slots=True)
class Wanted:
    """Viewer to host: send me yours."""

    def body(self) -> bytes:
        """As it is sealed."""
        return b"\x02"


def parse(body: bytes) -> Copied | Wanted:
    """Malformed, TooLarge."""
    match body[:1]:
        case b"\x01":
            if len(body) > 1 + MOST_BYTES:
                raise TooLarge("a clipboard over 256 KiB")
            try:
                return Copied(body[1:].decode("utf-8"))
            except UnicodeDecodeError:
                raise Malformed("a clipboard that is not UTF-8") from None
        case b"\x02" if len(body) == 1:
            return Wanted()
        case _:
            raise Malformed("no message of the clipboard")
