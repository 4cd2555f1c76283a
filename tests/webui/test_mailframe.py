import base64
from dataclasses import replace

import pytest
from flask import Flask

from gateway.store.queries.articles import AttachmentView
from tests.webui.cast import PNG, World
from webui import csp, mailframe


def picture(world: World, content: bytes = PNG, detected: str = "image/png", size: int = 0) -> AttachmentView:
    return AttachmentView(
        public_id="id",
        filename="a.png",
        content_type="image/png",
        detected_type=detected,
        size_bytes=size or len(content),
        sha256=world.ours.blobs.put(content).sha256,
        inline=True,
        content_id="pic@x",
    )


def document_of(html: str, *files: AttachmentView) -> str:
    return mailframe.mail_html(html, files).get_data(as_text=True)


def test_a_mails_own_picture_is_in_the_document(app: Flask, world: World) -> None:
    with app.test_request_context():
        document = mailframe.mail_html('<img src="cid:pic@x">', [picture(world)])
    assert f'src="data:image/png;base64,{base64.b64encode(PNG).decode()}"' in document.get_data(as_text=True)


def test_the_document_may_do_nothing(app: Flask) -> None:
    with app.test_request_context():
        document = mailframe.mail_html("<p>x</p>", [])
    assert document.headers["Content-Security-Policy"] == csp.MAIL_POLICY
    assert "sandbox" in csp.MAIL_POLICY


@pytest.mark.parametrize("source", ["cid:PIC%40x", "cid:pic%40x", "CID:pic@x"])
def test_a_content_id_may_be_percent_encoded(source: str) -> None:
    expected = "data:x" if source != "cid:PIC%40x" else source
    assert mailframe.with_pictures(f'<img src="{source}">', {"pic@x": "data:x"}) == f'<img src="{expected}">'


def test_an_unknown_picture_stays_a_gap() -> None:
    assert mailframe.with_pictures('<img src="cid:no">', {}) == '<img src="cid:no">'


def test_something_else_under_a_pictures_name_is_not_put_in(app: Flask, world: World) -> None:
    html, most = '<img src="cid:pic@x">', mailframe.MAX_PICTURES_BYTES
    with app.test_request_context():
        assert "data:" not in document_of(html, picture(world, b"<svg onload=alert(1)>", "image/svg+xml"))
        assert "data:" not in document_of(html, picture(world, size=most + 1))
        assert "data:" in document_of(html, picture(world, size=most))


def test_a_lost_picture_breaks_nothing(app: Flask, world: World) -> None:
    lost = replace(picture(world), sha256="0" * 64)
    with app.test_request_context():
        assert "cid:pic@x" in document_of('<img src="cid:pic@x">', lost)
