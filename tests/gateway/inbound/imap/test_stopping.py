import socket
import threading

import pytest

from gateway import clock
from gateway.inbound.imap.stopping import Stopped, Stopper


def test_whoever_waits_is_woken_at_once() -> None:
    stopper = Stopper()
    timer = threading.Timer(0.05, stopper.set)
    timer.start()
    began = clock.monotonic()
    with pytest.raises(Stopped):
        stopper.wait([], 30)
    assert clock.monotonic() - began < 20
    timer.join()
    stopper.close()


def test_a_wait_ends_with_what_there_is_to_read() -> None:
    ours, theirs = socket.socketpair()
    stopper = Stopper()
    with ours, theirs:
        assert not stopper.wait([ours], 0.01)
        theirs.send(b"x")
        assert stopper.wait([ours], 30)
    stopper.close()


def test_it_stays_set_and_may_be_set_twice_and_when_closed() -> None:
    stopper = Stopper()
    stopper.check()
    for _ in range(100_000):
        stopper.set()
    with pytest.raises(Stopped):
        stopper.check()
    stopper.close()
    stopper.set()
