"""SMTP accounts and turns: one account a mailbox, one turn a mail, and all of it goes with the mailbox."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import Mailbox, RelayOffer, SmtpAccount, SmtpTurn
from tests.world import World

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def account(mailbox: Mailbox) -> SmtpAccount:
    return SmtpAccount(
        account_id=mailbox.account_id,
        mailbox_id=mailbox.id,
        host="smtp.example.org",
        port=465,
        security="tls",
        auth="password",
        sender="ours",
        max_connections=2,
        mails_per_minute=0,
        created_at=NOW,
    )


def test_a_mailbox_has_one_account_and_takes_it_along(world: World) -> None:
    with session.transaction() as db:
        mailbox = db.get_one(Mailbox, world.ours.mailbox.id)
        made = account(mailbox)
        db.add(made)
        db.flush()
        owner = {"account_id": made.account_id, "smtp_account_id": made.id}
        db.add(SmtpTurn(begins_at=NOW, until=NOW, **owner))
        db.add(SmtpTurn(begins_at=NOW, until=NOW, **owner))
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.add(account(db.get_one(Mailbox, world.ours.mailbox.id)))
    with session.transaction() as db:
        db.execute(delete(Mailbox).where(Mailbox.id == world.ours.mailbox.id))
        assert db.execute(select(SmtpTurn.id)).first() is None
        assert db.execute(select(SmtpAccount.id)).first() is None


def test_a_server_has_one_offer(world: World) -> None:
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.add_all([RelayOffer(server="a:25", max_message_bytes=size) for size in (1, 2)])
