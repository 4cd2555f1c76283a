"""A desk that fetches from a real Dovecot: quickly, from several folders, whatever is killed or renamed.

`M4A_TEST_MANY_MAILS=5000` makes the mailbox that comes back under another UIDVALIDITY one of five thousand.
"""

import os
import shutil
import signal
import statistics
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.store import migrate, session
from tests import world as cast
from tests.databases import configured
from tests.fakes.authority import make_authority
from tests.fakes.cutting import cut_everywhere
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import ImapServer
from tests.fakes.serving import Account, RunningDesk, wait_until
from tests.world import mail

ADDRESS = "support@ours.example"
PROMISED_SECONDS = 2.0
KILLED_MAILS = 300
MANY_MAILS = int(os.environ.get("M4A_TEST_MANY_MAILS", "1500"))

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def connect(desk: RunningDesk, account: Account, port: int, *more: str, security: str = "plain") -> None:
    where = ("--host=localhost", f"--port={port}", f"--security={security}", f"--user={USER}")
    mine = (f"--account={account.id}", f"--mailbox={ADDRESS}")
    desk.run("mailbox", "connect", *mine, *where, "--password-stdin", *more, stdin=PASSWORD.encode())


def raw(subject: str) -> bytes:
    return mail(f"About {subject}.", subject=subject, sender="Bob <bob@elsewhere.example>")


def seconds_to_ticket(account: Account, dovecot: Dovecot, subject: str, folder: str) -> float:
    """From the mail's arrival in the folder to the ticket that the API shows."""
    dovecot.append(raw(subject), folder=folder)
    began = time.monotonic()
    assert wait_until(lambda: subject in subjects(account, limit=5), within=30, pause=0.02), subject
    return time.monotonic() - began


def subjects(account: Account, *, limit: int = 200) -> list[str]:
    return [ticket["subject"] for ticket in account.get(f"/tickets?limit={limit}")["items"]]


@pytest.mark.parametrize("has_idle", [True, False], ids=["idle", "no idle"])
def test_a_new_mail_in_any_folder_is_a_ticket_within_two_seconds(tmp_path: Path, *, has_idle: bool) -> None:
    authority = make_authority(tmp_path / "ca")
    env = {"M4A_LOG_LEVEL": "WARNING", "SSL_CERT_FILE": str(authority.ca)}
    with Dovecot(authority=authority, has_idle=has_idle) as dovecot, RunningDesk(tmp_path / "d", env) as desk:
        dovecot.append(raw("old"), folder="Web/Forms")
        account = desk.account("anna", ADDRESS)
        folders = ("--folder=INBOX", "--folder=Web/Forms")
        connect(desk, account, dovecot.tls_port, *folders, "--only-new", security="tls")
        took = []
        for number in range(10):
            folder = ("INBOX", "Web/Forms")[number % 2]
            took.append(seconds_to_ticket(account, dovecot, f"Printer {number}", folder))
            time.sleep(0.3)
        print(f"\nmail in folder to ticket: {statistics.median(took):.2f} s, at most {max(took):.2f} s")
        assert statistics.median(took[1:]) < PROMISED_SECONDS
        assert wait_until(lambda: dovecot.seen() + dovecot.seen("Web/Forms") == 10, within=20)
        assert account.ledger()["tickets"] == 10


def test_nothing_is_lost_or_doubled_while_the_fetching_process_is_killed(tmp_path: Path) -> None:
    with Dovecot() as dovecot, RunningDesk(tmp_path / "desk", {"M4A_LOG_LEVEL": "WARNING"}) as desk:
        dovecot.fill([raw(f"Mail {number}") for number in range(KILLED_MAILS)])
        account = desk.account("anna", ADDRESS)
        connect(desk, account, dovecot.port, "--import-old")
        for share in (50, 120, 220):
            wait_until(lambda share=share: account.ledger()["offered"] >= share, within=60, pause=0.02)  # type: ignore[misc]
            for pid in desk.pids("imap"):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        ledger = account.wait_for(KILLED_MAILS, within=120)
        assert ledger["offered"] == ledger["tickets"] == KILLED_MAILS
        found = Counter(ticket["subject"] for ticket in account.tickets())
        assert found == {f"Mail {number}": 1 for number in range(KILLED_MAILS)}
        assert wait_until(lambda: dovecot.seen() == KILLED_MAILS, within=60, pause=0.5)


def test_many_mails_under_a_new_uidvalidity_are_duplicates_all(tmp_path: Path) -> None:
    with Dovecot() as dovecot, RunningDesk(tmp_path / "desk", {"M4A_LOG_LEVEL": "WARNING"}) as desk:
        dovecot.fill([raw(f"Mail {number}") for number in range(MANY_MAILS)])
        account = desk.account("anna", ADDRESS)
        began = time.monotonic()
        connect(desk, account, dovecot.port, "--import-old")
        ledger = account.wait_for(MANY_MAILS, within=400)
        first = time.monotonic() - began
        assert ledger["tickets"] == ledger["offered"] == MANY_MAILS
        began = time.monotonic()
        dovecot.forget_uids()
        ledger = account.wait_for(2 * MANY_MAILS, within=400)
        print(f"\n{MANY_MAILS} mails: {first:.0f} s at first, {time.monotonic() - began:.0f} s again")
        assert ledger["tickets"] == ledger["duplicates"] == MANY_MAILS
        assert ledger["offered"] == 2 * MANY_MAILS


def test_an_expired_certificate_is_told_in_words_and_nothing_is_fetched(tmp_path: Path) -> None:
    good, expired = make_authority(tmp_path / "good"), make_authority(tmp_path / "old", is_expired=True)
    both = tmp_path / "both.pem"
    both.write_bytes(good.ca.read_bytes() + expired.ca.read_bytes())
    env = {"M4A_LOG_LEVEL": "WARNING", "SSL_CERT_FILE": str(both)}
    with Dovecot(authority=good) as dovecot, RunningDesk(tmp_path / "desk", env) as desk:
        account = desk.account("anna", ADDRESS)
        connect(desk, account, dovecot.tls_port, "--only-new", security="tls")
        dovecot.append(raw("before"))
        account.wait_for(1, within=30)
        dovecot.stop()
        assert wait_until(lambda: errors(desk) != "", within=60)
        for new, old in zip(expired.server, good.server, strict=True):
            shutil.copy(new, old)
        dovecot.start()
        dovecot.append(raw("while it is expired"))
        tested = ("mailbox", "test", f"--account={account.id}", f"--mailbox={ADDRESS}", "--wait=0")
        told = desk.try_to_run(*tested)
        assert told["error"] == "certificate-expired"
        assert "certificate has expired" in told["checks"][0]["words"]
        assert wait_until(lambda: "certificate-expired" in errors(desk), within=60)
        assert account.ledger()["offered"] == 1


def errors(desk: RunningDesk) -> str:
    """What the sources' rows say is wrong."""
    with configured(f"sqlite:///{desk.root / 'manage4all.db'}"), session.reading() as db:
        found: str = db.connection().exec_driver_sql("SELECT last_error FROM imap_source").scalar() or ""
        return found


def test_the_connection_may_end_at_every_single_byte(tmp_path: Path) -> None:
    with ImapServer() as server, configured(f"sqlite:///{tmp_path / 'desk.db'}"):
        migrate.upgrade()
        cuts = cut_everywhere(Fetching(cast.build(tmp_path), server.port), server)
        print(f"\ncut after each of {cuts} bytes")
