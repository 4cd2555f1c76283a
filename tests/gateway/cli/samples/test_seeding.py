"""A short conversation told into an account: everything about it is real."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli.samples.people import ENGLISH_DESK, OLIVIA
from gateway.cli.samples.seeding import DueMail, Storyteller
from gateway.cli.samples.steps import Answered, Noted, Replied, Sorted, Thread, When, Wrote
from gateway.desk import mailboxes, people, signin
from gateway.mail.parse import parse
from gateway.rules.access import Actor, Role, Sight
from gateway.rules.status import ArticleKind, Status
from gateway.settings import Settings, load
from gateway.store import intake, outbox, session
from gateway.store.postbox import Postbox
from gateway.store.queries.articles import TicketDetail, get_detail
from tests.databases import Databases

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
STORY = Thread(
    "story",
    ENGLISH_DESK,
    (
        Wrote(When(minutes=50), OLIVIA, "No sound", "My headset is silent.\n\nOlivia"),
        Sorted(When(minutes=40), ("Audio",)),
        Replied(When(minutes=30), "Is it plugged in?", Status.PENDING),
        Answered(When(minutes=20), OLIVIA, "Now it is.", like_outlook=True),
        Noted(When(minutes=10), "Bring a new cable."),
        Answered(When(minutes=5), OLIVIA, "Out of office.", is_automatic=True),
    ),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path / "data")


@pytest.fixture
def detail(settings: Settings, databases: Databases) -> TicketDetail:
    due = DueMail()
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url, wake=due.wake)
    with session.transaction() as db:
        made = people.create_account(
            db, login="demo", email="x@desk.example", name="", password_hash="x", now=NOW
        )
        address = ENGLISH_DESK.address.address
        mailboxes.add(db, made.id, address, mail_domain=settings.mail_domain, now=NOW)
        db.flush()
        owner = signin.find_credentials(db, "demo")
    assert owner is not None
    staff = Actor(made.id, Role.OWNER, owner.staff_id, "demo")
    Storyteller(settings, staff, due, now=NOW).tell((STORY,))
    with session.reading() as db:
        return get_detail(db, Sight(made.id), 1)


def test_the_conversation_is_one_ticket_with_its_own_times(detail: TicketDetail) -> None:
    inbound, outbound, note = ArticleKind.INBOUND, ArticleKind.OUTBOUND, ArticleKind.NOTE
    assert [a.kind for a in detail.articles] == [inbound, outbound, inbound, note, inbound]
    ages = [NOW - a.created_at for a in detail.articles]
    assert ages == [timedelta(minutes=m) for m in (50, 30, 20, 10, 5)]
    assert (detail.ticket.assignee, detail.ticket.tags) == ("demo", ("Audio",))
    assert [a.auto for a in detail.articles] == [None, None, None, None, "auto-reply"]


def test_outlooks_quotes_are_seen_as_quotes(detail: TicketDetail) -> None:
    answer = detail.articles[2]
    assert answer.reply_text == "Now it is."
    assert "Sent: " in answer.text
    assert "Is it plugged in?" in answer.text


def test_the_desks_answer_is_in_the_postbox_and_nothing_is_owed(
    detail: TicketDetail, settings: Settings
) -> None:
    [kept] = Postbox(settings.postbox_dir).list_mails(OLIVIA.email, limit=9)
    assert parse(kept.raw, detect_type=str).message_id == detail.articles[1].message_id
    assert [d.state for d in detail.articles[1].deliveries] == ["sent"]
    with session.reading() as db:
        assert outbox.next_due_at(db) is None
        assert intake.ledger(db, 1).pending == 0
