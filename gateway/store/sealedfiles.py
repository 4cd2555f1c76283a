"""How a sealed file is laid out: a header with its wrapped key, then its content in encrypted chunks.

The header is 512 bytes, one sector, so that a disk writes it whole or not at all: a mark, the name of the
key that wraps, a nonce, and the file's own random key under that (AES-256-GCM), the rest zeros. Each chunk
is 32 KiB of content and its tag under the file's key. A chunk's nonce is its place and whether it is the
last, so that nobody can swap, leave out or cut off any; as a key belongs to one file, it is never used twice.

The library is imported at the first use: most processes never need its 9 MB.
"""

import errno
import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.store.keyring import ID_BYTES, KEY_BYTES, Key

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HEADER_BYTES = 512
CHUNK_BYTES = 32 * 1024
MARK = b"\x89M4A sealed 1\r\n\x1a"
_NONCE_BYTES, _TAG_BYTES = 12, 16
_SEALED_BYTES = CHUNK_BYTES + _TAG_BYTES
_ID_AT = len(MARK)
_NONCE_AT = _ID_AT + ID_BYTES
_WRAPPED_AT = _NONCE_AT + _NONCE_BYTES
_WRAPPED_UNTIL = _WRAPPED_AT + KEY_BYTES + _TAG_BYTES


def header_of(key: Key, file_key: bytes) -> bytes:
    """The header of a file whose own key is wrapped by another."""
    nonce, begin = os.urandom(_NONCE_BYTES), MARK + key.id
    return (begin + nonce + _cipher(key.secret).encrypt(nonce, file_key, begin)).ljust(HEADER_BYTES, b"\0")


def key_id_of(header: bytes) -> bytes | None:
    """The name of the key that wraps; None when the file is not sealed."""
    is_sealed = len(header) == HEADER_BYTES and header.startswith(MARK)
    return header[_ID_AT:_NONCE_AT] if is_sealed else None


def unwrapped(header: bytes, secret: bytes) -> bytes:
    """The file's own key; OSError (EIO) when the header was damaged."""
    wrapped = header[_WRAPPED_AT:_WRAPPED_UNTIL]
    return _opened(_cipher(secret), header[_NONCE_AT:_WRAPPED_AT], wrapped, header[:_NONCE_AT])


def content_bytes(file_bytes: int) -> int:
    """How much content a sealed file of this size has."""
    sealed = file_bytes - HEADER_BYTES
    chunks = max(-(-sealed // _SEALED_BYTES), 1)
    return max(sealed - chunks * _TAG_BYTES, 0)


class Sealer:
    """Encrypts what it is given, chunk by chunk; holds one chunk at most. The header goes with the first."""

    def __init__(self, file_key: bytes, header: bytes, write: Callable[[bytes], object]) -> None:
        self._cipher, self._header, self._write = _cipher(file_key), header, write
        self._waiting = bytearray()
        self._place = 0

    def add(self, data: bytes | memoryview) -> None:
        """Take content; all but the end of it is written at once."""
        view = memoryview(data)
        while view:
            if len(self._waiting) == CHUNK_BYTES:  # more follows, so it is not the last
                self._seal(is_last=False)
            fits = CHUNK_BYTES - len(self._waiting)
            self._waiting += view[:fits]
            view = view[fits:]

    def finish(self) -> None:
        """Write the last chunk, which is empty if there was no content."""
        self._seal(is_last=True)

    def _seal(self, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._place, is_last=is_last), bytes(self._waiting), None)
        self._write(self._header + sealed)
        self._header = b""
        self._waiting.clear()
        self._place += 1


class SealedReader(io.RawIOBase):
    """The content of a sealed file, from anywhere in it; holds one chunk. OSError (EIO) if it was damaged.

    `name` is a number, as of any file that was opened without a path: nobody can send it past us.
    """

    def __init__(self, file: io.FileIO, file_key: bytes) -> None:
        self._file, self._cipher = file, _cipher(file_key)
        self.name = file.fileno()
        self.size_bytes = content_bytes(os.fstat(self.name).st_size)
        self._last = max(self.size_bytes - 1, 0) // CHUNK_BYTES
        self._at = 0
        self._place, self._chunk = -1, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where in the content the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go on elsewhere; places beyond the end are there and empty, as in any file."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size_bytes}[whence]
        if begin + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = begin + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """As much of one chunk as there is room for; 0 at the end."""
        view = memoryview(buffer).cast("B")
        place, begin = divmod(self._at, CHUNK_BYTES)
        found = self._chunk_at(place)[begin : begin + len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def readall(self) -> bytes:
        """Everything from here to the end."""
        pieces = list[bytes]()
        while self._at < self.size_bytes or not pieces:
            place, begin = divmod(self._at, CHUNK_BYTES)
            pieces.append(self._chunk_at(place)[begin:])
            self._at += len(pieces[-1])
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def _chunk_at(self, place: int) -> bytes:
        """Opened even when it is empty, as the only chunk of a file may be: that too can be damaged."""
        if place > self._last:
            return b""
        if place != self._place:
            sealed = os.pread(self.name, _SEALED_BYTES, HEADER_BYTES + place * _SEALED_BYTES)
            nonce = _nonce(place, is_last=place == self._last)
            self._place, self._chunk = place, _opened(self._cipher, nonce, sealed, None)
        return self._chunk


def _nonce(place: int, *, is_last: bool) -> bytes:
    return place.to_bytes(_NONCE_BYTES - 1, "big") + bytes([is_last])


def _opened(cipher: "AESGCM", nonce: bytes, sealed: bytes, beside: bytes | None) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(nonce, sealed, beside)
    except (InvalidTag, ValueError) as error:  # the latter when not even a tag is there
        raise OSError(errno.EIO, "a sealed file was damaged") from error


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
