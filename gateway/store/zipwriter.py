"""Zip files written in one go, however large and of however many entries, in a memory of its own size.

Python's own keeps the directory of all entries in memory until the end. Here it is written aside, to a file
that has no name. Entries are deflated, names are UTF-8, sizes may go beyond 4 GiB (zip64). Numbers in
comments are of PKWARE's APPNOTE.TXT 6.3.
"""

import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
_LOCAL_EXTRA = struct.Struct("<2H2Q")  # 4.5.3: room for the sizes, which are known only afterwards
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_CENTRAL_EXTRA = struct.Struct("<2H3Q")
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
_END = struct.Struct("<4s4H2LH")  # 4.3.16
_VERSION, _UTF8, _DEFLATED, _ZIP64 = 45, 0x800, 8, 1
_IN_EXTRA, _MANY = 0xFFFFFFFF, 0xFFFF
_BLOCK_BYTES = 1 << 20


class ZipWriter:
    """Writes to `file`, which must be empty and seekable; `close` makes it whole."""

    def __init__(self, file: BinaryIO, *, at: datetime, scratch: Path | None = None) -> None:
        self._file, self._count = file, 0
        self._directory = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - closed with this
        self._time = at.hour << 11 | at.minute << 5 | at.second // 2
        self._date = max(at.year - 1980, 0) << 9 | at.month << 5 | at.day

    @contextmanager
    def entry(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """The next entry, by what writes to it; one at a time, and each name once."""
        raw, begins = name.encode(), self._file.tell()
        self._file.write(self._local(raw, 0, 0, 0))
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        crc = size = packed = 0

        def write(data: bytes) -> None:
            nonlocal crc, size, packed
            crc, size = zlib.crc32(data, crc), size + len(data)
            packed += self._file.write(packer.compress(data))

        yield write
        packed += self._file.write(packer.flush())
        ends = self._file.tell()
        self._file.seek(begins)
        self._file.write(self._local(raw, crc, size, packed))
        self._file.seek(ends)
        self._directory.write(self._central(raw, crc, size, packed, begins))
        self._count += 1

    def close(self) -> None:
        """Write the directory behind the entries."""
        begins, length = self._file.tell(), self._directory.tell()
        self._directory.seek(0)
        while block := self._directory.read(_BLOCK_BYTES):
            self._file.write(block)
        self._directory.close()
        ends, count = begins + length, self._count
        if count >= _MANY or ends >= _IN_EXTRA:
            size = _END64.size - 12
            places = count, count, length, begins
            self._file.write(_END64.pack(b"PK\x06\x06", size, _VERSION, _VERSION, 0, 0, *places))
            self._file.write(_LOCATOR64.pack(b"PK\x06\x07", 0, ends, 1))
        few = min(count, _MANY)
        places_32 = min(length, _IN_EXTRA), min(begins, _IN_EXTRA)
        self._file.write(_END.pack(b"PK\x05\x06", 0, 0, few, few, *places_32, 0))

    def discard(self) -> None:
        """Let go of what was written aside."""
        self._directory.close()

    def _local(self, name: bytes, crc: int, size: int, packed: int) -> bytes:
        head = _LOCAL.pack(
            b"PK\x03\x04",
            _VERSION,
            _UTF8,
            _DEFLATED,
            self._time,
            self._date,
            crc,
            _IN_EXTRA,
            _IN_EXTRA,
            len(name),
            _LOCAL_EXTRA.size,
        )
        return head + name + _LOCAL_EXTRA.pack(_ZIP64, 16, size, packed)

    def _central(self, name: bytes, crc: int, size: int, packed: int, begins: int) -> bytes:
        head = _CENTRAL.pack(
            b"PK\x01\x02",
            _VERSION,
            _VERSION,
            _UTF8,
            _DEFLATED,
            self._time,
            self._date,
            crc,
            _IN_EXTRA,
            _IN_EXTRA,
            len(name),
            _CENTRAL_EXTRA.size,
            0,
            0,
            0,
            0,
            _IN_EXTRA,
        )
        return head + name + _CENTRAL_EXTRA.pack(_ZIP64, 24, size, packed, begins)
