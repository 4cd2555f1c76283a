"""What people say about an account, and that a saved secret goes nowhere else."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway.desk.servers.login import Login, checked, goes_elsewhere, one_line
from gateway.errors import Invalid
from gateway.store.servers import Auth, Security

LOGIN = Login(host="smtp.example.org", username="help", sealed_secret="sealed", port=465)
TOKEN = replace(LOGIN, auth=Auth.XOAUTH2, token_url="https://token.example/t", client_id="us")


@dataclass
class Row:
    host: str = "smtp.example.org"
    port: int = 465
    username: str = "help"
    auth: str = "password"
    token_url: str = ""
    sealed_secret: str = "sealed before"
    sealed_client_secret: str = "sealed client"


def field_of(login: Login, before: Row | None = None, **options: bool) -> str:
    with pytest.raises(Invalid) as caught:
        checked(login, before, **options)
    return caught.value.field


def test_a_login_becomes_columns() -> None:
    made = checked(replace(LOGIN, host=" SMTP.Bücher.example ", security=Security.STARTTLS), None)
    assert (made["host"], made["port"], made["security"]) == ("smtp.xn--bcher-kva.example", 465, "starttls")
    assert (made["username"], made["auth"], made["sealed_secret"]) == ("help", "password", "sealed")
    assert (made["sealed_access_token"], made["token_expires_at"]) == ("", None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "a b"}, "host"),
        ({"host": "a" * 256}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"username": ""}, "username"),
        ({"username": "a\r\nb"}, "username"),
        ({"username": "a" * 321}, "username"),
        ({"sealed_secret": ""}, "secret"),
        ({"auth": Auth.XOAUTH2}, "token_url"),
        ({"auth": Auth.XOAUTH2, "token_url": "https://t.example/"}, "token_url"),
        ({"auth": Auth.XOAUTH2, "token_url": "ftp://t.example/", "client_id": "us"}, "token_url"),
    ],
)
def test_what_makes_no_sense_is_named(changes: dict[str, Any], field: str) -> None:
    assert field_of(replace(LOGIN, **changes)) == field


@pytest.mark.parametrize("port", [1, 65535])
def test_every_port_will_do(port: int) -> None:
    assert checked(replace(LOGIN, port=port), None)["port"] == port


def test_without_a_user_name_there_is_no_secret() -> None:
    nobody = replace(LOGIN, username="")
    made = checked(nobody, Row(), may_be_nobody=True)
    assert (made["username"], made["sealed_secret"], made["sealed_client_secret"]) == ("", "", "")


def test_an_empty_secret_leaves_the_one_that_is_there() -> None:
    made = checked(replace(LOGIN, sealed_secret="", security=Security.STARTTLS), Row())
    assert (made["sealed_secret"], made["sealed_client_secret"]) == ("sealed before", "sealed client")
    assert checked(LOGIN, Row())["sealed_secret"] == "sealed"


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "evil.example"},
        {"port": 2525},
        {"username": "other"},
        {"auth": Auth.XOAUTH2, "token_url": "https://evil.example/t", "client_id": "us"},
    ],
)
def test_a_saved_secret_is_sent_to_nobody_else(changes: dict[str, Any]) -> None:
    assert field_of(replace(LOGIN, sealed_secret="", **changes), Row()) == "secret"
    made = checked(replace(LOGIN, **changes), Row())
    assert (made["sealed_secret"], made["sealed_client_secret"]) == ("sealed", "")


def test_a_saved_refresh_token_goes_to_no_other_token_server() -> None:
    row = Row(auth="xoauth2", token_url="https://token.example/t")
    assert checked(replace(TOKEN, sealed_secret=""), row)["sealed_secret"] == "sealed before"
    elsewhere = replace(TOKEN, sealed_secret="", token_url="https://evil.example/t")
    assert field_of(elsewhere, row) == "secret"
    assert goes_elsewhere(row, checked(replace(elsewhere, sealed_secret="x"), row))


@pytest.mark.parametrize("text", ["", "a\nb", "a\x00b", "ab\u2028", "abcd"])
def test_a_line_is_one_line(text: str) -> None:
    with pytest.raises(Invalid):
        one_line(text, "x", 3)
    assert one_line("abc", "x", 3) == "abc"
