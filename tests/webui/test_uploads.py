import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.datastructures import FileStorage

from gateway.errors import Conflict, NotFound
from gateway.rules.scans import Scan
from gateway.store import session
from gateway.store.models import Attachment
from tests.webui.cast import World
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


def test_a_file_of_an_earlier_message_goes_along_again(app: Flask, world: World) -> None:
    (article, *_) = world.ours.ticket.articles
    (file,) = article.attachments[:1]
    with app.test_request_context(headers={"Cookie": f"session={world.ours.cookie}"}):
        assert uploads.carry([file.public_id]) == (replace(file, article=article.public_id),)
        draft = uploads.as_draft(file)
    assert (draft.filename, draft.blob.sha256, draft.blob.size_bytes) == (
        file.filename,
        file.sha256,
        file.size_bytes,
    )


def test_a_strangers_file_goes_along_with_nothing(app: Flask, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    with (
        app.test_request_context(headers={"Cookie": f"session={world.stranger.cookie}"}),
        pytest.raises(NotFound),
    ):
        uploads.carry([file.public_id])


def test_a_file_that_the_scanner_keeps_closed_does_not_go_along(app: Flask, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    with session.transaction() as db:
        db.execute(update(Attachment).values(scan=Scan.PENDING.value))
    with (
        app.test_request_context(headers={"Cookie": f"session={world.ours.cookie}"}),
        pytest.raises(Conflict),
    ):
        uploads.carry([file.public_id])


def test_pictures_of_the_text_are_told_from_files(app: Flask) -> None:
    with app.test_request_context():
        kept = uploads.keep([sent("a.txt")], [sent("b.png"), sent("")])
    assert [(one.filename, one.is_picture) for one in kept] == [("b.png", True), ("a.txt", False)]


def test_a_picture_of_a_text_is_one_when_it_goes_along_again(world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    for inline in (True, False):
        assert uploads.as_draft(replace(file, inline=inline)).is_picture is inline
