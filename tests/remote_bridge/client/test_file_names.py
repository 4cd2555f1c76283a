from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.client.file_names import free_path, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Bericht Käufer.pdf", "Bericht Käufer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\n.txt", "ab.txt"),
        ("name. ", "name"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_every_name_can_be_a_file_in_its_folder_and_is_safe_already(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 200
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("ä" * 300 + ".pdf").endswith("ä.pdf")


def test_no_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "a (1).txt").symlink_to("nowhere")
    assert free_path(tmp_path, "a.txt") == tmp_path / "a (2).txt"
    assert free_path(tmp_path, "b.txt") == tmp_path / "b.txt"
