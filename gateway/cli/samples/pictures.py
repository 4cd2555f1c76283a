"""Small pictures for the sample mails, drawn here: a printer's display, and a measurement as a screenshot."""

import struct
import zlib
from dataclasses import dataclass, field

Colour = tuple[int, int, int]

_DARK, _GLASS, _LIGHT = (38, 42, 48), (18, 30, 44), (222, 230, 238)
_AMBER, _BLUE, _GREY, _WHITE, _INK = (
    (245, 166, 35),
    (47, 111, 196),
    (214, 218, 224),
    (255, 255, 255),
    (44, 50, 58),
)

_GLYPHS = {
    "A": "0e11111f111111",
    "B": "1e11111e11111e",
    "C": "0e11101010110e",
    "D": "1e11111111111e",
    "E": "1f10101e10101f",
    "F": "1f10101e101010",
    "G": "0e11101713110f",
    "H": "1111111f111111",
    "I": "0e04040404040e",
    "K": "11121418141211",
    "L": "1010101010101f",
    "M": "111b1515111111",
    "N": "11191513111111",
    "O": "0e11111111110e",
    "P": "1e11111e101010",
    "R": "1e11111e141211",
    "S": "0f10100e01011e",
    "T": "1f040404040404",
    "U": "1111111111110e",
    "W": "1111111515150a",
    "0": "0e11131519110e",
    "1": "040c040404040e",
    "2": "0e11010204081f",
    "3": "1f02040201110e",
    "4": "02060a121f0202",
    "5": "1f101e0101110e",
    "6": "0608101e11110e",
    "8": "0e11110e11110e",
    ".": "00000000000c0c",
    "/": "01010204081010",
    " ": "00000000000000",
}
"""Letters of five by seven points, a row a byte; those that the pictures need."""


@dataclass(slots=True)
class Canvas:
    """A picture in the making; what lies outside is cut off."""

    width: int
    height: int
    rows: list[bytearray] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = [bytearray(bytes(_WHITE) * self.width) for _ in range(self.height)]

    def box(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        """A filled rectangle."""
        right = min(left + width, self.width)
        for row in self.rows[top : top + height]:
            row[left * 3 : right * 3] = bytes(colour) * (right - left)

    def write(self, left: int, top: int, text: str, colour: Colour, *, size: int = 2) -> None:
        """A line of capitals and digits."""
        for position, letter in enumerate(text):
            for y, bits in enumerate(bytes.fromhex(_GLYPHS[letter])):
                for x in range(5):
                    if bits >> (4 - x) & 1:
                        self.box(left + (position * 6 + x) * size, top + y * size, size, size, colour)

    def png(self) -> bytes:
        """The picture as a PNG file."""
        pixels = b"".join(b"\0" + bytes(row) for row in self.rows)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = (b"IHDR", head), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def printer_display() -> bytes:
    """The display of a printer that reports a paper jam in tray 2."""
    picture = Canvas(420, 200)
    picture.box(0, 0, 420, 200, _DARK)
    picture.box(18, 18, 384, 136, _GLASS)
    picture.box(18, 18, 384, 30, _AMBER)
    picture.write(30, 26, "13.02  PAPIERSTAU", _DARK)
    picture.write(30, 66, "FACH 2 OEFFNEN UND", _LIGHT)
    picture.write(30, 92, "PAPIER ENTFERNEN", _LIGHT)
    picture.box(300, 112, 84, 28, _BLUE)
    picture.write(330, 119, "OK", _WHITE)
    for left in (40, 90, 140):
        picture.box(left, 168, 30, 14, _GREY)
    return picture.png()


def speed_test() -> bytes:
    """A screenshot of a measurement: 3.1 Mbit/s down instead of 250."""
    picture = Canvas(520, 260)
    picture.box(0, 0, 520, 34, _INK)
    picture.write(16, 10, "LAGER 2", _WHITE)
    rows = (("DOWNLOAD", "3.1", 3, _AMBER), ("UPLOAD", "1.8", 5, _AMBER), ("BESTELLT", "250", 300, _BLUE))
    for number, (name, value, width, colour) in enumerate(rows):
        top = 64 + number * 64
        picture.write(20, top + 4, name, _INK)
        picture.box(150, top, 300, 22, _GREY)
        picture.box(150, top, width, 22, colour)
        picture.write(462, top + 4, value, _INK)
    return picture.png()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
