import io

import pytest
from flask.testing import FlaskClient

from tests.webui.cast import World

PATH = "/api/v1/tickets/1/articles"
NOTE = '{"kind":"note","text":"x"}'


def test_what_is_not_json_is_400(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers | {"Content-Type": "application/json"}
    for body in (b"{", b"", b"\xff"):
        answer = client.post(PATH, data=body, headers=headers)
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_415(client: FlaskClient, world: World, kind: str) -> None:
    headers = world.ours.headers | {"Content-Type": kind}
    assert client.post(PATH, data=NOTE, headers=headers).status_code == 415


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"files": (io.BytesIO(b"x"), "a.txt")}, "/data"),
        ({"data": NOTE, "more": "x"}, "/more"),
        ({"data": NOTE, "file": (io.BytesIO(b"x"), "a.txt")}, "/file"),
    ],
)
def test_a_form_has_data_and_files_and_nothing_else(
    client: FlaskClient, world: World, form: dict[str, object], pointer: str
) -> None:
    headers = world.ours.headers | {"Content-Type": "multipart/form-data"}
    answer = client.post(PATH, data=form, headers=headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == pointer


def test_json_with_a_suffix_is_json(client: FlaskClient, world: World) -> None:
    headers = world.ours.headers | {"Content-Type": "application/vnd.x+json"}
    assert client.post(PATH, data=NOTE, headers=headers).status_code == 201
