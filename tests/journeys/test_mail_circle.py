"""Two hundred mails come in, an answer goes out from the browser, the reply to it finds its ticket."""

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.fakes.senders import Mail, Post
from tests.fakes.serving import PASSWORD, Account, RunningDesk, wait_until
from tests.journeys.conftest import PeerProgram

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SUPPORT, SALES, OTHER = "support@desk.example", "sales@desk.example", "help@other.example"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


def test_mails_in_an_answer_out_and_the_reply_back(
    tmp_path: Path, peer: PeerProgram, browser: Browser
) -> None:
    with RunningDesk(tmp_path / "desk", {"M4A_RELAY_URL": peer.url, "M4A_LOG_LEVEL": "WARNING"}) as desk:
        ours, theirs = desk.account("anna", SUPPORT, SALES), desk.account("otto", OTHER)
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"))
        post.send(_first_wave())
        ours.wait_for(150, within=60)
        theirs.wait_for(10, within=60)
        _check_first_wave(ours, theirs, post)
        post.send(_second_wave())
        ledger = ours.wait_for(200, within=60)
        _check_second_wave(ours, ledger)
        _answer_from_the_browser(desk, ours, peer, browser, tmp_path)
        _reply_as_the_customer(ours, peer, post)


def _first_wave() -> Iterator[Mail]:
    """140: 30 each plain, in Latin-1, with a picture, with a file; 10 each for two mailboxes, accounts."""
    for n in range(30):
        yield _mail(f"plain-{n}", f"Plain {n}", text=f"The printer {n} is out of paper.", lmtp=n % 2 == 0)
    for n in range(30):
        yield Mail((SUPPORT,), _latin1(n), lmtp=n % 3 == 0)
    for n in range(30):
        yield Mail((SUPPORT,), _with_picture(n), lmtp=n % 2 == 1)
    for n in range(30):
        yield Mail((SALES,), _with_file(n), lmtp=n % 5 == 0)
    for n in range(10):
        both = _mail(f"both-{n}", f"For both {n}", rcpt_tos=(SUPPORT, SALES), lmtp=n % 2 == 0)
        yield both
    for n in range(10):
        yield _mail(f"cross-{n}", f"Across {n}", rcpt_tos=(SUPPORT, OTHER), lmtp=n % 2 == 0)


def _check_first_wave(ours: Account, theirs: Account, post: Post) -> None:
    subjects = Counter(ticket["subject"] for ticket in ours.tickets())
    expected = [f"Plain {n}" for n in range(30)] + [f"Grüße aus Köln {n}" for n in range(30)]
    expected += [f"Picture {n}" for n in range(30)] + [f"File {n}" for n in range(30)]
    expected += [f"For both {n}" for n in range(10)] + [f"Across {n}" for n in range(10)]
    assert subjects == Counter(expected)
    assert Counter(t["subject"] for t in theirs.tickets()) == Counter(f"Across {n}" for n in range(10))
    assert ours.ledger() == {
        "offered": 150, "tickets": 140, "follow_ups": 0, "duplicates": 10,
        "quarantined": 0, "refused": 0, "pending": 0,
    }  # fmt: skip
    assert not post.refused
    assert not post.put_off
    _check_contents(ours)


def _check_contents(ours: Account) -> None:
    by_subject = {ticket["subject"]: ticket["number"] for ticket in ours.tickets()}
    latin = ours.get(f"/tickets/{by_subject['Grüße aus Köln 7']}")["articles"][0]
    assert latin["text"] == "Schöne Grüße, Straße 7"
    picture = ours.get(f"/tickets/{by_subject['Picture 3']}")["articles"][0]["attachments"]
    assert [(a["inline"], a["detected_type"], a["sha256"]) for a in picture] == [
        (True, "image/png", hashlib.sha256(PICTURE).hexdigest())
    ]
    file = ours.get(f"/tickets/{by_subject['File 11']}")["articles"][0]["attachments"][0]
    content = ours.get(f"/attachments/{file['id']}")
    assert (file["filename"], content) == ("Rechnung Köln 11.pdf", _pdf(11))


def _second_wave() -> Iterator[Mail]:
    """60 more: 20 answers, 10 of strangers, 10 out-of-office, 10 offered a second time, 10 to nobody."""
    for n in range(20):
        yield _mail(f"answer-{n}", f"Re: Plain {n}", sender=f"plain-{n}", in_reply_to=f"plain-{n}")
    for n in range(10):
        yield _mail(f"stranger-{n}", f"Re: Plain {n}", in_reply_to=f"plain-{n}")
    for n in range(10):
        yield _mail(
            f"away-{n}", f"Away {n}", sender=f"plain-{n}", in_reply_to=f"plain-{n}",
            extra="Auto-Submitted: auto-replied\r\n",
        )  # fmt: skip
    for n in range(10):
        again = _mail(f"plain-{n}", f"Plain {n}", text=f"The printer {n} is out of paper.")
        yield Mail(again.rcpt_tos, b"Received: from relay by mx; now\r\n" + again.raw)
    for n in range(10):
        yield Mail((f"nobody-{n}@desk.example",), b"Subject: lost\r\n\r\nIs anybody there?\r\n")


def _check_second_wave(ours: Account, ledger: dict[str, int]) -> None:
    assert ledger == {
        "offered": 200, "tickets": 150, "follow_ups": 30, "duplicates": 20,
        "quarantined": 0, "refused": 0, "pending": 0,
    }  # fmt: skip
    tickets = ours.tickets()
    assert len(tickets) == 150
    plain = {t["subject"]: t for t in tickets if t["subject"].startswith("Plain ")}
    assert {plain[f"Plain {n}"]["article_count"] for n in range(10)} == {3}
    assert {plain[f"Plain {n}"]["article_count"] for n in range(10, 20)} == {2}
    assert {plain[f"Plain {n}"]["article_count"] for n in range(20, 30)} == {1}
    strangers = [t for t in tickets if t["subject"].startswith("Re: Plain ")]
    named = {t["subject"].removeprefix("Re: "): t["maybe_belongs_to"] for t in strangers}
    assert named == {f"Plain {n}": plain[f"Plain {n}"]["number"] for n in range(10)}


def _answer_from_the_browser(
    desk: RunningDesk, ours: Account, peer: PeerProgram, browser: Browser, folder: Path
) -> None:
    file = folder / "Anleitung für Köln.bin"
    file.write_bytes(os.urandom(300_000))
    number = next(t["number"] for t in ours.tickets() if t["subject"] == "Plain 29")
    page = browser.new_page()
    _sign_in(page, desk)
    page.goto(f"{desk.endpoints['web']}/t/{number}")
    page.get_by_label("Text", exact=True).fill("Please load **tray 2**.\n\nGrüße, Anna")
    page.get_by_label("Attach files").set_input_files(str(file))
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_load_state()
    assert wait_until(lambda: len(peer.mails()) == 1, within=20), "the answer did not arrive"
    (mail,) = peer.mails()
    got: Any = message_from_bytes(mail.raw, policy=policy.default)
    assert mail.values["rcpt_to"] == "plain-29@customer.example"
    assert got["In-Reply-To"] == "<plain-29@customer.example>"
    (part,) = [p for p in got.walk() if p.get_filename()]
    assert (part.get_filename(), part.get_payload(decode=True)) == (file.name, file.read_bytes())
    assert "Please load" in got.get_body(("plain",)).get_content()
    assert "<strong>tray 2</strong>" in got.get_body(("html",)).get_content()
    delivery = ours.get(f"/tickets/{number}")["articles"][-1]["deliveries"][0]
    assert (delivery["recipient"], delivery["state"]) == ("plain-29@customer.example", "sent")


def _sign_in(page: Page, desk: RunningDesk) -> None:
    page.goto(f"{desk.endpoints['web']}/sign-in")
    page.locator("input[name=login]").fill("anna")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{desk.endpoints['web']}/")


def _reply_as_the_customer(ours: Account, peer: PeerProgram, post: Post) -> None:
    answer: Any = message_from_bytes(peer.mails()[0].raw, policy=policy.default)
    reply_to = answer["Reply-To"].addresses[0].addr_spec
    raw = (
        f"From: plain-29@customer.example\r\nTo: {reply_to}\r\nSubject: It works\r\n"
        f"Message-ID: <works@customer.example>\r\nIn-Reply-To: <rewritten-by-a-relay@relay.example>\r\n"
        "\r\nThank you!\r\n"
    )
    post.send([Mail((reply_to,), raw.encode())])
    ours.wait_for(201, within=20)
    number = next(t["number"] for t in ours.tickets() if t["subject"] == "Plain 29")
    assert [a["kind"] for a in ours.get(f"/tickets/{number}")["articles"]] == [
        "inbound",
        "outbound",
        "inbound",
    ]


def _mail(
    name: str,
    subject: str,
    *,
    text: str = "Hello",
    sender: str = "",
    rcpt_tos: tuple[str, ...] = (SUPPORT,),
    in_reply_to: str = "",
    extra: str = "",
    lmtp: bool = False,
) -> Mail:
    about = f"In-Reply-To: <{in_reply_to}@customer.example>\r\n" if in_reply_to else ""
    raw = (
        f"From: {sender or name}@customer.example\r\nTo: {', '.join(rcpt_tos)}\r\n"
        f"Subject: {subject}\r\nMessage-ID: <{name}@customer.example>\r\n{about}{extra}\r\n{text}\r\n"
    )
    return Mail(rcpt_tos, raw.encode(), f"{sender or name}@customer.example", lmtp)


def _latin1(n: int) -> bytes:
    head = (
        f"From: =?iso-8859-1?Q?J=FCrgen?= <latin-{n}@customer.example>\r\nTo: {SUPPORT}\r\n"
        f"Subject: =?iso-8859-1?Q?Gr=FC=DFe_aus_K=F6ln_{n}?=\r\nMessage-ID: <latin-{n}@customer.example>\r\n"
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode() + f"Schöne Grüße, Straße {n}\r\n".encode("iso-8859-1")


def _with_picture(n: int) -> bytes:
    mail = _email(f"picture-{n}", f"Picture {n}", SUPPORT)
    mail.set_content(f"See the picture {n}")
    mail.add_alternative(f'<p>See <b>this</b> {n}: <img src="cid:p{n}"></p>', subtype="html")
    html = mail.get_payload()[1]  # type: ignore[index]
    html.add_related(PICTURE, "image", "png", cid=f"<p{n}>")  # type: ignore[union-attr]
    return mail.as_bytes(policy=policy.SMTP)


def _with_file(n: int) -> bytes:
    mail = _email(f"file-{n}", f"File {n}", SALES)
    mail.set_content("The invoice is attached.")
    mail.add_attachment(_pdf(n), "application", "pdf", filename=f"Rechnung Köln {n}.pdf")
    return mail.as_bytes(policy=policy.SMTP)


def _pdf(n: int) -> bytes:
    return b"%PDF-1.4\n" + bytes(range(256)) * 40 + str(n).encode()


def _email(name: str, subject: str, to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"{name}@customer.example"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{name}@customer.example>"
    return mail
