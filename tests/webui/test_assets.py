import pytest
from flask.testing import FlaskClient

from webui import assets


def test_a_file_is_kept_for_good_under_its_hash(client: FlaskClient) -> None:
    address = assets.asset("css/app.css")
    assert address.startswith("/static/css/app.css?v=")
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


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
