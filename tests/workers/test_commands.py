import subprocess
import sys

from gateway.settings import Settings
from tests.fakes.desk import Start


def test_an_unknown_queue_is_refused_with_usage(start: Start) -> None:
    _, error = (refused := start("worker", "--queue", "nothing")).communicate(timeout=10)
    assert refused.returncode == 2
    assert "file" in error


def test_the_queue_server_is_no_command_for_people(settings: Settings) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "--help"],
        env=settings.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "queue-server" not in shown.stdout
    assert "scheduler" in shown.stdout
