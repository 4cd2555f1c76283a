"""The audit log tells nothing that anybody wrote: every personal column bears a mark, and no entry does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Session

from gateway.desk import (
    contactmerging,
    contacts,
    customers,
    dkimkeys,
    imapsources,
    mailboxes,
    mailedlinks,
    passkeys,
    secondfactor,
    signin,
    smtpaccounts,
    tokens,
)
from gateway.desk.ceremonies import FreshKey
from gateway.desk.imapsources import Connection
from gateway.desk.mailedlinks import Purpose
from gateway.desk.smtpaccounts import Outgoing
from gateway.inbound import csvfile
from gateway.rules.privacy import Privacy
from gateway.store import session
from gateway.store.models import ApiToken, AuditEntry, Record
from gateway.store.sealed import Seal
from tests.databases import Databases, configured
from tests.world import DOMAIN, NOON, SEAL, World, build, mail

MARK = "Zq7Mark"
_WRITTEN = (Privacy.PERSONAL, Privacy.CONTENT)


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> Iterator[World]:
    """The cast, each of its people and things called by a mark."""
    with configured(databases.migrated("sqlite", tmp_path)):
        made = build(tmp_path)
        made.receive(mail())
        yield made


def mark_everything() -> set[str]:
    """Put the mark into every text that people wrote, in every row there is; the columns that bear it now."""
    marked = set()
    with session.transaction() as db:
        for table in Record.metadata.sorted_tables:
            for column in table.columns:
                is_text = isinstance(column.type, String | Text) and not column.foreign_keys
                if is_text and column.info["privacy"] in _WRITTEN:
                    values = {column.name: f"{MARK}-" + table.c.id.cast(String) + "@x.example"}
                    if db.execute(update(table).values(values)).rowcount:  # type: ignore[attr-defined]
                        marked.add(f"{table.name}.{column.name}")
    return marked


def _contacts(world: World) -> Callable[[Session], object]:
    def work(db: Session) -> None:
        by = world.ours.owner
        one, other = (
            contacts.create(db, by, name=MARK, addresses=[f"{MARK}@{place}.example"], customer=None, now=NOON)
            for place in ("a", "b")
        )
        contactmerging.undo(db, by, contactmerging.merge(db, by, one, other, now=NOON), now=NOON)

    return work


def _factor(world: World) -> Callable[[Session], object]:
    def work(db: Session) -> None:
        by = world.ours.owner
        secondfactor.new_recovery_codes(db, by, now=NOON)
        passkeys.add(db, by, FreshKey(MARK, b"key", 0), MARK, now=NOON)
        secondfactor.redeem(db, by.staff_id or 0, MARK, seal=SEAL, now=NOON)
        secondfactor.demand(db, by, demanded=True, now=NOON)
        secondfactor.demand(db, by, demanded=False, now=NOON)
        passkeys.remove(db, by, passkeys.list_passkeys(db, by)[0].public_id, now=NOON)

    return work


def _mailbox(world: World) -> Callable[[Session], object]:
    def work(db: Session) -> None:
        by, account = world.ours.owner, world.ours.account_id
        box = mailboxes.add(
            db, account, f"{MARK}@c.example", name=MARK, mail_domain=DOMAIN, now=NOON, by=by
        ).public_id
        host, secret = "imap.example", Seal(b"key").seal(MARK)
        imapsources.connect(db, by, box, Connection(host, MARK, secret), now=NOON)
        imapsources.remove(db, by, box, now=NOON)
        smtpaccounts.save(db, by, box, Outgoing(host, MARK, secret), now=NOON)
        smtpaccounts.remove(db, by, box, now=NOON)
        dkimkeys.make(db, by, box, dkimkeys.generate(SEAL), now=NOON)
        dkimkeys.remove(db, by, box, now=NOON)
        mailboxes.remove(db, account, box, now=NOON, by=by)

    return work


def _tokens(world: World) -> Callable[[Session], object]:
    def work(db: Session) -> None:
        tokens.create(db, world.ours.account_id, label=MARK, now=NOON, by=world.ours.owner)
        token = db.execute(select(ApiToken.public_id)).scalar_one()
        tokens.revoke(db, world.ours.account_id, token, now=NOON, by=world.ours.owner)
        customers.remove(db, world.ours.owner, world.ours.customer, now=NOON)

    return work


def _password(world: World) -> Callable[[Session], object]:
    def work(db: Session) -> None:
        by = world.ours.owner
        secret, _other = (signin.open_session(db, by.staff_id or 0, browser=MARK, now=NOON) for _ in range(2))
        signin.change_password(db, by, secret, "x", now=NOON)
        letter = mailedlinks.write(
            mailedlinks.reader_of(db, by),
            Purpose.RESET,
            base_url="https://desk.example",
            blobs=world.blobs,
            mail_domain=DOMAIN,
            now=NOON,
        )
        mailedlinks.send(db, letter, now=NOON)

    return work


def test_no_entry_holds_what_somebody_wrote(world: World) -> None:
    marked = mark_everything()
    assert {"staff.login", "account.name", "customer.name", "article.text", "contact.name"} <= marked
    csvfile.take(world.ours.owner, f"customer\n{MARK}\n".encode(), dry_run=False, clock=world.clock)
    for work in (_contacts, _factor, _mailbox, _tokens, _password):
        with session.transaction() as db:
            work(world)(db)
    mark_everything()
    with session.reading() as db:
        rows = db.execute(select(*Record.metadata.tables[AuditEntry.__tablename__].c)).all()
    assert [row for row in rows if MARK.lower() in repr(row).lower()] == []
    assert len({row.kind for row in rows}) > 15
