import pytest

from remote_bridge.protocol.errors import Malformed, TooLarge
from remote_bridge.protocol.hello import Hello, HostHello, SystemHello, ViewerHello, Way, parse_hello
from tests.remote_bridge.vectors import code_of, vectors_of

HOST = HostHello(bytes(range(32)), bytes(32), Way.BROWSER)
VIEWER = ViewerHello(bytes(range(32)))
SYSTEM = SystemHello("k3n8w1z6")


@pytest.mark.parametrize("hello", [HOST, VIEWER, SYSTEM])
def test_a_first_message_comes_back_as_it_was(hello: Hello) -> None:
    assert parse_hello(hello.text()) == hello
    assert parse_hello(hello.text().encode()) == hello


def test_first_messages_are_judged_as_the_vectors_say() -> None:
    for one in vectors_of("texts")["first"]:
        assert code_of(parse_hello, one["text"]) == one["code"], one


def test_a_first_message_has_two_kibibytes_at_most() -> None:
    text = VIEWER.text()
    padded = text[:-1] + " " * (2048 - len(text)) + "}"
    assert parse_hello(padded) == VIEWER
    with pytest.raises(TooLarge):
        parse_hello(" " + padded)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Malformed):
        parse_hello(b'{"role":"viewer\xff"}')


def test_no_secret_is_shown() -> None:
    assert "\\x" not in f"{HOST!r}{VIEWER!r}"
