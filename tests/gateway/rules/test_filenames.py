import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.filenames import MAX_NAME_CHARS, hidden_ending, hides_letters, safe_name, told_apart

RLO, ZWSP = "\u202e", "\u200b"


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("Übersicht “1”.html", "Übersicht “1”.html"),
        ("", ""),
        ("   ", ""),
        ("...", "file"),
        (ZWSP, "file"),
        (f"Rechnung{RLO}fdp.exe", "Rechnungfdp.exe"),
        (f"in{ZWSP}voice.p\u00addf", "invoice.pdf"),
        ("a\u2066b\u2069\u061c.txt", "ab.txt"),
        ("a\r\nb\tc\x00.txt", "abc.txt"),
        ("../../etc/passwd", "_.._etc_passwd"),
        (r"C:\Temp\x.txt", "C_Temp_x.txt"),
        ("a／b∕c.txt", "a_b_c.txt"),
        ("name. . .", "name"),
        ("  name.txt  ", "name.txt"),
        (".htaccess", "htaccess"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .tar.gz", "_com1 .tar.gz"),
        ("COM¹.txt", "_COM¹.txt"),
        ("console.txt", "console.txt"),
        ("com10.txt", "com10.txt"),
        ('what?*<"|>.pdf', "what______.pdf"),
        ("a\u2028b.txt", "ab.txt"),
        ("e\u0301.txt", "é.txt"),
        ("report\u3164.pdf", "report.pdf"),
    ],
)
def test_a_name_is_safe_to_show_and_to_save(sent: str, safe: str) -> None:
    assert safe_name(sent) == safe


def test_a_very_long_name_keeps_its_ending() -> None:
    name = safe_name("n" * 5000 + ".exe")
    assert name.endswith("….exe")
    assert len(name) == MAX_NAME_CHARS
    assert len(safe_name("Ü" * 300 + ".pdf").encode()) <= 255
    assert len(safe_name("x" * 300)) <= MAX_NAME_CHARS


def test_an_endless_name_costs_little_time() -> None:
    began = time.process_time()
    safe_name("../" * 500_000 + "CON" * 200_000)
    assert time.process_time() - began < 5


@given(st.text())
def test_no_name_hides_or_leads_anywhere(name: str) -> None:
    safe = safe_name(name)
    assert not hides_letters(safe)
    assert not set(safe) & set('/\\:<>"|?*\r\n')
    assert len(safe.encode()) <= 255
    assert not safe.endswith((".", " "))
    assert all(unicodedata.category(c) not in ("Cc", "Cf") for c in safe)
    assert safe_name(safe) == safe


@pytest.mark.parametrize("name", [f"a{RLO}b", f"a{ZWSP}", "a\u00ad", "a\ufe0f"])
def test_letters_that_nobody_sees_are_noticed(name: str) -> None:
    assert hides_letters(name)


@pytest.mark.parametrize("name", ["Übersicht 1.html", "日本語.pdf", "עברית.pdf", "a\tb"])
def test_names_in_any_script_hide_nothing(name: str) -> None:
    assert not hides_letters(name)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("Rechnung.pdf.exe", "exe"),
        ("photo.JPG.Scr", "scr"),
        ("list.docx.html", "html"),
        ("Rechnung.pdf          .exe", "exe"),
        ("setup.exe", ""),
        ("archive.tar.gz", ""),
        ("v1.2.exe", ""),
        ("report.pdf", ""),
        ("", ""),
    ],
)
def test_a_program_behind_a_harmless_ending_is_noticed(name: str, ending: str) -> None:
    assert hidden_ending(name) == ending


def test_files_of_one_name_are_told_apart() -> None:
    names = ["a.pdf", "a.pdf", "A.PDF", "a (2).pdf", "x", "x", ".b", ".b"]
    expected = ["a.pdf", "a (2).pdf", "A (3).PDF", "a (2) (2).pdf", "x", "x (2)", ".b", ".b (2)"]
    assert told_apart(names) == expected


def test_thousands_of_one_name_cost_little_time() -> None:
    began = time.process_time()
    assert told_apart(["a.pdf"] * 20_000)[-1] == "a (20000).pdf"
    assert time.process_time() - began < 5
