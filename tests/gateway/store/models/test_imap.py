"""IMAP accounts, their folders and what was seen in them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import ImapFolder, ImapMessage, ImapSource, Mailbox
from tests.world import World

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def folder_id(world: World) -> int:
    with session.transaction() as db:
        mailbox_id, account_id = db.execute(select(Mailbox.id, Mailbox.account_id)).first() or (0, 0)
        source = ImapSource(
            public_id="s" * 16,
            account_id=account_id,
            mailbox_id=mailbox_id,
            host="imap.example.org",
            port=993,
            security="tls",
            username="help",
            auth="password",
            sealed_secret="sealed",
            folders=["INBOX"],
            when_done="seen",
            state="trial",
            created_at=NOW,
        )
        db.add(source)
        db.flush()
        folder = ImapFolder(account_id=account_id, source_id=source.id, name="INBOX", uidvalidity=1)
        db.add(folder)
        db.flush()
        return folder.id


def take(folder_id: int, uid: int) -> None:
    with session.transaction() as db:
        account_id = db.execute(select(ImapFolder.account_id)).scalar_one()
        row = {"account_id": account_id, "folder_id": folder_id, "uidvalidity": 1, "uid": uid}
        db.execute(insert(ImapMessage), row)


def test_a_uid_is_taken_once(folder_id: int) -> None:
    take(folder_id, 7)
    take(folder_id, 8)
    with pytest.raises(IntegrityError):
        take(folder_id, 7)


def test_a_removed_mailbox_takes_its_source_along(folder_id: int) -> None:
    take(folder_id, 7)
    with session.transaction() as db:
        db.execute(delete(Mailbox))
        for model in (ImapSource, ImapFolder, ImapMessage):
            assert db.execute(select(model.id)).first() is None
