"""Where one goes when one is done with a ticket."""

import pytest
from flask import Flask

from webui.tickets import onward

FORM = {"next": "7", "list": "/?view=mine"}


@pytest.mark.parametrize(
    ("likes", "form", "place"),
    [
        ("", FORM, "/t/1"),
        ("stay", FORM, "/t/1"),
        ("what", FORM, "/t/1"),
        ("next", FORM, "/t/7"),
        ("next", {**FORM, "next": ""}, "/?view=mine"),
        ("next", {**FORM, "next": "x"}, "/?view=mine"),
        ("next", {"next": "7" * 10, "list": "/"}, "/"),
        ("list", FORM, "/?view=mine"),
        ("list", {"list": "https://evil.example/"}, "/"),
        ("list", {}, "/"),
    ],
)
def test_one_goes_where_one_likes_to(app: Flask, likes: str, form: dict[str, str], place: str) -> None:
    headers = {"Cookie": f"onward={likes}"}
    with app.test_request_context("/", method="POST", data=form, headers=headers):
        assert onward.place("/t/1") == place


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/t/1", "/t/1?done=x"),
        ("/?view=mine", "/?view=mine&done=x"),
        ("/?done=y&view=mine&sent=z", "/?view=mine&done=x"),
        ("/t/1#m-1", "/t/1?done=x"),
    ],
)
def test_an_act_is_told_of_once(path: str, told: str) -> None:
    assert onward.with_act(path, "x") == told
