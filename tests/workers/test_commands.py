import subprocess
import sys

from gateway.settings import Settings
from gateway.store import erasures, session
from gateway.store.erasurejournal import ErasureJournal
from tests.fakes.desk import Start
from tests.fakes.serving import wait_until
from tests.world import NOON


def test_an_unknown_queue_is_refused_with_usage(start: Start) -> None:
    _, error = (refused := start("worker", "--queue", "nothing")).communicate(timeout=10)
    assert refused.returncode == 2
    assert "file" in error


def test_a_worker_erases_again_what_a_restored_backup_has_brought_back(
    settings: Settings, database: None, start: Start
) -> None:
    journal = ErasureJournal(settings.effective_erasure_journal, settings.key())
    journal.note("e1", "account", "a1", [("account", "a1")], at=NOON)

    def is_done() -> bool:
        with session.reading() as db:
            found = erasures.find_receipt(db, "e1")
        return found is not None and bool(found.receipt)

    assert not is_done()
    start("worker", "--queue", "file")
    assert wait_until(is_done, within=60)


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
