"""Two hundred answers wait for a later moment while those who send them die every second."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.fakes.killing import Killer
from tests.fakes.serving import Account, RunningDesk, wait_until
from tests.journeys.conftest import KeptMail, PeerProgram

MAILS = 200
AHEAD = timedelta(seconds=6)
KILL_EVERY_SECONDS = 1.0
VICTIMS = ("worker-deliver", "scheduler")
PATIENCE = 90.0
REPEATS_WITHIN_SECONDS = 12
"""Whatever the sweep would repeat by mistake, it repeats within this time."""

pytestmark = [pytest.mark.journey, pytest.mark.timeout(2 * PATIENCE)]


def test_what_waits_for_its_moment_goes_out_once_and_never_before(tmp_path: Path, peer: PeerProgram) -> None:
    env = {"M4A_RELAY_URL": peer.url, "M4A_LOG_LEVEL": "WARNING"}
    with RunningDesk(tmp_path / "desk", env) as desk:
        account = desk.account("anna", "support@desk.example")
        note = {"kind": "note", "subject": "Maintenance", "text": "Tell everybody."}
        number = account.post("/tickets", note).body["number"]
        with Killer(desk, VICTIMS, KILL_EVERY_SECONDS) as killer:
            moments = _write_all(account, number)
            wait_until(lambda: len(_arrivals(peer)) >= MAILS, within=PATIENCE, pause=0.5)
        time.sleep(REPEATS_WITHIN_SECONDS)
        arrivals = _arrivals(peer)
    _check(moments, arrivals, killer)


def _write_all(account: Account, number: int) -> dict[str, float]:
    """Two hundred answers, from several threads: of each its Message-ID, and when it may leave."""
    moments: dict[str, float] = {}

    def write(share: range) -> None:
        for count in share:
            at = datetime.now(UTC) + AHEAD
            body = {
                "kind": "reply",
                "text": f"Answer {count}",
                "to": [f"c{count}@customer.example"],
                "send_at": at.isoformat(),
            }
            answer = account.post(f"/tickets/{number}/articles", body)
            assert answer.status == 201, answer
            moments[answer.body["message_id"]] = at.timestamp()

    threads = [threading.Thread(target=write, args=(range(part, MAILS, 4),)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return moments


def _arrivals(peer: PeerProgram) -> dict[str, list[KeptMail]]:
    found: dict[str, list[KeptMail]] = {}
    for mail in peer.mails():
        message_id = str(message_from_bytes(mail.raw)["Message-ID"]).strip(" <>")
        found.setdefault(message_id, []).append(mail)
    return found


def _check(moments: dict[str, float], arrivals: dict[str, list[KeptMail]], killer: Killer) -> None:
    times = {key: sorted(mail.values["at"] for mail in mails) for key, mails in arrivals.items()}
    doubled = {key: found for key, found in times.items() if len(found) > 1}
    strict = [key for key, found in doubled.items() if not killer.excuses(found)]
    delays = sorted(times[key][0] - moment for key, moment in moments.items() if key in times)
    deaths = Counter(part for _, part in killer.kills)
    print(
        f"kills {dict(deaths)}, waiting {len(moments)}, arrived {len(arrivals)}, "
        f"strict duplicates {len(strict)}, ambiguous {len(doubled) - len(strict)}, "
        f"seconds after the moment {delays[0]:.2f} to {delays[-1]:.2f}"
    )
    assert len(moments) == MAILS
    assert set(arrivals) == set(moments)
    assert not strict
    assert delays[0] >= 0
    assert deaths["worker-deliver"] >= 2
    assert deaths["scheduler"] >= 2
