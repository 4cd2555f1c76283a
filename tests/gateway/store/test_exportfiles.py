"""The files of exports: whole ones alone are offered."""

from pathlib import Path

import pytest

from gateway.errors import NotFound
from gateway.store.exportfiles import ExportFiles


def kept(files: ExportFiles, public_id: str, content: bytes = b"whole") -> None:
    with files.writing(public_id) as file:
        file.write(content)


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    files = ExportFiles(tmp_path)
    with files.writing("one") as file:
        file.write(b"half")
        with pytest.raises(NotFound):
            files.open("one")
        file.write(b" and half")
    with files.open("one") as found:
        assert found.read() == b"half and half"
    assert files.size_bytes("one") == 13


def test_of_one_that_failed_nothing_is_left(tmp_path: Path) -> None:
    files = ExportFiles(tmp_path)

    def fail() -> None:
        with files.writing("one") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(files.root.iterdir()) == []


def test_what_is_forgotten_goes_with_what_was_begun_of_it(tmp_path: Path) -> None:
    files = ExportFiles(tmp_path)
    assert files.list_ids() == frozenset()
    for name in ("one", "two"):
        kept(files, name)
        (files.root / f"{name}.killed.part").touch()
    assert files.list_ids() == {"one", "two"}
    files.forget_parts("two")
    assert files.forget(["one"]) == 2
    assert [path.name for path in files.root.iterdir()] == ["two.zip"]
