"""Several sending processes and one account that allows a single connection."""

import os
import subprocess
import sys
from pathlib import Path

from tests.fakes.outgoing import account_row, give_account, owe, row
from tests.fakes.smtp_peer import Arrived, SmtpPeer

ROOT = Path(__file__).parents[3]
PROCESSES, MAILS = 2, 6


def test_processes_that_race_have_one_connection_between_them_and_send_each_mail_once(root: Path) -> None:
    most = 0

    def look(_: Arrived) -> None:
        nonlocal most
        most = max(most, len(peer._open))

    with SmtpPeer(on_mail=look) as peer:
        give_account(peer.port, max_connections=1)
        owed = [owe(f"ann{number}@example.org") for number in range(MAILS)]
        command = [sys.executable, "-m", "tests.fakes.racing_sender", str(root), ""]
        started = [
            subprocess.Popen([*command, str(seed)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
            for seed in range(PROCESSES)
        ]
        assert [process.wait(90) for process in started] == [0] * PROCESSES
        assert sorted(mail.rcpt_to for mail in peer.mails) == [f"ann{n}@example.org" for n in range(MAILS)]
        assert (most, {row(each)["attempts"] for each in owed}) == (1, {1})
    assert account_row()["last_error"] == ""
