"""An answer goes through a real Postfix into Maildirs, greylisted once; its bounce comes home."""

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import postfix as real
from tests.fakes.postfix import Greylist, Postfix
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk, wait_until

SUPPORT = "support@ours.example"
MAIL_DOMAIN = "desk.example"
FILE = bytes(range(256)) * 300
TEXT = "Grüße aus dem Büro.\n.\n..dots\nFrom here it goes on.\n" + "long " * 300
PATIENCE = 200.0
"""What was put off once is tried again after a minute."""

pytestmark = [
    pytest.mark.journey,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(real.missing()), reason=real.missing()),
]


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    with Greylist() as greylist, Postfix(("ann", "carl", "boss"), greylist) as running:
        yield running


def test_an_answer_arrives_byte_for_byte_and_a_bounce_marks_its_recipient_alone(
    tmp_path: Path, postfix: Postfix
) -> None:
    env = {"M4A_RELAY_URL": postfix.url, "M4A_MAIL_DOMAIN": MAIL_DOMAIN, "M4A_LOG_LEVEL": "WARNING"}
    with RunningDesk(tmp_path / "desk", env) as desk:
        postfix.route(MAIL_DOMAIN, desk.address("smtp")[1])
        account = desk.account("anna", SUPPORT)
        ask(desk)
        account.wait_for(1, within=30)
        article = answer(account)
        raw = raw_of(account, article)
        assert wait_until(lambda: put_off(account) == 4, within=30), deliveries(account)
        assert wait_until(lambda: states(account) == FINAL, within=PATIENCE, pause=1), (
            deliveries(account),
            postfix.log,
        )
        check_mails(postfix, raw)
        check_bounce(account)
        time.sleep(3)  # whatever would come twice comes within this time
        assert [len(postfix.mails(user)) for user in ("ann", "carl", "boss")] == [1, 1, 1]


FINAL = {
    "ann@customer.example": "sent",
    "carl@customer.example": "sent",
    "boss@customer.example": "sent",
    "nobody@customer.example": "bounced",
}


def ask(desk: RunningDesk) -> None:
    raw = (
        f"From: Ann <ann@customer.example>\r\nTo: {SUPPORT}\r\nSubject: Printer\r\n"
        "Message-ID: <1@customer.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nIt burns.\r\n"
    )
    post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"), connections=1)
    post.send([Mail((SUPPORT,), raw.encode())])


def answer(account: Account) -> str:
    """Answer ticket 1 with a file, to two in the open, one copied and one hidden; the article's id."""
    body = {
        "kind": "reply",
        "text": TEXT,
        "to": ["ann@customer.example", "nobody@customer.example"],
        "cc": ["carl@customer.example"],
        "bcc": ["boss@customer.example"],
    }
    boundary = uuid.uuid4().hex
    parts = (
        (b'name="data"', json.dumps(body).encode()),
        ('name="files"; filename="Überblick.bin"'.encode(), FILE),
    )
    content = b"".join(
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary.encode(), name, value)
        for name, value in parts
    )
    request = urllib.request.Request(
        f"{account.desk.endpoints['web']}/api/v1/tickets/1/articles",
        data=content + f"--{boundary}--\r\n".encode(),
        headers={
            "Authorization": f"Bearer {account.token}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": boundary,
        },
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 201
        return str(json.loads(response.read())["id"])


def raw_of(account: Account, article: str) -> bytes:
    found = account.call("GET", f"/articles/{article}/raw")
    assert found.status == 200
    assert isinstance(found.body, bytes)
    return found.body


def deliveries(account: Account) -> list[Any]:
    articles = account.get("/tickets/1")["articles"]
    return [delivery for each in articles if each["kind"] == "outbound" for delivery in each["deliveries"]]


def states(account: Account) -> dict[str, str]:
    return {each["recipient"]: each["state"] for each in deliveries(account)}


def put_off(account: Account) -> int:
    """How many deliveries wait because of the greylist, and count as no failure."""
    return sum(
        each["state"] == "deferred" and each["answer"].startswith("451 4.7.1") for each in deliveries(account)
    )


def check_mails(postfix: Postfix, raw: bytes) -> None:
    for user in ("ann", "carl", "boss"):
        (kept,) = postfix.mails(user)
        as_sent = kept.replace(b"\n", b"\r\n")  # a Maildir's lines end as the system's do
        assert as_sent.endswith(raw), user
        trace = as_sent.removesuffix(raw)
        names = {line.partition(b":")[0] for line in trace.split(b"\r\n") if line and line[:1] not in b" \t"}
        assert names == {b"Return-Path", b"X-Original-To", b"Delivered-To", b"Received"}
    assert b"boss@" not in raw
    message = message_from_bytes(raw, policy=policy.default)
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Überblick.bin", FILE)


def check_bounce(account: Account) -> None:
    (bounced,) = (each for each in deliveries(account) if each["state"] == "bounced")
    assert "5.1.1" in bounced["answer"]
    assert {each["attempts"] for each in deliveries(account)} == {2}
    ledger = account.wait_for(2, within=30)
    assert (ledger["tickets"], ledger["follow_ups"], ledger["quarantined"]) == (1, 1, 0)
