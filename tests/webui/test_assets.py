import gzip

import pytest
from flask.testing import FlaskClient

from webui import assets


def test_a_file_is_kept_for_good_under_its_hash(client: FlaskClient) -> None:
    address = assets.asset("css/app.css")
    assert address.startswith("/static/css/app.css?v=")
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_text_travels_compressed_to_who_can_read_that(client: FlaskClient) -> None:
    address = assets.asset("js/app.js")
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.content_type == packed.content_type == "text/javascript; charset=utf-8"
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(packed.data) == plain.data
    assert (
        client.get(address, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"}).data == plain.data[:10]
    )


@pytest.mark.parametrize("name", ["icons/icon-192.png", "nothing.js", "../app.py", "js/%2e%2e/%2e%2e/app.js"])
def test_what_is_no_text_or_not_there_is_handed_out_as_ever(client: FlaskClient, name: str) -> None:
    address = f"/static/{name}?v=1"
    plain, other = (client.get(address, headers={"Accept-Encoding": kind}) for kind in ("identity", "gzip"))
    assert "Content-Encoding" not in other.headers or plain.status_code == other.status_code == 404
    assert plain.status_code == other.status_code


def test_nothing_is_remembered_of_names_that_anybody_makes_up(client: FlaskClient) -> None:
    client.get(assets.asset("js/app.js"), headers={"Accept-Encoding": "gzip"})
    known = assets._packed.cache_info().currsize
    for number in range(20):
        for name in (f"made{number}.js", f"js/x{number}/../app.js", f"js/./{number}/../app.js"):
            client.get(f"/static/{name}?v=1", headers={"Accept-Encoding": "gzip"})
    assert assets._packed.cache_info().currsize == known


def test_without_the_hash_browsers_ask_again(client: FlaskClient) -> None:
    assert "immutable" not in client.get("/static/css/app.css").headers["Cache-Control"]


def test_a_missing_file_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/nothing.css?v=1")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        assets.asset("nothing.css")


def test_an_icon_is_a_picture_that_nobody_reads_aloud() -> None:
    assert assets.icon("clip").startswith('<svg class="icon" aria-hidden="true"><use href="/static/icons/')
    assert "#clip" in assets.icon("clip")
