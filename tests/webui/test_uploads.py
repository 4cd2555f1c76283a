import io

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from webui import office, uploads


def sent(name: str, content: bytes = b"x", kind: str = "text/plain") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name, content_type=kind)


def test_a_file_is_kept_byte_for_byte(app: Flask) -> None:
    content = bytes(range(256)) * 3000
    with app.test_request_context():
        (kept,) = uploads.keep([sent("a.bin", content, "application/x-thing")])
        assert office.office().blobs.read(kept.blob.sha256) == content
    assert (kept.filename, kept.content_type, kept.blob.size_bytes) == (
        "a.bin",
        "application/x-thing",
        768000,
    )


def test_an_empty_file_field_is_no_file(app: Flask) -> None:
    with app.test_request_context():
        assert uploads.keep([sent("")]) == ()


@pytest.mark.parametrize(
    ("name", "kept_as"), [("C:\\Users\\ann\\a.txt", "a.txt"), ("../../a.txt", "a.txt"), ("dir/", "file")]
)
def test_folders_in_a_name_are_dropped(app: Flask, name: str, kept_as: str) -> None:
    with app.test_request_context():
        assert uploads.keep([sent(name)])[0].filename == kept_as


def test_pictures_of_the_text_are_told_from_files(app: Flask) -> None:
    with app.test_request_context():
        kept = uploads.keep([sent("a.txt")], [sent("b.png"), sent("")])
    assert [(one.filename, one.is_picture) for one in kept] == [("b.png", True), ("a.txt", False)]
