"""The web server as processes on a real port."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from gateway.settings import load
from tests.databases import Databases
from tests.fakes.desk import eventually
from tests.fakes.web import Web


@contextmanager
def another(web: Web) -> Iterator[subprocess.Popen[bytes]]:
    """A second server on the same port."""
    command = [sys.executable, "-m", "gateway.cli.main", "web"]
    with subprocess.Popen(command, env=web.environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def web(databases: Databases, tmp_path: Path) -> Iterator[Web]:
    settings = load(data_dir=tmp_path / "data", redis_url="redis://127.0.0.1:1/0")
    databases.lay(settings.effective_database_url)
    running = Web(settings)
    yield running
    running.end()


def test_it_stops_at_once_with_idle_browsers_connected(web: Web) -> None:
    idle = HTTPConnection("127.0.0.1", web.port, timeout=5)
    idle.request("GET", "/healthz")
    idle.getresponse().read()
    begun = time.monotonic()
    web.process.send_signal(signal.SIGTERM)
    assert web.process.wait(10) == 0
    assert time.monotonic() - begun < 5
    idle.close()


def test_what_is_in_flight_is_answered_before_it_stops(web: Web) -> None:
    """A body that is still on its way when the signal comes."""
    peer = socket.create_connection(("127.0.0.1", web.port))
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
    peer.sendall(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")
    time.sleep(0.3)
    threading.Timer(0.5, lambda: peer.sendall(b"a=b&")).start()
    web.process.send_signal(signal.SIGTERM)
    peer.settimeout(5)
    assert peer.recv(100).startswith(b"HTTP/1.1 400")  # no form token
    peer.close()
    assert web.process.wait(10) == 0


def test_who_never_ends_a_request_does_not_keep_it_from_stopping(web: Web) -> None:
    with socket.create_connection(("127.0.0.1", web.port)) as peer:
        peer.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\na")
        time.sleep(0.3)
        web.process.send_signal(signal.SIGTERM)
        assert web.process.wait(10) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares the callers of a port")
def test_several_share_a_port_and_one_that_is_killed_leaves_it_to_the_others(web: Web) -> None:
    with another(web) as second:
        assert eventually(lambda: len(psutil.Process(second.pid).net_connections()) > 0, within=60)
        web.process.kill()
        web.process.wait(10)
        assert [web.status("/healthz") for _ in range(20)] == [200] * 20


def test_a_port_that_somebody_else_has_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = load(data_dir=tmp_path / "data", web_port=port).environment()
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "web"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert f"Cannot listen on 127.0.0.1:{port} (M4A_WEB_PORT): Address already in use" in said
    assert "Traceback" not in done.stderr


def test_a_file_streams_from_the_server(web: Web) -> None:
    assert web.status("/static/css/app.css") == 200


def test_port_0_takes_a_free_one(tmp_path: Path) -> None:
    environment = load(data_dir=tmp_path / "data", web_port=0).environment()
    with subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "web"], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.terminate()
        assert process.wait(10) == 0
    assert '"event": "web.listening"' in line
    assert '"port": 0' not in line
