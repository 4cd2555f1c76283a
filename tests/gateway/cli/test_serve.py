import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from gateway.settings import Settings, load
from tests.fakes.desk import eventually
from workers import embedded

pytestmark = pytest.mark.journey


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path / "data", web_port=0, smtp_port=0, lmtp_port=0, relay_port=0)


def _read(settings: Settings, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((settings.run_dir / name).read_text())
    return found


def _is_ready(settings: Settings) -> bool:
    return (settings.run_dir / "endpoints.json").exists()


@pytest.fixture
def serve(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", "serve"],
            env=settings.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.terminate()
        process.communicate(timeout=15)


def test_endpoints_are_written_when_everything_answers_and_go_at_a_clean_stop(
    settings: Settings, serve: Callable[[], subprocess.Popen[str]]
) -> None:
    process = serve()
    assert eventually(lambda: _is_ready(settings), within=40)
    endpoints = _read(settings, "endpoints.json")
    with urlopen(endpoints["web"] + "/healthz", timeout=5) as answer:
        assert answer.status == 200
    for door in ("smtp", "lmtp"):
        host, port = endpoints[door].split(":")
        with socket.create_connection((host, int(port)), timeout=5) as peer:
            assert peer.recv(100).startswith(b"220")
    with urlopen(endpoints["relay"].replace("ws:", "http:") + "/healthz", timeout=5) as answer:
        assert answer.status == 200
    began = time.monotonic()
    process.terminate()
    out, _ = process.communicate(timeout=12)
    assert process.returncode == 0
    assert time.monotonic() - began < 10
    assert endpoints["web"] in out
    assert {path.name for path in settings.run_dir.iterdir()} == {"lock"}
    assert not embedded.answers(settings)


def test_a_second_serve_on_the_same_data_is_refused_in_one_line(
    settings: Settings, serve: Callable[[], subprocess.Popen[str]]
) -> None:
    serve()
    assert eventually(lambda: _is_ready(settings), within=40)
    second = serve()
    _, error = second.communicate(timeout=15)
    assert second.returncode == 1
    assert error.splitlines() == [f"manage4all: Another `manage4all serve` is using {settings.root}."]
    assert _is_ready(settings)


def test_the_queue_server_is_started_again_when_it_is_killed(
    settings: Settings, serve: Callable[[], subprocess.Popen[str]]
) -> None:
    serve()
    assert eventually(lambda: _is_ready(settings), within=40)
    (before,) = _read(settings, "pids.json")["queue"]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: _read(settings, "pids.json")["queue"] not in ([before], []), within=3)
    assert eventually(lambda: embedded.answers(settings), within=3)


def test_a_caller_is_answered_though_every_acceptor_was_just_killed(
    settings: Settings, serve: Callable[[], subprocess.Popen[str]]
) -> None:
    serve()
    assert eventually(lambda: _is_ready(settings), within=40)
    for pid in _read(settings, "pids.json")["smtp"]:
        os.kill(pid, signal.SIGKILL)
    host, port = _read(settings, "endpoints.json")["smtp"].split(":")
    with smtplib.SMTP(host, int(port), timeout=10) as peer:
        assert peer.noop()[0] == 250


def test_after_a_killed_serve_the_next_one_starts(
    settings: Settings, serve: Callable[[], subprocess.Popen[str]]
) -> None:
    first = serve()
    assert eventually(lambda: _is_ready(settings), within=40)
    first.kill()
    first.wait(5)
    serve()
    assert eventually(
        lambda: _is_ready(settings) and _read(settings, "pids.json")["serve"] != [first.pid], within=40
    )


def test_a_port_in_use_is_one_clear_line(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "serve"],
            env=settings.with_values(smtp_port=port).environment(),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"127.0.0.1:{port} (M4A_SMTP_PORT)" in line
