"""Pictures get their previews after filing; what cannot be decoded is left alone."""

import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from gateway.inbound import previews
from gateway.store import session
from gateway.store.models import Outbox
from gateway.store.outbox import Topic
from gateway.store.queries.articles import AttachmentView
from tests import world as cast
from tests.databases import Databases, configured
from tests.world import World


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(db_url):
        yield cast.build(tmp_path, databases.given(db_url))


def png(size: tuple[int, int] = (1000, 500), colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


def mail_with(*contents: bytes, subject: str = "pictures") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "ann@acme.example", subject
    made.set_content("See.")
    for content in contents:
        made.add_attachment(content, "application", "octet-stream", filename="a.bin")
    return made.as_bytes()


def owed() -> list[int]:
    with session.reading() as db:
        mine = select(Outbox.ref_id).where(Outbox.topic == Topic.PREVIEW.value)
        return list(db.execute(mine).scalars())


def files(world: World, number: int = 1) -> tuple[AttachmentView, ...]:
    return world.detail(number).articles[0].attachments


def test_a_picture_gets_a_small_one_and_other_files_none(world: World) -> None:
    world.receive(mail_with(png(), b"words", png()[:200]))
    (article_id,) = owed()
    previews.make_previews(article_id, blobs=world.blobs)
    picture, text, broken = files(world)
    assert (text.preview_sha256, broken.preview_sha256, owed()) == (None, None, [])
    assert broken.detected_type == "image/png"
    assert picture.preview_sha256 is not None
    made = Image.open(io.BytesIO(world.blobs.read(picture.preview_sha256)))
    assert (made.format, made.size) == ("WEBP", (480, 240))


def test_a_mail_without_pictures_owes_none(world: World) -> None:
    world.receive(mail_with(b"words"))
    assert owed() == []


def test_the_same_picture_again_is_not_decoded_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.receive(mail_with(png()))
    previews.make_previews(owed()[0], blobs=world.blobs)
    monkeypatch.setattr(previews, "_PROGRAM", Path("/nowhere"))
    world.receive(mail_with(png(), subject="again"))
    previews.make_previews(owed()[0], blobs=world.blobs)
    assert files(world, 2)[0].preview_sha256 == files(world, 1)[0].preview_sha256 is not None


def test_a_picture_that_is_gone_is_done_with(world: World) -> None:
    world.receive(mail_with(png()))
    world.blobs.forget(files(world)[0].sha256)
    previews.make_previews(owed()[0], blobs=world.blobs)
    assert owed() == []


def test_a_decoder_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "endless.py"
    program.write_text("while True: pass")
    monkeypatch.setattr(previews, "_PROGRAM", program)
    monkeypatch.setattr(previews, "CHILD_SECONDS", 0.3)
    assert previews.run(png()) == b""


def test_the_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "curious.py"
    program.write_text("import os; print(sorted(name for name in os.environ if 'SECRET' in name))")
    monkeypatch.setattr(previews, "_PROGRAM", program)
    monkeypatch.setenv("M4A_SECRET_KEY", "hunter2")
    assert previews.run(png()).strip() == b"[]"


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", png()[:100], b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture_has_no_preview(content: bytes) -> None:
    assert previews.run(content) == b""
