"""Files in texts."""

import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.uuencoded import MAX_FILES, cut_files


def encoded(name: str, content: bytes, *, backtick: bool = True) -> str:
    lines = [
        binascii.b2a_uu(content[at : at + 45], backtick=backtick).decode()
        for at in range(0, len(content), 45)
    ]
    return f"begin 644 {name}\n" + "".join(lines) + ("`\n" if backtick else " \n") + "end\n"


@given(st.binary(max_size=300), st.booleans())
def test_a_file_comes_out_byte_for_byte_and_leaves_the_text(content: bytes, backtick: bool) -> None:  # noqa: FBT001
    text = "see below\n" + encoded("a b.txt", content, backtick=backtick) + "regards\n"
    assert cut_files(text) == ("see below\nregards\n", [("a b.txt", content)])


def test_several_files_come_out() -> None:
    text, files = cut_files(encoded("a", b"1") + "and\n" + encoded("b", b"2"))
    assert (text, files) == ("and\n", [("a", b"1"), ("b", b"2")])


def test_lines_whose_last_blanks_were_cut_are_read() -> None:
    content = bytes(45)
    text = "begin 644 a\nM" + "" + "\n \nend\n"
    assert cut_files(text) == ("", [("a", content)])


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 a\nnever ends",
        "begin 644 a\n",
        "begin 644 notes about the project\nDear all, this is no such thing\nend\n",
        "begin with 644 words\nend\n",
        "begin 644 a\n#äöü\nend\n",
        "begin 644 a\n!zz\nend\n",
    ],
)
def test_what_is_no_whole_file_stays_in_the_text(text: str) -> None:
    assert cut_files(text) == (text, [])


def test_a_file_behind_a_false_beginning_is_found() -> None:
    text, files = cut_files("begin 644 false\n" + encoded("a", b"1"))
    assert (text, files) == ("begin 644 false\n", [("a", b"1")])


def test_many_beginnings_cost_linear_time() -> None:
    began = time.process_time()
    cut_files("begin 644 a\nM" * 200_000)
    assert len(cut_files(encoded("a", b"1") * (MAX_FILES + 5))[1]) == MAX_FILES
    assert time.process_time() - began < 2
