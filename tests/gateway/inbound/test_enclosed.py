from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from gateway.errors import Erased
from gateway.inbound import enclosed
from gateway.inbound.enclosed import MAX_FILES, MAX_TEXT_CHARS, read_enclosed
from gateway.mail.address import Address

HEAD = b"From: Ann <ann@x.example>\r\nTo: bob@x.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
DATE = b"Date: Mon, 2 Mar 2026 13:00:00 +0100\r\n"


def kept(folder: Path, raw: bytes) -> Callable[[], BinaryIO]:
    path = folder / "blob"
    path.write_bytes(raw)
    return lambda: path.open("rb")


def test_an_enclosed_mail_is_read(tmp_path: Path) -> None:
    found = read_enclosed(kept(tmp_path, HEAD + DATE + b"\r\nHello.\r\n"))
    assert found is not None
    assert (found.subject, found.from_, found.text) == ("Grüße", Address("Ann", "ann@x.example"), "Hello.")
    assert (found.to, found.date) == (
        (Address("", "bob@x.example"),),
        datetime(2026, 3, 2, 12, tzinfo=UTC),
    )
    assert (found.is_cut, found.files) == (False, ())


def test_a_mail_without_anything_is_read_too(tmp_path: Path) -> None:
    found = read_enclosed(kept(tmp_path, b""))
    assert found is not None
    assert (found.subject, found.from_, found.date, found.text) == ("", None, None, "")


def test_a_long_text_and_many_files_are_cut(tmp_path: Path) -> None:
    part = b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    text = b"--b\r\n\r\n" + b"words \r\n" * MAX_TEXT_CHARS
    head = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    found = read_enclosed(kept(tmp_path, head + text + part * (MAX_FILES + 5) + b"--b--\r\n"))
    assert found is not None
    assert (len(found.text), found.is_cut, len(found.files)) == (MAX_TEXT_CHARS, True, MAX_FILES)


def test_what_cannot_be_read_in_time_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosed, "SECONDS", 0.001)
    assert read_enclosed(kept(tmp_path, HEAD)) is None


def test_a_mail_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosed, "MAX_BYTES", len(HEAD) - 1)
    assert read_enclosed(kept(tmp_path, HEAD)) is None


def test_a_file_that_is_gone_is_not_shown(tmp_path: Path) -> None:
    assert read_enclosed(lambda: (tmp_path / "gone").open("rb")) is None


def test_a_file_whose_key_is_destroyed_is_not_shown() -> None:
    def erased() -> BinaryIO:
        raise Erased

    assert read_enclosed(erased) is None
