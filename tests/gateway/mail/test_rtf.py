"""Compressed RTF: the examples of MS-OXRTFCP, and RTF as Outlook writes it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.rtf import MAX_RTF_BYTES, decompress, read_rtf
from tests import pace
from tests.fakes.envelopes import packed_rtf

# MS-OXRTFCP, 3.1.1 and 3.2.1
SIMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def test_the_examples_of_the_specification_unpack() -> None:
    assert decompress(SIMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress(CROSSING) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_what_is_stored_unpacked_comes_out_as_it_is() -> None:
    assert decompress(b"\0" * 4 + (5).to_bytes(4, "little") + b"MELA" + b"\0" * 4 + b"{\\rtf") == b"{\\rtf"
    assert decompress(b"x" * 20) == decompress(b"") == b""


@given(st.binary(max_size=5000))
def test_all_that_was_packed_comes_out(raw: bytes) -> None:
    assert decompress(packed_rtf(raw)) == raw


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    decompress(SIMPLE[:16] + raw)
    read_rtf(packed_rtf(b"{\\rtf1\\fromhtml1 " + raw))
    read_rtf(packed_rtf(b"{\\rtf1 " + raw))


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"{\rtf1 one\par two\tab three}", "one\ntwo\tthree"),
        (r"{\rtf1\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (r"{\rtf1\uc1 Gr\u252?\u223?e \u8364?}", "Grüße €"),
        (r"{\rtf1\uc2\u252\'81\'41x}", "üx"),
        (r"{\rtf1\uc0\u252 x}", "üx"),
        (r"{\rtf1\u55357?x}", "\ufffdx"),
        (r"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}{\*\unknown secret}shown}", "shown"),
        (r"{\rtf1 a\{b\}c\\d\~e}", "a{b}c\\d\xa0e"),
        (r"{\rtf1 \ldblquote a\rdblquote  \endash }", "“a” –"),
        ("{\\rtf1 bro\nken \\\nline}", "broken \nline"),
        (r"}}}still\par read{", "still\nread"),
    ],
)
def test_the_words_of_rtf_are_read(rtf: str, text: str) -> None:
    assert read_rtf(packed_rtf(rtf.encode("ascii"))) == (text, "")


def test_html_that_rtf_was_made_from_is_found_again() -> None:
    rtf = (
        r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\htmltag64 <p>}"
        r"\htmlrtf {\b \htmlrtf0 {\*\htmltag84 <b>}Gr\'fc\'dfe{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 "
        r"{\*\mhtmltag4 <img src=x>}{\*\htmltag72 </p>}}"
    )
    assert read_rtf(packed_rtf(rtf.encode("ascii"))) == ("", "<p><b>Grüße</b></p>")


@pytest.mark.parametrize(
    "run", [b"\0" + b"a" * 8, b"\x80" + b"a" * 7 + b"\x00\x0f"], ids=["letters", "repeats"]
)
def test_long_texts_are_read_as_far_as_time_allows(run: bytes) -> None:
    claims = b"\xff\xff\xff\xff" * 2 + b"LZFu" + bytes(4)
    began = time.process_time()
    assert len(decompress(claims + run * (MAX_RTF_BYTES // 8))) == MAX_RTF_BYTES
    read_rtf(claims[:4] + claims[:4] + b"MELA" + bytes(4) + b"{" * MAX_RTF_BYTES)
    read_rtf(claims[:4] + claims[:4] + b"MELA" + bytes(4) + b"\\'fc\\~" * MAX_RTF_BYTES)
    assert time.process_time() - began < pace.seconds(5)
