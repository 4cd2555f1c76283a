"""Somebody asks in German, by mail, that their data be deleted: asked back, confirmed, erased, told by mail.

All parts are real: a whole desk with its own SMTP door, a browser, and the outgoing server's double as a
program of its own. A name server of the test's own says that the sender's domain stands behind this machine.
"""

import os
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from json import loads
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.store.blobs import BlobStore
from tests.databases import configured
from tests.erasing import blobs_with, marked_mail, places_of, rows_with
from tests.fakes.chromium import launched
from tests.fakes.dialogue import Dialogue
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.serving import Account, RunningDesk, wait_until
from tests.journeys.conftest import PeerProgram
from tests.journeys.entering import signed_in
from tests.world import mail

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

DESK, BOB = "support@desk.example", "bob@elsewhere.example"
ZORA = "zora.addrmark@markdomain.example"
MARKS = ("xylomark", "addrmark", "markdomain", "subjmark", "bodymark", "filemark", "contmark")
BYTES = tuple(mark.encode() for mark in MARKS)
PATIENCE_SECONDS = 60


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def names() -> Iterator[DnsServer]:
    with serving({("markdomain.example", "TXT"): ["v=spf1 ip4:127.0.0.1 -all"]}) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, peer: PeerProgram, names: DnsServer) -> Iterator[RunningDesk]:
    """To which this machine is a stranger."""
    env = {
        "M4A_RELAY_URL": peer.url,
        "M4A_DNS_SERVERS": names.address,
        "M4A_TRUSTED_RELAYS": "192.0.2.0/24",
        "M4A_ERASURE_JOURNAL": str(tmp_path / "apart" / "erasures"),
    }
    with RunningDesk(tmp_path / "desk", env) as running:
        yield running


def test_asked_by_mail_confirmed_by_mail_erased_and_told_by_mail(
    desk: RunningDesk, peer: PeerProgram, chromium: Browser
) -> None:
    ours = desk.account("anna")
    desk.run("mailbox", "add", f"--account={ours.id}", f"--address={DESK}", "--locale=de")
    _send(desk, DESK, mail("It is out of paper.", sender=f"Bob <{BOB}>", subject="Keep"), BOB)
    _send(desk, DESK, _request(), ZORA)
    ours.wait_for(2, within=PATIENCE_SECONDS)
    question = _mailed(peer, 1)
    assert question["Subject"].startswith("Bitte bestätigen Sie Ihren Löschwunsch [#")
    page = signed_in(chromium, desk.endpoints["web"])
    page.goto(f"{desk.endpoints['web']}/t/{_number(ours, 'Subjmark')}")
    expect(page.locator("#deletion")).to_contain_text("has not done so yet")
    (reply_to,) = question["Reply-To"].addresses
    _send(desk, reply_to.addr_spec, _yes(question), ZORA)
    ours.wait_for(3, within=PATIENCE_SECONDS)
    page.reload()
    expect(page.locator("#deletion")).to_contain_text("the mail is proven to come from there")
    assert _traces(desk) == set(MARKS)
    _erase(page, desk)
    receipt = _mailed(peer, 2)
    (attached,) = receipt.iter_attachments()
    assert loads(attached.get_content())["receipt"]["counts"]["mails"] == 2
    assert not [mark for mark in BYTES if mark in attached.get_content().lower()]
    assert wait_until(lambda: not _traces(desk), within=PATIENCE_SECONDS), _traces(desk)
    assert places_of([desk.log, desk.root.parent / "apart"], *BYTES) == []
    assert [ticket["subject"] for ticket in ours.tickets()] == ["Keep"]


def _request() -> bytes:
    text = "Guten Tag,\n\nbitte löschen Sie alle meine personenbezogenen Daten. Bodymark.\n\nZora Xylomark\n"
    return marked_mail(f"Zora Xylomark <{ZORA}>", "Subjmark", text, "filemark.txt", b"contmark", to=DESK)


def _yes(question: Any) -> bytes:
    """Her answer, with the question quoted below it."""
    asked = "\n> ".join(question.get_body(("plain",)).get_content().splitlines())
    made = mail(f"JA, Bodymark.\n\n> {asked}", sender=f"Zora Xylomark <{ZORA}>", subject="Re: Subjmark")
    return made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _send(desk: RunningDesk, to: str, raw: bytes, mail_from: str) -> None:
    with Dialogue(desk.address("smtp")) as client:
        client.greet().begin(to, mail_from=mail_from).data(raw).expect("250")


def _mailed(peer: PeerProgram, count: int) -> Any:
    """The newest of so many mails, all of them to her."""
    assert wait_until(lambda: len(peer.mails()) >= count, within=PATIENCE_SECONDS), len(peer.mails())
    kept = peer.mails()
    assert [one.values["rcpt_to"] for one in kept] == [ZORA] * count
    return message_from_bytes(kept[-1].raw, policy=policy.default)


def _number(ours: Account, subject: str) -> int:
    return next(int(one["number"]) for one in ours.tickets() if one["subject"] == subject)


def _erase(page: Page, desk: RunningDesk) -> None:
    """What staff do: look at what would go, and have it go."""
    page.get_by_role("link", name="See what would be erased").click()
    expect(page.locator("h1")).to_have_text("Erase: Zora Xylomark")
    expect(page.locator("#goes dl")).to_contain_text(re.compile(r"Tickets\s*1"))
    expect(page.locator("#goes dl")).to_contain_text(re.compile(r"Mails in full\s*2"))
    for path in (desk.root / "blobs").rglob("*"):  # as if it had been some days ago
        os.utime(path, (path.stat().st_mtime - 10**6,) * 2)
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator("#erasure [role=status]")).to_contain_text("Done")


def _traces(desk: RunningDesk) -> set[str]:
    """Which marks stand anywhere: in files as they are, in what of them can be read, in rows."""
    found = places_of([desk.root], *BYTES) + blobs_with(
        BlobStore(desk.root / "blobs", desk.root / "keyring"), *BYTES
    )
    with configured(f"sqlite:///{desk.root / 'manage4all.db'}"):
        return {mark.decode() for _, mark in found} | {mark for _, mark in rows_with(*MARKS)}
