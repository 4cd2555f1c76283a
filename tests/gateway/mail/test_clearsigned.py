"""PGP armour in texts."""

import time

import pytest

from gateway.mail.clearsigned import is_encrypted, without_armour

BEGIN, SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP SIGNATURE-----\n"
END = "-----END PGP SIGNATURE-----\n"


def test_what_was_signed_is_read_as_it_was_written() -> None:
    text = f"{BEGIN}Hash: SHA256\n\nhello\n\n- -- \n- From here\n{SIGNATURE}\nabc=\n{END}"
    assert without_armour(text) == "hello\n\n-- \nFrom here\n"


def test_text_around_and_several_stretches_are_kept() -> None:
    one = f"{BEGIN}Hash: SHA1\n\none\n{SIGNATURE}x\n{END}"
    assert without_armour(f"before\n{one}between\n{one}after") == "before\none\nbetween\none\nafter"


def test_text_without_a_blank_line_after_the_header_is_not_lost() -> None:
    assert without_armour(f"{BEGIN}hello\n{SIGNATURE}x\n{END}") == "hello\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        f"{BEGIN}\nnever closed",
        f"{BEGIN}\nx\n{SIGNATURE}cut off",
        f"x\n> {BEGIN}> x\n{SIGNATURE}{END}",
    ],
)
def test_what_is_not_signed_in_full_stays_as_it_is(text: str) -> None:
    assert without_armour(text) is None


def test_an_encrypted_message_is_known_by_its_first_line() -> None:
    assert is_encrypted("hello\n-----BEGIN PGP MESSAGE-----\n\nabc")
    assert not is_encrypted("I got a -----BEGIN PGP MESSAGE----- from you")
    assert not is_encrypted(BEGIN)


def test_blank_lines_around_and_blanks_behind_marks_change_nothing() -> None:
    text = f"{BEGIN[:-1]}  \nHash: x\n \n\n- a\n- \n- -b\n{SIGNATURE[:-1]}\t\nx\n{END[:-1]} \nend"
    assert without_armour(text) == "\na\n\n-b\nend"


def test_marks_inside_what_was_signed_are_words() -> None:
    assert without_armour(f"{BEGIN}\n{BEGIN}{END}x\n{SIGNATURE}{SIGNATURE}{END}") == f"{BEGIN}{END}x\n"


def test_many_marks_cost_linear_time() -> None:
    began = time.process_time()
    without_armour((BEGIN + "\nx\n" + SIGNATURE) * 100_000 + END)
    assert time.process_time() - began < 2
