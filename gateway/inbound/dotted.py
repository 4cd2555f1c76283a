"""The data of an SMTP message as it comes over the wire (RFC 5321, 4.5.2), in blocks of any size."""

_END = b"\r\n.\r\n"
_BEGUN = tuple(_END[:length] for length in (4, 3, 2, 1))


class DottedData:
    """Feed blocks, get the message's bytes: transparency dots undone, the end found across borders.

    Only CRLF.CRLF ends it: `LF.LF` and the like are content, and make it malformed (smuggling).
    Once `ended`, `rest` is what follows, the next command.
    """

    def __init__(self) -> None:
        self._held = b"\r\n"  # the line end before the first line, never given out
        self._is_first = True
        self.ended = False
        self.is_malformed = False
        self.rest = b""

    def feed(self, block: bytes) -> bytes:
        """The part of the message that is certain by now; the last few bytes may wait for the next block."""
        seen = self._held + block
        end = seen.find(_END)
        if end >= 0:
            self.ended, self.rest = True, seen[end + len(_END) :]
            return self._content(seen[: end + 2])
        self._held = next((begun for begun in _BEGUN if seen.endswith(begun)), b"")
        return self._content(seen[: len(seen) - len(self._held)])

    def _content(self, raw: bytes) -> bytes:
        if not raw:
            return raw
        pairs = raw.count(b"\r\n")
        if raw.count(b"\r") != pairs or raw.count(b"\n") != pairs:
            self.is_malformed = True
        content = raw.replace(b"\r\n.", b"\r\n")
        if self._is_first:
            self._is_first = False
            return content[2:]
        return content
