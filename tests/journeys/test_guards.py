"""Machines that write to a desk: two desks end their talk by themselves, a storm drowns nobody."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.desk import mailboxes, mailboxsettings
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.queries.filing import own_mailboxes
from tests.databases import configured
from tests.fakes.dialogue import Dialogue
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk, wait_until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

STORM_MAILS = 10_000
STORM_SECONDS = 60.0
HONEST_SECONDS = 30.0
SUPPORT = "support@desk.example"


def test_two_desks_that_acknowledge_each_other_fall_silent_by_themselves(tmp_path: Path) -> None:
    ports = [_free_port(), _free_port()]
    here = _desk(tmp_path / "here", own=ports[0], other=ports[1])
    there = _desk(tmp_path / "there", own=ports[1], other=ports[0])
    with here, there:
        anna, otto = here.account("anna", "help@here.example"), there.account("otto", "help@there.example")
        for account, known in ((anna, "help@there.example"), (otto, "help@here.example")):
            _acknowledges(account)
            _knows(account, known)
        for _ in range(5):  # else the number in a subject of theirs would be one of ours
            otto.post("/tickets", {"kind": "note", "subject": "Told by telephone", "text": "No paper."})
        _write_to(anna, "help@there.example")
        _write_to(otto, "help@here.example")
        assert wait_until(lambda: _acknowledgements(anna) + _acknowledgements(otto) == 2, within=30)
        for account in (anna, otto):
            account.wait_for(2, within=30)
        time.sleep(5)  # time for a third mail, were there one
        for account in (anna, otto):
            assert account.wait_for(2, within=1)["offered"] == 2
            assert _acknowledgements(account) == 1
            talk = [t for t in account.tickets() if t["subject"].startswith("Who looks")]
            assert sorted(t["status"] for t in talk) == ["new", "open"]
            assert [t["article_count"] for t in talk] == [2, 2]


def test_a_storm_of_ten_thousand_mails_a_minute_drowns_no_honest_mail(tmp_path: Path) -> None:
    env = {"M4A_LOG_LEVEL": "WARNING"}
    with RunningDesk(tmp_path / "desk", env) as desk:
        account = desk.account("anna", SUPPORT)
        storm = threading.Thread(target=_storm, args=(desk,))
        began_at = time.monotonic()
        storm.start()
        waits = []
        for number in range(4):
            time.sleep(max(0.0, began_at + 12 * (number + 1) - time.monotonic()))
            waits.append(_honest_wait(desk, account, number))
        storm.join()
        sent_in = time.monotonic() - began_at
        ledger = account.wait_for(STORM_MAILS + 4, within=60)
        settled_in = time.monotonic() - began_at
        print(f"sent in {sent_in:.0f} s, settled in {settled_in:.0f} s, honest mail in {waits}, {ledger}")
        assert sent_in < STORM_SECONDS + 5
        assert max(waits) < HONEST_SECONDS
        assert ledger["offered"] == STORM_MAILS + 4
        assert ledger["refused"] == ledger["duplicates"] == 0
        assert ledger["offered"] == sum(n for fate, n in ledger.items() if fate != "offered")
        assert ledger["tickets"] < 100
        assert ledger["follow_ups"] >= 200
        assert ledger["quarantined"] > 9_000
        _check_quarantine(account, ledger["quarantined"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _desk(root: Path, *, own: int, other: int) -> RunningDesk:
    return RunningDesk(
        root,
        {
            "M4A_SMTP_PORT": str(own),
            "M4A_RELAY_URL": f"smtp://127.0.0.1:{other}",
            "M4A_MAIL_DOMAIN": f"in.{root.name}.example",
            "M4A_LOG_LEVEL": "WARNING",
        },
    )


def _acknowledges(account: Account) -> None:
    with configured(f"sqlite:///{account.desk.root / 'manage4all.db'}"), session.transaction() as db:
        assert not own_mailboxes(db, 1)[0].manners.usual
        (box,) = mailboxes.list_mailboxes(db, 1, mail_domain="x.example")
        kept = mailboxsettings.find_settings(db, 1, box.public_id)
        wanted = replace(kept, acknowledges=True)
        mailboxsettings.change_settings(db, Actor(1, Role.OWNER), box.public_id, wanted)


def _knows(account: Account, address: str) -> None:
    customer = account.post("/customers", {"name": "The other desk"}).body
    answer = account.post(f"/customers/{customer['id']}/contacts", {"address": address})
    assert answer.status == 201, answer


def _write_to(account: Account, address: str) -> None:
    ticket = {"subject": "Who looks after you?", "text": "We would like to know.", "to": [address]}
    assert account.post("/tickets", ticket).status == 201


def _acknowledgements(account: Account) -> int:
    """How many acknowledgements a desk has sent."""
    details = [account.get(f"/tickets/{ticket['number']}") for ticket in account.tickets()]
    return sum(article["kind"] == "automatic" for detail in details for article in detail["articles"])


def _storm(desk: RunningDesk) -> None:
    """Ten thousand different automatic mails of one sender, spread over a minute, on four connections."""
    senders = [threading.Thread(target=_send_share, args=(desk, share)) for share in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


def _send_share(desk: RunningDesk, share: int) -> None:
    began_at = time.monotonic()
    with Dialogue(desk.address("smtp")) as client:
        client.greet()
        for sent, raw in enumerate(_storm_mails(share)):
            due_at = began_at + sent * STORM_SECONDS / (STORM_MAILS / 4)
            time.sleep(max(0.0, due_at - time.monotonic()))
            client.begin(SUPPORT, mail_from="robot@machine.example").data(raw).expect("250 2.0.0")


def _storm_mails(share: int) -> Iterator[bytes]:
    for number in range(share, STORM_MAILS, 4):
        yield (
            f"From: Robot <robot@machine.example>\r\nTo: {SUPPORT}\r\nSubject: Alert {number}\r\n"
            f"Auto-Submitted: auto-generated\r\nMessage-ID: <{number}@machine.example>\r\n\r\n"
            f"Disk {number} is full.\r\n"
        ).encode()


def _honest_wait(desk: RunningDesk, account: Account, number: int) -> float:
    """Seconds from an honest mail's 250 to its ticket."""
    name = f"ann-{number}"
    raw = (
        f"From: {name}@customer.example\r\nTo: {SUPPORT}\r\nSubject: Honest {number}\r\n"
        f"Message-ID: <{name}@customer.example>\r\n\r\nThe printer is on fire.\r\n"
    )
    Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"), 1).send(
        [Mail((SUPPORT,), raw.encode(), f"{name}@customer.example")]
    )
    sent_at = time.monotonic()
    assert wait_until(lambda: _is_there(account, number), within=HONEST_SECONDS, pause=0.2)
    return round(time.monotonic() - sent_at, 1)


def _is_there(account: Account, number: int) -> bool:
    newest = account.get("/tickets?limit=100")["items"]
    return any(ticket["subject"] == f"Honest {number}" for ticket in newest)


def _check_quarantine(account: Account, held: int) -> None:
    seen: list[Any] = []
    page = account.get("/quarantine?limit=200")
    seen += page["items"]
    while page["next"]:
        page = account.get(f"/quarantine?limit=200&cursor={page['next']}")
        seen += page["items"]
    assert len({item["id"] for item in seen}) == held
    assert {(item["reason"], item["from"]["address"]) for item in seen} == {
        ("storm", "robot@machine.example")
    }
    answer = account.post(f"/quarantine/{seen[0]['id']}/release", {})
    assert answer.status == 200, answer
    ledger = account.wait_for(STORM_MAILS + 4, within=20)
    assert (ledger["offered"], ledger["quarantined"]) == (STORM_MAILS + 4, held - 1)
