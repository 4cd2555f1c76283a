"""imaplib within bounds; what a server does against them is shown by the session's tests."""

from collections.abc import Iterator

import pytest

from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach, connect
from gateway.inbound.imap.guarded import GuardedClient
from gateway.inbound.imap.stopping import Stopped, Stopper
from gateway.store.servers import Trouble
from tests.fakes.imap_server import ImapServer

REACH = Reach(allows_private=True, read_seconds=5)


@pytest.fixture
def stopper() -> Iterator[Stopper]:
    made = Stopper()
    yield made
    made.close()


@pytest.fixture
def client(server: ImapServer, stopper: Stopper) -> Iterator[GuardedClient]:
    made = GuardedClient(connect("127.0.0.1", server.port, REACH), "localhost", REACH, stopper)
    yield made
    made.shutdown()


def test_a_command_may_read_only_so_much(client: GuardedClient) -> None:
    with client.dialogue.bounded(most_bytes=10_000, seconds=5):
        client.noop()
    with pytest.raises(ServerFault) as caught, client.dialogue.bounded(most_bytes=5, seconds=5):
        client.noop()
    assert caught.value.trouble is Trouble.TOO_MUCH


def test_a_command_may_take_only_so_long(client: GuardedClient) -> None:
    with pytest.raises(ServerFault) as caught, client.dialogue.bounded(most_bytes=10_000, seconds=-1):
        client.noop()
    assert caught.value.trouble is Trouble.TIMEOUT


def test_what_nobody_asked_for_does_not_pile_up(client: GuardedClient, server: ImapServer) -> None:
    server.faults.answer["NOOP"] = b"* 7 EXISTS\r\n* OK [ALERT] hello\r\nTAG OK done\r\n"
    for _ in range(3):
        with client.dialogue.bounded(most_bytes=10_000, seconds=5):
            client.noop()
    assert sum(map(len, client.dialogue.untagged_responses.values())) <= 3
    assert client.dialogue.has_news


def test_whoever_waits_is_stopped(client: GuardedClient, stopper: Stopper) -> None:
    stopper.set()
    with pytest.raises(Stopped), client.dialogue.bounded(most_bytes=10_000, seconds=5):
        client.noop()


def test_the_log_of_the_library_is_off(client: GuardedClient) -> None:
    assert client.dialogue.debug == 0
