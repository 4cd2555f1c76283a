"""The files of a request, and which of them are pictures of its text."""

import io

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from gateway.errors import Invalid
from webui.api import attaching
from webui.api.inputs import FileIn


def sent(*names: str) -> list[FileStorage]:
    return [FileStorage(io.BytesIO(b"x"), filename=name) for name in names]


def test_only_what_is_called_inline_is_a_picture(app: Flask) -> None:
    told = [FileIn(filename="a.png", inline=True), FileIn(filename="b.png")]
    with app.test_request_context():
        kept = attaching.keep(sent("a.png", "b.png", "c.png"), told)
    assert [(file.filename, file.is_picture) for file in kept] == [
        ("a.png", True),
        ("b.png", False),
        ("c.png", False),
    ]


@pytest.mark.parametrize("names", [(), ("b.png",)])
def test_a_name_that_did_not_come_is_refused_where_it_stands(app: Flask, names: tuple[str, ...]) -> None:
    told = [FileIn(filename=name) for name in (*names, "a.png")]
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        attaching.keep(sent(*names), told)
    assert refused.value.field == f"files.{len(names)}.filename"
