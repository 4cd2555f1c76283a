import gzip

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from webui import compression

GZIP = {"Accept-Encoding": "br, gzip"}


@pytest.fixture
def pages() -> FlaskClient:
    app = Flask("pages")
    compression.install(app)
    app.add_url_rule("/large", view_func=lambda: "x" * 1024, endpoint="large")
    app.add_url_rule("/small", view_func=lambda: "x" * 1023, endpoint="small")
    app.add_url_rule("/picture", view_func=lambda: Response("x" * 5000, mimetype="image/png"), endpoint="p")
    return app.test_client()


def test_a_page_of_a_kilobyte_leaves_compressed(pages: FlaskClient) -> None:
    answer = pages.get("/large", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == b"x" * 1024
    assert answer.content_length == len(answer.data)


def test_a_smaller_one_does_not(pages: FlaskClient) -> None:
    assert "Content-Encoding" not in pages.get("/small", headers=GZIP).headers


def test_pictures_are_left_alone(pages: FlaskClient) -> None:
    assert "Content-Encoding" not in pages.get("/picture", headers=GZIP).headers


def test_who_cannot_read_it_gets_it_plain(pages: FlaskClient) -> None:
    assert pages.get("/large").data == b"x" * 1024
