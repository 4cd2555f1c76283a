"""Bytes to text, whatever the mail says or forgets to say about its charset."""

import codecs
import re
from functools import lru_cache

from gateway.mail.allowance import Cost, may_spend

# Labels that real mail uses with another meaning than the codec of that name (WHATWG encoding standard).
_MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "8bit": "cp1252",
    "binary": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "korean": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-2-0-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "x-unknown": "",
    "unknown": "",
    "unknown-8bit": "",
    "default": "",
    "default_charset": "",
}
_ASCII = frozenset(("ascii", "us-ascii", "ansi_x3.4-1968"))
"""Labels that programs put where nobody chose one: dense letters above 127 tell that it says nothing."""
# What may be decoded with: charsets, each in linear time. Python has other codecs too, and gets new ones.
_ALLOWED_NAMES = """
    ascii utf-7 utf-8 utf-16 utf-16-be utf-16-le utf-32 utf-32-be utf-32-le big5 big5hkscs cp932 cp949 cp950
    euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz johab shift_jis shift_jis_2004
    shift_jisx0213 iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext
    iso2022_kr iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9
    iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-t koi8-u kz1048 ptcp154
    tis-620 cp037 cp1026 cp1140 cp273 cp424 cp500 cp1125 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256
    cp1257 cp1258 cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864
    cp865 cp866 cp869 cp874 hp-roman8 mac-arabic mac-croatian mac-cyrillic mac-farsi mac-greek mac-iceland
    mac-latin2 mac-roman mac-romanian mac-turkish
"""
_ALLOWED = frozenset(_ALLOWED_NAMES.split())
_SNIFFED_BYTES = 16_384
_ALMOST = 0.02  # of the letters may be broken, and the charset still counts as right
_DENSE = 0.3  # Western text has fewer bytes above 127; Cyrillic, Greek and Chinese have more
_SHORT_BYTES = 200
_NO_CHANCE_BYTES = 8  # above 127: so many are hardly ever valid UTF-8 in text of another charset
_FEW_BYTES = 4  # are enough where the second byte of UTF-8 would be no letter
_OF_LETTERS = ("cp125", "iso8859", "koi8")
_PIECE_BYTES = 64 * 1024
_ORDER_MARKS = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_HALVES = re.compile("[\ud800-\udfff]")
_HIGH = bytes(range(128, 256))
_ASTRAL = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")  # in UTF-8
_DEFINED_1252 = bytes(set(range(256)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D})
_LIKELY_NAMES = """
    cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 koi8_r cp932 euc_jp gb18030 big5 cp949 cp874 cp437
    cp850
"""
_LIKELY = _LIKELY_NAMES.split()


@lru_cache(maxsize=512)
def _codec(label: str) -> str | None:
    """The codec for a charset's label, or None where nobody knows it."""
    name = re.split(r"[;,]|//", label.strip().strip("\"'").lower(), maxsplit=1)[0].strip()
    if not name.isascii() or "\0" in name or len(name) > 40:
        return None
    bare = re.sub(r"^(?:x-|cs|charset[=-])", "", name)
    for known in (name, bare, re.sub(r"^(?:windows|win|cp|ms)[-_]?", "cp", bare)):
        if (found := _lookup(_MEANT.get(known, known))) is not None:
            return found
    return None


def _lookup(name: str) -> str | None:
    """The codec's own name, if it is one of those allowed."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if codec in _ALLOWED else None


def _guess(raw: bytes) -> str:
    """The likeliest single reading of bytes with no charset that holds; never fails."""
    head = raw[:_SNIFFED_BYTES]
    if len(head) < _SHORT_BYTES and not _is_dense(head):
        return _western(raw)
    if not may_spend(Cost.GUESS):
        return _western(raw)
    codec = _likeliest(head)
    try:
        return _storable(raw.decode(codec))
    except (UnicodeDecodeError, LookupError):
        return _western(raw)


@lru_cache(maxsize=128)
def _likeliest(head: bytes) -> str:
    """The likeliest codec; kept, because one mail may say the same thousands of times."""
    from charset_normalizer import from_bytes  # 1 MB, which a desk needs when the first such mail comes

    found = from_bytes(head, steps=3, chunk_size=512, cp_isolation=_LIKELY).best()
    return found.encoding if found is not None else "cp1252"


def _is_dense(raw: bytes) -> bool:
    """Whether so many bytes are above 127 that this is no Western text."""
    return len(raw) - len(raw.translate(None, _HIGH)) >= _DENSE * len(raw)


def _western(raw: bytes) -> str:
    """cp1252, or Latin-1 where a byte has no meaning in that."""
    is_1252 = not raw.translate(None, _DEFINED_1252)
    return raw.decode("cp1252" if is_1252 else "latin-1")


def _surely_utf8(raw: bytes, codec: str) -> str | None:
    """The text, if bytes with another label are UTF-8: enough of them that it can be no chance."""
    least = _FEW_BYTES if codec.startswith(_OF_LETTERS) else _NO_CHANCE_BYTES
    if len(raw) - len(raw.translate(None, _HIGH)) < least or codec.startswith(("utf-", "iso2022", "hz")):
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _is_nearly_utf8(raw: bytes) -> str | None:
    """The text with the bad bytes marked, if only a few of its letters are broken."""
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(raw) - len(raw.translate(None, _HIGH)) - broken  # bytes, of letters of two or more
    return text if whole >= 2 and broken <= max(1, whole / 2 * _ALMOST) else None


def _is_nearly(raw: bytes, codec: str) -> str | None:
    """The text with the bad bytes marked, if they are few; it stops at too many, as each costs time."""
    if codec in _ORDER_MARKS and not raw.startswith(_ORDER_MARKS[codec]):
        codec += "-le"  # as decoding in one go takes it; by pieces Python would raise
    decoder = codecs.getincrementaldecoder(codec)("replace")
    pieces: list[str] = []
    allowed = max(1, int(len(raw) * _ALMOST))
    for at in range(0, len(raw), _PIECE_BYTES):
        piece = decoder.decode(raw[at : at + _PIECE_BYTES], final=at + _PIECE_BYTES >= len(raw))
        allowed -= piece.count("\ufffd")
        if allowed < 0:
            return None
        pieces.append(_storable(piece))
    text = "".join(pieces)
    return text if text.count("\ufffd") <= max(1, len(text) * _ALMOST) else None


def is_known(label: str) -> bool:
    """Whether there is a codec for a charset's label."""
    return _codec(label) is not None


def decode(raw: bytes, label: str = "", *, fallback: str = "") -> tuple[str, str]:
    """Text of `raw`, and a defect in words or "". `fallback` is tried where `label` is missing or fails."""
    if not label and b"\x1b$" in raw:
        label = "iso-2022-jp"  # Japanese mail often leaves it unsaid
    if raw.isascii() and not _is_escaping(label, raw):
        return raw.decode("ascii"), ""
    codec = _codec(label) if label else None
    if codec is not None and codec.startswith(("utf-16", "utf-32")) and _is_narrow(raw):
        codec = None  # the label is wrong
    if codec in (None, "cp1252", "utf-8"):
        return _decode_western(raw, label, codec, fallback)
    if (text := _surely_utf8(raw, codec)) is not None:
        return text, f"charset {label[:40]!r} is really utf-8"
    try:
        return _storable(raw.decode(codec)), ""
    except UnicodeError:
        return _decode_failed(raw, label, codec)


def is_wide(raw: bytes, label: str) -> bool:
    """Whether its text may hold letters that make Python keep each letter in four bytes."""
    if raw.isascii() and not _is_escaping(label, raw):
        return False
    return _codec(label) in ("gb18030", "utf-7") or _ASTRAL.search(raw) is not None


def _is_narrow(raw: bytes) -> bool:
    """Whether it can hardly be UTF-16 or UTF-32: no byte order mark, and not one zero byte."""
    return b"\0" not in raw and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _storable(text: str) -> str:
    """Without halves of letters, which UTF-7 can spell and UTF-8 cannot."""
    try:
        for at in range(0, len(text), _PIECE_BYTES):  # by pieces: a long text would be there twice
            text[at : at + _PIECE_BYTES].encode()
    except UnicodeEncodeError:
        return _HALVES.sub("?", text)
    return text


def _is_escaping(label: str, raw: bytes) -> bool:
    """Whether ASCII bytes may mean something else: ISO-2022, HZ, UTF-7 and UTF-16 do that."""
    codec = _codec(label) if label else None
    if codec is None:
        return False
    return codec.startswith(("utf-7", "utf-16", "utf-32")) or b"\x1b" in raw or b"~{" in raw


def _decode_western(raw: bytes, label: str, codec: str | None, fallback: str) -> tuple[str, str]:
    """UTF-8 where the bytes are that: mail often says Latin-1, or nothing, and means UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        is_said = codec == "utf-8" or (not label and not raw.isascii())
        return text, "" if is_said else f"charset {label[:40]!r} is really utf-8"
    if codec == "cp1252" and not (label.lower() in _ASCII and _is_dense(raw)):
        return _western(raw), ""
    return _decode_failed(raw, label, None if codec == "cp1252" else codec, fallback)


def _decode_failed(raw: bytes, label: str, codec: str | None, fallback: str = "") -> tuple[str, str]:
    """Another way, as the named one is missing, unknown or wrong."""
    defect = f"charset {label[:40]!r} does not fit" if label else "charset is not declared"
    other = _codec(fallback) if fallback else None
    if other is not None and other != codec and not (other == "cp1252" and _is_dense(raw)):
        try:
            return _storable(raw.decode(other)), defect
        except UnicodeError:
            pass
    if codec == "utf-8" and (text := _is_nearly_utf8(raw)) is not None:
        return text, defect
    if codec is not None and codec != "utf-8":
        text_or_none = _is_nearly(raw, codec)
        if text_or_none is not None:
            return text_or_none, defect
    return _guess(raw), defect
