import io
import threading
import zipfile

import pytest

from gateway.mail import filetypes
from gateway.mail.filetypes import FileTypesError, detect_type, library


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
    ("content", "types"),
    [
        (b"", {"application/x-empty"}),
        (b"hello world\n" * 10_000, {"text/plain"}),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", {"application/pdf"}),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20), {"image/png"}),
        (docx(), {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}),
        (zipped(), {"application/zip"}),
        (b"<html><body>hi</body></html>", {"text/html"}),
        (bytes([0, 159, 3, 7]) * 40_000, {"application/octet-stream"}),
    ],
)
def test_content_speaks_for_its_type(content: bytes, types: set[str]) -> None:
    assert detect_type(content) in types


def test_each_thread_may_ask_at_the_same_time() -> None:
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.extend(detect_type(b"%PDF-1.4\n") for _ in range(200)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert answers == ["application/pdf"] * 800


def test_the_wheels_library_is_a_way_out_with_its_own_database() -> None:
    name, database = filetypes._candidates()[-1]
    assert database is not None
    lib, cookie = filetypes._open(name, database)
    assert lib.magic_buffer(cookie, b"%PDF-1.4\n", 9) == b"application/pdf"


def test_a_database_that_cannot_be_read_is_refused() -> None:
    name, _ = library()
    with pytest.raises(FileTypesError):
        filetypes._open(name, "/nowhere/magic.mgc")
