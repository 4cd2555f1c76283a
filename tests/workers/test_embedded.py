import signal
import stat
import subprocess

from gateway.settings import Settings
from gateway.store.outbox import Topic
from tests.fakes.desk import Server, Start
from workers import embedded
from workers.queues import queue_of, tell


def test_nobody_else_may_enter_the_directory_of_the_socket(server: Server) -> None:
    assert stat.S_IMODE(server.settings.queue_socket.parent.stat().st_mode) == 0o700


def test_jobs_survive_a_killed_server(server: Server) -> None:
    for number in range(50):
        tell(server.client(), Topic.FILE, [number])
    server.stop(signal.SIGKILL)
    server.start()
    assert queue_of(Topic.FILE, server.client()).count == 50


def test_a_log_that_cannot_be_read_is_put_aside_at_the_second_start(server: Server, start: Start) -> None:
    tell(server.client(), Topic.FILE, [1])
    server.stop()
    folder = server.settings.root / "queue"
    for log in (folder / "appendonlydir").glob("*.incr.aof"):
        log.write_bytes(b"not a log" + log.read_bytes())
    assert start("queue-server").wait(10) != 0
    server.start()
    assert queue_of(Topic.FILE, server.client()).count == 0
    assert (folder / "unreadable").is_dir()


def test_a_server_left_over_by_a_killed_supervisor_makes_room(server: Server) -> None:
    orphan = server.process
    assert orphan is not None
    server.start()
    assert orphan.wait(5) == 0
    assert server.process is not orphan


def test_a_directory_of_somebody_else_is_refused_in_one_line(settings: Settings, start: Start) -> None:
    place = settings.queue_socket.parent
    place.symlink_to(settings.root.parent)
    try:
        refused: subprocess.Popen[str] = start("queue-server")
        _, error = refused.communicate(timeout=10)
    finally:
        place.unlink()
    assert refused.returncode == 1
    assert error.count("\n") == 1
    assert "M4A_REDIS_URL" in error


def test_nothing_answers_before_the_start(settings: Settings) -> None:
    assert not embedded.answers(settings)
