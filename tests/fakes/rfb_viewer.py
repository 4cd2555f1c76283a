"""A viewer that speaks RFB as noVNC does and draws what it is told, so that pixels can be compared."""

import io
import struct
import zlib
from collections.abc import Generator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

ENCODINGS = (1, 7, 0, -26, -223, -224, -258, -308, -312, -313, -316, 0x574D5664)
"""What noVNC names, quality 6 among it."""


class RfbViewer:
    """Bytes in by `receive`, bytes out by `take_output`. `screen` is 0x00RRGGBB."""

    def __init__(self, encodings: Sequence[int] = ENCODINGS) -> None:
        self._encodings = encodings
        self._in = b""
        self._out = bytearray()
        self._reading = self._talk()
        next(self._reading)
        self.screen: npt.NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self.name = ""
        self.updates = 0
        self.rects: list[tuple[int, int, int, int, int]] = []
        self.cursors: list[tuple[int, int, bytes]] = []
        self.monitors: list[tuple[int, ...]] = []
        self.answers_fences = True
        self.marks: list[bytes] = []
        """What `mark` has asked for and got."""
        self.bytes_in = 0
        self._zlibs = [zlib.decompressobj() for _ in range(4)]

    def take_output(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out

    def receive(self, data: bytes) -> None:
        self._in += data
        self.bytes_in += len(data)
        self._reading.send(None)

    def refresh(self) -> None:
        """Ask for everything anew."""
        height, width = self.screen.shape
        self._out += struct.pack(">BBHHHH", 3, 0, 0, 0, width, height)

    def mark(self, payload: bytes) -> None:
        """Ask for this to be given back."""
        self._out += struct.pack(">B3xIB", 248, 1 << 31 | 1, len(payload)) + payload

    def _read(self, count: int) -> Generator[None, None, bytes]:
        while len(self._in) < count:
            yield
        data, self._in = self._in[:count], self._in[count:]
        return data

    def _talk(self) -> Generator[None, None, None]:
        yield
        assert (yield from self._read(12)) == b"RFB 003.008\n"
        self._out += b"RFB 003.008\n"
        assert (yield from self._read(2)) == b"\x01\x01"
        self._out += b"\x01"
        assert (yield from self._read(4)) == bytes(4)
        self._out += b"\x01"
        width, height = struct.unpack(">HH", (yield from self._read(4)))
        yield from self._read(16)
        length = int.from_bytes((yield from self._read(4)), "big")
        self.name = (yield from self._read(length)).decode()
        self.screen = np.zeros((height, width), np.uint32)
        self._out += struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 0, 8, 16)
        self._out += struct.pack(">BxH", 2, len(self._encodings))
        self._out += struct.pack(f">{len(self._encodings)}i", *self._encodings)
        self.refresh()
        while True:
            [kind] = yield from self._read(1)
            if kind == 0:
                yield from self._update()
            elif kind == 150:
                height, width = self.screen.shape
                self._out += struct.pack(">BBHHHH", 150, 1, 0, 0, width, height)
            elif kind == 248:
                yield from self._fence()
            else:
                raise AssertionError(f"message {kind}")

    def _fence(self) -> Generator[None, None, None]:
        yield from self._read(3)
        flags, length = struct.unpack(">IB", (yield from self._read(5)))
        payload = yield from self._read(length)
        if not flags & 1 << 31:
            self.marks.append(payload)
        elif self.answers_fences:
            self._out += struct.pack(">B3xIB", 248, flags & 3, length) + payload

    def _update(self) -> Generator[None, None, None]:
        [count] = struct.unpack(">xH", (yield from self._read(3)))
        for _ in range(count):
            x, y, w, h, encoding = struct.unpack(">HHHHi", (yield from self._read(12)))
            self.rects.append((x, y, w, h, encoding))
            yield from self._rect(x, y, w, h, encoding)
        self.updates += 1
        if -313 not in self._encodings:
            height, width = self.screen.shape
            self._out += struct.pack(">BBHHHH", 3, 1, 0, 0, width, height)

    def _rect(self, x: int, y: int, w: int, h: int, encoding: int) -> Generator[None, None, None]:
        if encoding == 0:
            data = yield from self._read(w * h * 4)
            self._put(x, y, np.frombuffer(data, np.uint8).reshape(h, w, 4)[..., :3])
        elif encoding == 1:
            sx, sy = struct.unpack(">HH", (yield from self._read(4)))
            self.screen[y : y + h, x : x + w] = self.screen[sy : sy + h, sx : sx + w].copy()
        elif encoding == 7:
            yield from self._tight(x, y, w, h)
        elif encoding == -223:
            self.screen = np.zeros((h, w), np.uint32)
        elif encoding == -308:
            [screens] = struct.unpack(">B3x", (yield from self._read(4)))
            data = yield from self._read(16 * screens)
            self.monitors = [struct.unpack(">IHHHHI", data[i : i + 16]) for i in range(0, len(data), 16)]
            if (h, w) != self.screen.shape:
                self.screen = np.zeros((h, w), np.uint32)
        elif encoding == 0x574D5664:
            assert (yield from self._read(2)) == b"\x01\x00"
            self.cursors.append((w, h, (yield from self._read(w * h * 4))))
        elif encoding == -239:
            pixels = yield from self._read(w * h * 4)
            yield from self._read((w + 7) // 8 * h)
            self.cursors.append((w, h, pixels))
        else:
            assert encoding in (-258, -316), encoding

    def _tight(self, x: int, y: int, w: int, h: int) -> Generator[None, None, None]:
        [control] = yield from self._read(1)
        for stream in range(4):
            if control >> stream & 1:
                self._zlibs[stream] = zlib.decompressobj()
        kind = control >> 4
        if kind == 8:
            colour = np.frombuffer((yield from self._read(3)), np.uint8)
            self._put(x, y, np.broadcast_to(colour, (h, w, 3)))
            return
        if kind == 9:
            data = yield from self._read((yield from self._length()))
            self._put(x, y, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
            return
        assert not kind & 8
        stream, has_filter = kind & 3, kind & 4
        if not has_filter:
            data = yield from self._unpacked(stream, w * h * 3)
            self._put(x, y, np.frombuffer(data, np.uint8).reshape(h, w, 3))
            return
        assert (yield from self._read(1)) == b"\x01"
        colours = (yield from self._read(1))[0] + 1
        palette = np.frombuffer((yield from self._read(3 * colours)), np.uint8).reshape(-1, 3)
        if colours == 2:
            data = yield from self._unpacked(stream, (w + 7) // 8 * h)
            bits = np.frombuffer(data, np.uint8).reshape(h, -1)
            places = np.unpackbits(bits, axis=1)[:, :w]
        else:
            data = yield from self._unpacked(stream, w * h)
            places = np.frombuffer(data, np.uint8).reshape(h, w)
        self._put(x, y, palette[places])

    def _length(self) -> Generator[None, None, int]:
        length = 0
        for place in range(3):
            [byte] = yield from self._read(1)
            length |= (byte & (0xFF if place == 2 else 0x7F)) << 7 * place
            if not byte & 0x80:
                break
        return length

    def _unpacked(self, stream: int, size: int) -> Generator[None, None, bytes]:
        if size < 12:
            return (yield from self._read(size))
        data = yield from self._read((yield from self._length()))
        whole = self._zlibs[stream].decompress(data)
        assert len(whole) == size
        return whole

    def _put(self, x: int, y: int, rgb: npt.NDArray[np.uint8]) -> None:
        h, w = rgb.shape[:2]
        wide = rgb.astype(np.uint32)
        self.screen[y : y + h, x : x + w] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
