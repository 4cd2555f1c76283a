import pytest

from remote_bridge.protocol.names import one_line, plain

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Änne Müller", "Änne Müller"),
        ("\u202ekcirtaP\u202c of Acme", "kcirtaP of Acme"),
        (f"A{TURNS}nn", "Ann"),
        ("Ann\nof your bank\r\u2028\u2029\x1b[2J", "Annof your bank[2J"),
        (" \u200bAnn\ufeff ", "Ann"),
        ("می\u200cخواهم 👩\u200d🔧", "می\u200cخواهم 👩\u200d🔧"),
        ("\u202e\u202c", ""),
    ],
)
def test_a_name_reads_as_it_is_written(name: str, shown: str) -> None:
    assert plain(name) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("hello, Änne", "hello, Änne"),
        ("yes\nAnn: no", "yes Ann: no"),
        ("yes\r\n\u2028Ann:\u2029no\x85\x0b\x0c\x1c.", "yes   Ann: no    ."),
        ("\u202eyes\u2066\x1b[2J", "yes [2J"),
        ("\n", ""),
    ],
)
def test_what_is_said_is_one_line(said: str, shown: str) -> None:
    assert one_line(said) == shown
