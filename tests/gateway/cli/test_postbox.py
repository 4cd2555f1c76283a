"""`manage4all postbox` as a process."""

import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.postbox import open_socket
from gateway.errors import Unavailable
from gateway.settings import Settings, load
from gateway.store.postbox import Postbox


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path / "data", demo=True)


def test_it_keeps_mail_from_an_open_socket_until_it_is_told_to_stop(settings: Settings) -> None:
    listener = open_socket(settings)
    port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "postbox", "--fd", str(listener.fileno())],
        env={**os.environ, **settings.environment()},
        pass_fds=(listener.fileno(),),
        stderr=subprocess.DEVNULL,
    )
    listener.close()
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        smtp.sendmail("x@desk.example", ["ann@customer.example"], b"a: b\r\n\r\nc\r\n")
        process.send_signal(signal.SIGTERM)  # with a session still open
        assert process.wait(10) == 0
        smtp.close()
    assert len(Postbox(settings.postbox_dir).list_mails("ann@customer.example", limit=9)) == 1


def test_a_taken_port_is_said_in_words(settings: Settings) -> None:
    first = open_socket(settings)
    with first, pytest.raises(Unavailable, match="M4A_POSTBOX_PORT"):
        open_socket(settings.with_values(postbox_port=first.getsockname()[1]))
