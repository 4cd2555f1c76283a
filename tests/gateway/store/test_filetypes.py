"""What a file is by its content, with the system's libmagic and with the one in the wheel."""

import io
import os
import subprocess
import sys
import threading
import zipfile

import pytest

from gateway.store import filetypes
from gateway.store.filetypes import detect_type

# A machine without a libmagic of its own; says what is found, with which library, and what became of MAGIC.
WITHOUT_SYSTEM_LIBRARY = """
import ctypes, ctypes.util, os
real = ctypes.CDLL.__init__

def only_with_a_path(self, name=None, *more, **options):
    if name and "magic" in str(name) and "/" not in str(name):
        raise OSError("not on this machine")
    real(self, name, *more, **options)

ctypes.CDLL.__init__ = only_with_a_path
ctypes.util.find_library = lambda name: None
from gateway.store.filetypes import detect_type, libmagic
print(detect_type(b"%PDF-1.4"), "pylibmagic" in libmagic(), "MAGIC" in os.environ)
"""


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("word/document.xml", "<w:document/>" * 10_000)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello " * 50_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "application/x-empty"),
        (b"hello world\n" * 10_000, "text/plain"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20), "image/png"),
        (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped(), "application/zip"),
        (b"<html><body>hi</body></html>", "text/html"),
        (bytes([0, 159, 3, 7]) * 40_000, "application/octet-stream"),
    ],
)
def test_content_speaks_for_its_type(content: bytes, expected: str) -> None:
    assert detect_type(content) == expected


def test_each_thread_may_ask_at_the_same_time() -> None:
    answers: list[str] = []

    def ask() -> None:
        answers.extend(detect_type(b"%PDF-1.4\n") for _ in range(200))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert answers == ["application/pdf"] * 800


def test_doctor_can_name_the_library() -> None:
    assert "magic" in filetypes.libmagic()


def test_a_machine_without_libmagic_uses_the_wheels_and_its_children_know_nothing_of_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SYSTEM_LIBRARY],
        env={name: value for name, value in os.environ.items() if name != "MAGIC"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["application/pdf", "True", "False"], done.stderr
