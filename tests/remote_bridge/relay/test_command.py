import socket
import subprocess
import sys

from click.testing import CliRunner

from gateway.settings import Settings
from remote_bridge.relay.command import relay


def test_the_command_explains_itself() -> None:
    done = CliRunner().invoke(relay, ["--help"])
    assert done.exit_code == 0
    assert "Pair and forward" in done.output


def test_a_port_that_is_taken_is_said_in_one_line(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "relay"],
            env=settings.with_values(relay_port=port).environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode != 0
    assert f"127.0.0.1:{port} (M4A_RELAY_PORT)" in done.stderr
    assert "Traceback" not in done.stderr
