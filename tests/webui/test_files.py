from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from gateway.errors import Conflict, Denied, DeskError, NotFound
from gateway.rules.scans import Scan
from gateway.store import session
from gateway.store.keyring import Owner
from gateway.store.models import Attachment
from gateway.store.queries.articles import AttachmentView
from tests.webui.cast import PNG, World
from webui import csp, files


def view(world: World, content: bytes, detected: str, *, declared: str = "") -> AttachmentView:
    blob = world.ours.blobs.put(content)
    kind = declared or detected
    return AttachmentView("id", "a", kind, detected, len(content), blob.sha256, inline=False, content_id="")


@pytest.mark.parametrize(
    ("content", "detected"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.4", "application/pdf"),
        (b"<script>", "text/html"),
        (b"<svg/>", "image/svg+xml"),
        (b"<a/>", "text/xml"),
    ],
)
def test_every_file_is_a_download_in_a_sandbox(
    app: Flask, world: World, content: bytes, detected: str
) -> None:
    with app.test_request_context(), files.attachment(view(world, content, detected)) as answer:
        answer.direct_passthrough = False
        assert answer.get_data() == content
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a"'
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Security-Policy"] == csp.FILE_POLICY


def test_a_picture_has_the_type_that_it_is_so_that_a_page_can_show_it(app: Flask, world: World) -> None:
    found = view(world, PNG, "image/png", declared="application/octet-stream")
    with app.test_request_context(), files.attachment(found) as answer:
        assert answer.headers["Content-Type"] == "image/png"


def test_a_preview_is_what_was_made_of_a_picture(app: Flask, world: World) -> None:
    small = world.ours.blobs.put(b"small")
    found = replace(view(world, PNG, "image/png"), preview_sha256=small.sha256)
    with app.test_request_context(), files.preview(found) as answer:
        answer.direct_passthrough = False
        assert (answer.get_data(), answer.headers["Content-Type"]) == (b"small", "image/webp")
        with pytest.raises(NotFound):
            files.preview(replace(found, preview_sha256=None))


@pytest.mark.parametrize(
    ("scan", "error"), [(Scan.PENDING, Conflict), (Scan.INFECTED, Denied), (Scan.REFUSED, Denied)]
)
def test_what_the_scanner_keeps_closed_does_not_leave(
    app: Flask, world: World, scan: Scan, error: type[DeskError]
) -> None:
    small = world.ours.blobs.put(b"small")
    closed = replace(view(world, PNG, "image/png"), scan=scan, preview_sha256=small.sha256)
    with app.test_request_context():
        for give in (files.attachment, files.preview):
            with pytest.raises(error):
                give(closed)
        with pytest.raises(Denied):
            files.raw_mail(closed.sha256, "m1", is_open=closed.is_open)


def test_what_was_erased_says_so_in_the_persons_language(browser: FlaskClient, world: World) -> None:
    article = world.ours.ticket.articles[0]
    blobs, me = world.ours.blobs, Owner("a1", "ann")
    for sha256 in (article.raw_sha256 or "", article.attachments[0].sha256):
        due = blobs.list_unsettled(now=datetime.now(UTC) + timedelta(minutes=5), most=1000)
        with blobs.keyring.exclusively():
            assert blobs.settle(sha256, me, due[sha256])
    blobs.keyring.destroy(blobs.keyring.ids_of(me))
    for path in (f"/attachments/{article.attachments[0].public_id}", f"/articles/{article.public_id}/raw"):
        answer = browser.get(path)
        assert answer.status_code == 410
        assert "This was erased." in answer.text
        browser.set_cookie("locale", "de")
        assert "Dies wurde gelöscht." in browser.get(path).text
        browser.delete_cookie("locale")
    assert browser.get("/t/1").status_code == 200


def test_a_large_file_is_whole(browser: FlaskClient, world: World) -> None:
    content = Random(1).randbytes(200_000)
    found = view(world, content, "application/pdf")
    with session.transaction() as db:
        changed = {"sha256": found.sha256, "size_bytes": found.size_bytes}
        db.execute(update(Attachment).values(**changed))
    path = f"/attachments/{world.ours.ticket.articles[0].attachments[0].public_id}"
    answer = browser.get(path)
    assert answer.data == content
    assert answer.headers["Content-Length"] == "200000"


@pytest.mark.parametrize("declared", ["text/html\r\nSet-Cookie: a=b", "x", "a/b c", "é/é"])
def test_a_declared_type_cannot_write_headers(app: Flask, world: World, declared: str) -> None:
    found = view(world, b"x", "text/plain", declared=declared)
    with app.test_request_context(), files.attachment(found) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("Übersicht.html", "attachment; filename=\"_bersicht.html\"; filename*=UTF-8''%C3%9Cbersicht.html"),
        ('a"b%.txt', "attachment; filename=\"a_b_.txt\"; filename*=UTF-8''a_b%25.txt"),
        ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"'),
        ("nul.txt", 'attachment; filename="_nul.txt"'),
        ("report.exe. .", 'attachment; filename="report.exe"'),
        ("a\r\nb", 'attachment; filename="ab"'),
        ("", 'attachment; filename="file"'),
        ("\u202eexe.txt", 'attachment; filename="exe.txt"'),
    ],
)
def test_file_names_are_written_as_rfc_6266_says(name: str, header: str) -> None:
    assert files.disposition(name) == header


def test_a_browser_that_has_it_is_not_sent_it_again(app: Flask, world: World) -> None:
    found = view(world, PNG, "image/png")
    with app.test_request_context(headers={"If-None-Match": f'"{found.sha256}"'}):
        assert files.attachment(found).status_code == 304


def test_a_lost_blob_is_not_found(app: Flask, world: World) -> None:
    lost = AttachmentView("id", "a", "text/plain", "text/plain", 1, "0" * 64, inline=False, content_id="")
    with app.test_request_context(), pytest.raises(NotFound):
        files.attachment(lost)


def test_the_raw_mail_comes_byte_for_byte(app: Flask, world: World) -> None:
    raw = b"From: a@b.example\r\n\r\nx\r\n"
    kept = world.ours.blobs.put(raw)
    with app.test_request_context(), files.raw_mail(kept.sha256, "m1", is_open=True) as answer:
        answer.direct_passthrough = False
        assert answer.get_data() == raw
    assert answer.headers["Content-Disposition"] == 'attachment; filename="m1.eml"'


def test_a_strangers_file_and_raw_mail_are_not_found(app: Flask, world: World) -> None:
    article = world.ours.ticket.articles[0]
    other = app.test_client()
    other.set_cookie("session", world.stranger.cookie)
    file = article.attachments[0].public_id
    paths = [f"/attachments/{file}{more}" for more in ("", "/preview", "/mail")]
    for path in (
        *paths,
        f"/articles/{article.public_id}/raw",
        f"/articles/{article.public_id}/html?images=1",
    ):
        assert other.get(path).status_code == 404


def test_our_own_file_is_found(browser: FlaskClient, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    assert browser.get(f"/attachments/{file.public_id}").status_code == 200
