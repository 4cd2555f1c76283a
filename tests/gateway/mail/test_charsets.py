import pytest

from gateway.mail.charsets import decode


@pytest.mark.parametrize(
    ("raw", "label", "text"),
    [
        (b"plain", "", "plain"),
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        (b"\x80 5", "iso-8859-1", "€ 5"),
        ("转发".encode("gb18030"), "gb2312", "转发"),
        ("회원".encode("cp949"), "ks_c_5601-1987", "회원"),
        ("こんにちは".encode("iso2022_jp"), "ISO-2022-JP", "こんにちは"),
        ("こんにちは".encode("iso2022_jp"), "", "こんにちは"),
        ("Привет".encode("cp1251"), "win-1251", "Привет"),
        (b"gr+APwA3w-e", "unicode-1-1-utf-7", "grüße"),
        ("Grüße".encode(), "utf8mb4", "Grüße"),
        ("Grüße".encode("utf-16"), "UTF-16", "Grüße"),
        ("Grüße".encode("utf-16-le"), "utf-16le", "Grüße"),
        ("打印机".encode("utf-16"), "utf-16", "打印机"),
        ("Привет".encode("cp1251"), "x-windows-1251", "Привет"),
        ("Привет".encode("koi8-u"), "KOI8-U", "Привет"),
        ("Привет".encode("cp866"), "ibm866", "Привет"),
        ("Привет".encode("mac-cyrillic"), "x-mac-cyrillic", "Привет"),
        ("Grüße".encode("latin-1"), "iso-8859-1; format=flowed", "Grüße"),
        ("Grüße".encode("latin-1"), "'ISO 8859-1'", "Grüße"),
        ("Grüße".encode("cp850"), "CP-850", "Grüße"),
        ("你好".encode("hz"), "hz-gb-2312", "你好"),
        ("안녕".encode("johab"), "johab", "안녕"),
    ],
)
def test_declared_charsets_are_read_by_what_mail_means_with_them(raw: bytes, label: str, text: str) -> None:
    assert decode(raw, label)[0] == text


@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "windows-1252", "x-unknown", "no-such-charset"])
def test_utf8_under_a_wrong_label_is_read_as_utf8_and_named_a_defect(label: str) -> None:
    text, defect = decode("Grüße".encode(), label)
    assert text == "Grüße"
    assert defect


@pytest.mark.parametrize("label", ["utf-16", "utf-32le", "unicode"])
def test_plain_text_called_utf16_is_read_as_what_it_is(label: str) -> None:
    assert decode(b"Hello you", label)[0] == "Hello you"
    assert decode("Grüße an Sie".encode(), label)[0] == "Grüße an Sie"


@pytest.mark.parametrize("text", ["Grüße", "Für Sie", "café", "Grüße aus Köln, schöne Straße"])
def test_latin1_under_the_label_utf8_is_read_as_latin1(text: str) -> None:
    assert decode(text.encode("latin-1"), "utf-8") == (text, "charset 'utf-8' does not fit")


def test_undeclared_latin1_is_guessed() -> None:
    assert decode("Grüße aus Köln".encode("latin-1"))[0] == "Grüße aus Köln"


def test_undeclared_dense_bytes_are_guessed_by_their_script() -> None:
    assert decode("转发：整体提升企业服务水平".encode("gb18030"))[0] == "转发：整体提升企业服务水平"
    assert decode("Привет, принтер не работает".encode("cp1251"))[0].startswith("Привет")


def test_a_fallback_is_tried_before_guessing() -> None:
    assert decode("Žluťoučký".encode("cp1250"), fallback="windows-1250")[0] == "Žluťoučký"


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    text, defect = decode("Grüße und Küsse. ".encode() * 20 + b"\xff", "utf-8")
    assert text.startswith("Grüße")
    assert text.endswith("\ufffd")
    assert defect


def test_broken_multibyte_text_keeps_its_charset() -> None:
    text, defect = decode("転送します".encode("cp932") + b"\x81", "shift_jis")
    assert text.startswith("転送します")
    assert defect


def test_bytes_without_a_meaning_in_cp1252_are_still_text() -> None:
    assert decode(b"a\x81\xe4 b", "iso-8859-1")[0] == "a\x81ä b"


@pytest.mark.parametrize(
    "label", ["hex", "zlib", "idna", "punycode", "unicode_escape", "rot13", "x" * 100, "a\0b", "ü"]
)
def test_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    assert decode(b"\\x41\xfc", label)[0] == "\\x41ü"


def test_what_utf8_cannot_hold_is_replaced() -> None:
    decode(b"+2AA-", "utf-7")[0].encode()


@pytest.mark.parametrize(
    ("raw", "label", "text"),
    [
        ("冒煙了嗎".encode(), "gb2312", "冒煙了嗎"),
        ("cañón".encode(), "windows-1250", "cañón"),
        ("é".encode(), "windows-1251", "Г©"),
        ("冒煙".encode("big5"), "big5", "冒煙"),
        (b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7", "gb2312", "你好，世界"),
        ("Принтер".encode("cp1251"), "iso-8859-1", "Ïðèíòåð"),
        ("Grüße".encode("latin-1"), "us-ascii", "Grüße"),
    ],
)
def test_a_wrong_label_yields_only_to_bytes_that_can_be_nothing_else(
    raw: bytes, label: str, text: str
) -> None:
    assert decode(raw, label)[0] == text


@pytest.mark.parametrize("label", ["utf16", "utf-32", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize(
    "raw", [bytes(15), b"a\0b\0c", b"\0a\0b\0", b"\xff\xfea", b"\0\0\xfe\xff\0\0\0", b"\0\xd8" * 9]
)
def test_wide_letters_that_are_cut_off_never_raise(label: str, raw: bytes) -> None:
    text, _defect = decode(raw, label)
    assert text.encode()  # none of it is half a letter
