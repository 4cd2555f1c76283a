import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.errors import NotFound
from gateway.store.queries.articles import AttachmentView
from tests.webui.cast import PNG, World
from webui import csp, files


def view(world: World, content: bytes, detected: str, *, declared: str = "") -> AttachmentView:
    blob = world.ours.blobs.put(content)
    kind = declared or detected
    return AttachmentView("id", "a", kind, detected, len(content), blob.sha256, inline=False, content_id="")


def test_a_picture_is_shown_in_place(app: Flask, world: World) -> None:
    with app.test_request_context():
        answer = files.attachment(view(world, PNG, "image/png"))
        answer.direct_passthrough = False
        assert answer.get_data() == PNG
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Content-Length"] == str(len(PNG))


def test_on_wish_it_is_a_download(app: Flask, world: World) -> None:
    with app.test_request_context():
        answer = files.attachment(view(world, PNG, "image/png"), download=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("detected", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"])
def test_what_could_act_is_a_download_in_a_sandbox(app: Flask, world: World, detected: str) -> None:
    with app.test_request_context():
        answer = files.attachment(view(world, b"<script>", detected, declared="image/png"))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == csp.FILE_POLICY


@pytest.mark.parametrize("declared", ["text/html\r\nSet-Cookie: a=b", "x", "a/b c", "é/é"])
def test_a_declared_type_cannot_write_headers(app: Flask, world: World, declared: str) -> None:
    with app.test_request_context():
        answer = files.attachment(view(world, b"x", "text/plain", declared=declared))
    assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("Übersicht.html", "attachment; filename=\"_bersicht.html\"; filename*=UTF-8''%C3%9Cbersicht.html"),
        ('a"b%.txt', "attachment; filename=\"a_b_.txt\"; filename*=UTF-8''a%22b%25.txt"),
        ("../../etc/passwd", 'attachment; filename="....etcpasswd"'),
        ("a\r\nb", 'attachment; filename="ab"'),
        ("", 'attachment; filename="file"'),
        ("\u202eexe.txt", 'attachment; filename="exe.txt"'),
    ],
)
def test_file_names_are_written_as_rfc_6266_says(name: str, header: str) -> None:
    assert files.disposition(name, shown=False) == header


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
    with app.test_request_context():
        answer = files.raw_mail(world.ours.blobs.put(raw).sha256, "m1")
        answer.direct_passthrough = False
        assert answer.get_data() == raw
    assert answer.headers["Content-Disposition"] == 'attachment; filename="m1.eml"'


def test_a_strangers_file_and_raw_mail_are_not_found(app: Flask, world: World) -> None:
    article = world.ours.ticket.articles[0]
    other = app.test_client()
    other.set_cookie("session", world.stranger.cookie)
    for path in (f"/attachments/{article.attachments[0].public_id}", f"/articles/{article.public_id}/raw"):
        assert other.get(path).status_code == 404


def test_our_own_file_is_found(browser: FlaskClient, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    assert browser.get(f"/attachments/{file.public_id}").status_code == 200
