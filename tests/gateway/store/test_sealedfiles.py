"""Sealed files: what is read is what was written, from anywhere, or a damage is told."""

import io
import os
from pathlib import Path
from random import Random

import pytest

from gateway.store import sealedfiles
from gateway.store.keyring import KEY_BYTES, Key
from gateway.store.sealedfiles import CHUNK_BYTES, HEADER_BYTES, MARK, SealedReader, Sealer

FILE_KEY = bytes(range(32))
KEY = Key(b"i" * 16, b"s" * 32)
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


def content(size: int) -> bytes:
    return Random(size).randbytes(size)


def sealed(data: bytes, *, step: int = 10_000) -> bytes:
    written = bytearray()
    sealer = Sealer(FILE_KEY, sealedfiles.header_of(KEY, FILE_KEY), written.extend)
    for at in range(0, len(data), step):
        sealer.add(data[at : at + step])
    sealer.finish()
    return bytes(written)


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "file"


def opened(at: Path, data: bytes) -> io.BufferedReader:
    at.write_bytes(data)
    return io.BufferedReader(SealedReader(io.FileIO(at), FILE_KEY))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1000, CHUNK_BYTES, 10**6])
def test_what_is_sealed_in_pieces_is_read_as_it_was(at: Path, size: int, step: int) -> None:
    with opened(at, sealed(content(size), step=step)) as file:
        assert file.read() == content(size)
        assert file.read() == b""
    assert sealedfiles.content_bytes(at.stat().st_size) == size


def test_any_stretch_is_read_as_from_a_plain_file(at: Path) -> None:
    data, choice = content(3 * CHUNK_BYTES + 7), Random(8)
    with opened(at, sealed(data)) as file:
        for _ in range(200):
            begin, length = choice.randrange(len(data) + 10), choice.randrange(2 * CHUNK_BYTES)
            assert file.seek(begin) == begin
            assert file.read(length) == data[begin : begin + length]
            assert file.tell() == max(min(begin + length, len(data)), begin)
        assert file.seek(-7, os.SEEK_END) == len(data) - 7
        assert file.read(3) + file.read() == data[-7:]
        assert file.seek(5) + 3 == file.seek(3, os.SEEK_CUR)
        with pytest.raises(OSError, match="Invalid argument"):
            file.seek(-1)
        assert file.readable()
        assert file.seekable()
        assert isinstance(file.name, int)


def test_nothing_of_the_content_is_in_the_file() -> None:
    written = sealed(b"MARKER of Ann's mail" * 5000)
    assert b"MARKER" not in written
    assert FILE_KEY not in written


def test_a_file_that_was_closed_holds_no_descriptor(at: Path) -> None:
    file = opened(at, sealed(b"x"))
    descriptor = int(file.name)
    file.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_chunk_is_told_and_the_others_are_read(at: Path, place: int) -> None:
    data = content(2 * CHUNK_BYTES + 5)
    broken = bytearray(sealed(data))
    broken[HEADER_BYTES + place * (CHUNK_BYTES + 16)] ^= 1
    with opened(at, bytes(broken)) as file:
        for other in {0, 1, 2} - {place}:
            file.seek(other * CHUNK_BYTES)
            assert file.read(5) == data[other * CHUNK_BYTES :][:5]
        file.seek(place * CHUNK_BYTES)
        with pytest.raises(OSError, match="damaged"):
            file.read(5)


@pytest.mark.parametrize("left", [0, 15, CHUNK_BYTES, CHUNK_BYTES + 16, 2 * (CHUNK_BYTES + 16)])
def test_a_file_that_was_cut_off_is_told(at: Path, left: int) -> None:
    whole = sealed(content(2 * CHUNK_BYTES + 5))
    with opened(at, whole[: HEADER_BYTES + left]) as file, pytest.raises(OSError, match="damaged"):
        file.read()


def test_chunks_that_changed_places_are_told(at: Path) -> None:
    whole, size = sealed(content(3 * CHUNK_BYTES)), CHUNK_BYTES + 16
    first, second = (whole[HEADER_BYTES + n * size :][:size] for n in (0, 1))
    swapped = whole[:HEADER_BYTES] + second + first + whole[HEADER_BYTES + 2 * size :]
    with opened(at, swapped) as file, pytest.raises(OSError, match="damaged"):
        file.read()


def test_the_same_chunk_twice_looks_different() -> None:
    written = sealed(bytes(2 * CHUNK_BYTES))
    assert written[HEADER_BYTES:][:CHUNK_BYTES] != written[HEADER_BYTES + CHUNK_BYTES + 16 :][:CHUNK_BYTES]


def test_a_header_names_its_key_and_opens_with_that_alone() -> None:
    header = sealedfiles.header_of(KEY, FILE_KEY)
    assert len(header) == HEADER_BYTES
    assert sealedfiles.key_id_of(header) == KEY.id
    assert sealedfiles.unwrapped(header, KEY.secret) == FILE_KEY
    with pytest.raises(OSError, match="damaged"):
        sealedfiles.unwrapped(header, b"t" * KEY_BYTES)
    other = header[: len(MARK)] + b"j" + header[len(MARK) + 1 :]  # another key's name put in
    with pytest.raises(OSError, match="damaged"):
        sealedfiles.unwrapped(other, KEY.secret)


def test_what_has_no_whole_header_is_plain() -> None:
    header = sealedfiles.header_of(KEY, FILE_KEY)
    assert sealedfiles.key_id_of(header[:-1]) is None
    assert sealedfiles.key_id_of(b"Received: by desk.example\r\n".ljust(HEADER_BYTES)) is None
    assert sealedfiles.key_id_of(b"") is None
