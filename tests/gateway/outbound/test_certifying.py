"""The last mail of an account: once it is erased, to its owner, by a real server, naming nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select, update
from structlog.testing import LogCapture

from gateway.outbound import certifying
from gateway.outbound.certifying import Notary, certify
from gateway.outbound.submission import Sender
from gateway.rules.erasure import ErasureKind, State, Step
from gateway.rules.retry import GIVE_UP_AFTER
from gateway.store import farewells, outbox, session
from gateway.store.erasurejournal import ErasureJournal
from gateway.store.farewells import KEPT_FAILED
from gateway.store.models import Account, Erasure, Farewell
from gateway.store.outbox import Topic
from tests.fakes.outgoing import DOMAIN, NOON, SetClock
from tests.fakes.smtp_peer import Answer, SmtpPeer

OWNER = "owner@ours.example"
NUMBER = "n" * 26
RECEIPT = json.dumps({"erasure": NUMBER, "counts": {"tickets": 3}})


@pytest.fixture
def journal(tmp_path: Path) -> ErasureJournal:
    return ErasureJournal(tmp_path / "apart" / "journal", b"the secret")


@pytest.fixture
def notary(root: object, peer: SmtpPeer, clock: SetClock, journal: ErasureJournal) -> Iterator[Notary]:
    sender = Sender(relay_url=peer.url, ehlo_name="desk.example")
    yield Notary(sender, DOMAIN, clock, journal)
    sender.close()


def owe(*, is_done: bool = True, locale: str = "en", account_id: int | None = None) -> int:
    with session.transaction() as db:
        db.add(
            Erasure(
                public_id=NUMBER,
                kind=ErasureKind.ACCOUNT.value,
                state=(State.DONE if is_done else State.RUNNING).value,
                step=Step.RECEIPT.value,
                counts={"tickets": 3, "mails": 5},
                asked_at=NOON,
                begun_at=NOON,
                done_at=NOON if is_done else None,
                receipt=RECEIPT if is_done else "",
            )
        )
        return farewells.owe(db, NUMBER, recipient=OWNER, locale=locale, account_id=account_id, now=NOON)


def is_owed() -> bool:
    with session.reading() as db:
        known = db.execute(select(Farewell.id)).first() is not None
        assert outbox.depth(db, Topic.CERTIFY) == known
        return known


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_the_owner_has_it_once_the_account_is_erased_and_is_forgotten(
    notary: Notary, peer: SmtpPeer, clock: SetClock
) -> None:
    farewell_id = owe(is_done=False)
    certify(farewell_id, notary=notary)
    assert (peer.mails, is_owed()) == ([], True)
    with session.transaction() as db:
        db.execute(update(Erasure).values(state=State.DONE.value, done_at=NOON, receipt=RECEIPT))
    for _ in range(2):
        certify(farewell_id, notary=notary)
    (mail,) = peer.mails
    assert (mail.mail_from, mail.rcpt_to, is_owed()) == ("", OWNER, False)


@pytest.mark.parametrize(
    ("locale", "subject", "tickets"),
    [("en", "Your account is erased", "- Tickets: 3"), ("de", "Ihr Konto ist gelöscht", "- Tickets: 3")],
)
def test_it_has_counts_and_the_receipt_and_names_nobody(
    notary: Notary, peer: SmtpPeer, locale: str, subject: str, tickets: str
) -> None:
    certify(owe(locale=locale), notary=notary)
    mail = read(peer.mails[0].raw)
    body, (receipt,) = mail.get_body(("plain",)), mail.iter_attachments()
    assert body is not None
    text = body.get_content()
    assert (mail["Subject"], mail["Auto-Submitted"]) == (subject, "auto-generated")
    assert tickets in text
    assert NUMBER in text
    assert "ours" not in text
    assert (receipt.get_filename(), json.loads(receipt.get_content())) == (
        "receipt.json",
        json.loads(RECEIPT),
    )


def test_a_server_that_puts_it_off_is_asked_again_in_its_time(
    notary: Notary, peer: SmtpPeer, clock: SetClock
) -> None:
    farewell_id = owe()
    peer.at("rcpt", Answer("451 4.3.0 later"))
    certify(farewell_id, notary=notary)
    certify(farewell_id, notary=notary)
    assert (peer.mails, is_owed()) == ([], True)
    clock.advance(minutes=3)
    certify(farewell_id, notary=notary)
    assert (len(peer.mails), is_owed()) == (1, False)


def test_what_is_refused_for_good_is_seen_and_can_be_sent_again(
    notary: Notary, peer: SmtpPeer, clock: SetClock
) -> None:
    farewell_id = owe()
    peer.at("rcpt", Answer("550 5.1.1 no such user"))
    certify(farewell_id, notary=notary)
    assert (peer.mails, is_owed(), unsent()) == ([], True, ["550 5.1.1 no such user"])
    clock.advance(days=7)
    with session.transaction() as db:
        assert farewells.send_again(db, None, NUMBER, now=clock.now()) == 1
    certify(farewell_id, notary=notary)
    assert (len(peer.mails), is_owed(), unsent()) == (1, False, [])


def test_what_nobody_sends_again_is_forgotten_after_a_month(
    notary: Notary, peer: SmtpPeer, clock: SetClock
) -> None:
    farewell_id = owe()
    peer.at("rcpt", Answer("550 5.1.1 no such user"))
    for _ in range(2):
        certify(farewell_id, notary=notary)
    assert is_owed()
    clock.at += KEPT_FAILED
    certify(farewell_id, notary=notary)
    assert (peer.mails, is_owed()) == ([], False)


def test_a_suspended_account_forgets_it_after_a_month_as_well(
    notary: Notary, peer: SmtpPeer, clock: SetClock
) -> None:
    with session.reading() as db:
        account_id = db.execute(select(Account.id).limit(1)).scalar_one()
    farewell_id = owe(account_id=account_id)
    peer.at("rcpt", Answer("550 5.1.1 no such user"))
    certify(farewell_id, notary=notary)
    with session.transaction() as db:
        db.execute(update(Account).values(suspended_at=NOON))
    clock.at += KEPT_FAILED
    certify(farewell_id, notary=notary)
    assert (peer.mails, is_owed()) == ([], False)


def test_what_had_gone_before_an_older_backup_came_back_does_not_go_twice(
    notary: Notary, peer: SmtpPeer
) -> None:
    certify(owe(), notary=notary)
    with session.transaction() as db:  # as the backup had it
        restored = farewells.owe(db, NUMBER, recipient=OWNER, locale="en", now=NOON)
    certify(restored, notary=notary)
    assert (len(peer.mails), is_owed()) == (1, False)


def test_a_journal_that_cannot_be_written_stops_no_certificate(
    notary: Notary, peer: SmtpPeer, journal: ErasureJournal
) -> None:
    journal.path.parent.parent.joinpath("apart").write_text("a file where the folder should be")
    certify(owe(), notary=notary)
    assert (len(peer.mails), is_owed()) == (1, False)


def test_who_asked_by_mail_has_the_receipt_from_the_account(notary: Notary, peer: SmtpPeer) -> None:
    with session.transaction() as db:
        account = db.execute(select(Account.id, Account.name).limit(1)).one()
    certify(owe(account_id=account.id), notary=notary)
    mail = read(peer.mails[0].raw)
    (receipt,) = mail.iter_attachments()
    assert mail["Subject"] == f"{account.name}: data about you has been deleted"
    assert (receipt.get_filename(), mail["To"]) == ("receipt.json", OWNER)


def unsent() -> list[str]:
    """What the server said of certificates of accounts that are gone."""
    with session.reading() as db:
        return [one.answer for one in farewells.list_unsent(db, None)]


@pytest.mark.parametrize(("after", "is_kept"), [(timedelta(), True), (GIVE_UP_AFTER, False)])
def test_without_a_server_nobody_is_kept_for_ever(
    notary: Notary, clock: SetClock, after: timedelta, *, is_kept: bool
) -> None:
    none = Notary(Sender(relay_url="", ehlo_name="desk.example"), DOMAIN, clock, notary.journal)
    farewell_id = owe()
    clock.at += after
    certify(farewell_id, notary=none)
    assert (unsent() == []) is is_kept
    clock.at += KEPT_FAILED
    certify(farewell_id, notary=none)
    certify(farewell_id, notary=none)
    assert is_owed() is is_kept


def test_what_is_owed_no_more_is_done_with(notary: Notary) -> None:
    with session.transaction() as db:
        outbox.put(db, Topic.CERTIFY, 4711, now=NOON)
    certify(4711, notary=notary)
    assert not is_owed()


def test_of_an_erasure_that_nobody_knows_there_is_no_certificate(notary: Notary, peer: SmtpPeer) -> None:
    with session.transaction() as db:
        farewell_id = farewells.owe(db, NUMBER, recipient=OWNER, locale="en", now=NOON)
    certify(farewell_id, notary=notary)
    assert (peer.mails, is_owed()) == ([], False)


def test_the_log_knows_no_address(notary: Notary, monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogCapture()  # the module's own writes to whatever was standard error at its first use
    monkeypatch.setattr(certifying, "_log", structlog.wrap_logger(None, processors=[log]))
    certify(owe(), notary=notary)
    assert OWNER not in str(log.entries)
    assert {"outcome": "Sent", "goes_on": False}.items() <= log.entries[-1].items()
