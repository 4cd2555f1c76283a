import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.cli.parts import Stage, answers_http, doors, fetchers, greets, installed_parts, is_running
from gateway.settings import load


@contextmanager
def _one_answer(answer: bytes) -> Iterator[int]:
    """A server that says one thing to its first caller."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.sendall(answer)
                while caller.recv(1000):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def test_a_door_is_ready_when_it_greets() -> None:
    with _one_answer(b"220 desk ESMTP\r\n") as port:
        assert greets("127.0.0.1", port)
    with _one_answer(b"554 no\r\n") as port:
        assert not greets("127.0.0.1", port)


def test_a_socket_that_nobody_serves_yet_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not greets("127.0.0.1", listener.getsockname()[1])


def test_a_web_server_is_ready_when_it_says_200() -> None:
    with _one_answer(b"HTTP/1.0 200 OK\r\n\r\n") as port:
        assert answers_http("127.0.0.1", port)
    with _one_answer(b"HTTP/1.0 503 Not yet\r\n\r\n") as port:
        assert not answers_http("127.0.0.1", port)
    assert not answers_http("127.0.0.1", port)


def test_the_doors_get_their_sockets_by_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as smtp, socket.create_server(("127.0.0.1", 0)) as lmtp:
        part = doors(load(smtp_processes=3), smtp=smtp, lmtp=lmtp)
        assert part.argv == ("smtp", "--smtp-fd", str(smtp.fileno()), "--lmtp-fd", str(lmtp.fileno()))
        assert (part.count, part.fds) == (3, (smtp.fileno(), lmtp.fileno()))
        alone = doors(load(), smtp=smtp, lmtp=None)
        assert alone.fds == (smtp.fileno(),)


def test_the_floors_above_add_theirs() -> None:
    names = {part.name for part in installed_parts(load())}
    assert {"queue", "worker-file", "worker-deliver", "scheduler"} <= names
    assert is_running()


def test_fetchers_are_as_many_as_the_settings_say_and_stop_first() -> None:
    part = fetchers(load(imap_processes=3))
    assert (part.argv, part.count, part.stage) == (("imap",), 3, Stage.DOOR)
    assert fetchers(load(imap_processes=0)).count == 0
