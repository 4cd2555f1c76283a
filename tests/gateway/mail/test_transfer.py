import base64

import pytest

from gateway.mail.transfer import decode_transfer


def decoded(raw: bytes, encoding: str) -> tuple[bytes, list[str]]:
    defects: list[str] = []
    return decode_transfer(raw, encoding, defects), defects


@pytest.mark.parametrize("encoding", ["base64", "BASE64", ' "base64" ', "base64; x"])
def test_base64_is_undone_however_it_is_spelt(encoding: str) -> None:
    assert decoded(base64.encodebytes(b"hello" * 30), encoding) == (b"hello" * 30, [])


def test_quoted_printable_is_undone() -> None:
    assert decoded(b"Gr=C3=BC=\r\n=C3=9Fe", "quoted-printable") == ("Grüße".encode(), [])


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "binary", "none"])
def test_plain_encodings_change_nothing(encoding: str) -> None:
    assert decoded(b"a=3Db", encoding) == (b"a=3Db", [])


def test_an_unknown_encoding_is_named_and_changes_nothing() -> None:
    content, defects = decoded(b"abc", "x-magic")
    assert content == b"abc"
    assert defects


def test_two_pieces_of_base64_one_after_the_other_are_both_read() -> None:
    content, defects = decoded(b"aGVsbG8=\r\nIHdvcmxk\r\n", "base64")
    assert content == b"hello world"
    assert defects


def test_cut_off_base64_gives_what_is_there() -> None:
    content, defects = decoded(b"aGVsbG8gd29ybG", "base64")
    assert content == b"hello worl"
    assert defects


def test_uuencode_is_undone_also_with_overlong_lines() -> None:
    assert decoded(b"begin 644 x.txt\n%:&5L;&\\ \n`\nend\n", "x-uuencode")[0] == b"hello"
    assert decoded(b"begin 644 x.txt\n%:&5L;&\\ZZZZZZ\n", "uuencode")[0] == b"hello"


def test_damaged_uuencode_is_named() -> None:
    assert decoded(b"begin 644 x\n\xff\xff\xff\nend\n", "uuencode")[1]
    assert decoded(b"no begin", "uuencode") == (b"no begin", ["uuencoded part without a begin line"])
