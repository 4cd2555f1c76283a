"""An account that has something of everything, made by the verbs and, where that takes a lot, row by row."""

from collections.abc import Mapping
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, Table, func, insert, select
from sqlalchemy.orm import Session

from gateway.desk import (
    canned,
    contactmerging,
    contacts,
    drafts,
    groups,
    linking,
    noting,
    remote,
    tickets,
    views,
)
from gateway.desk.replying import Draft, DraftFile
from gateway.desk.tickets import TicketChange
from gateway.desk.views import NewView
from gateway.rules.privacy import Privacy
from gateway.rules.remote import Why
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.drafts import Drafted, DraftedFile
from gateway.store.exported.selection import WHOLE
from gateway.store.models import Account, table
from gateway.store.types import UtcDateTime
from tests import remotes
from tests.world import ANN, NOON, SUPPORT, World, mail

SECRET = "s3cret-mark"


def with_file(text: str, *, sender: str = f"Ann Acme <{ANN}>", subject: str = "With a file") -> bytes:
    """A mail with a text file and a picture of one dot."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, SUPPORT, subject
    made["Message-ID"] = f"<{abs(hash((text, sender)))}@acme.example>"
    made.set_content(text)
    made.add_attachment(f"content of {text}".encode(), "text", "plain", filename="Übersicht.txt")
    return made.as_bytes()


def furnish(world: World) -> None:
    """Give our account something of everything that an export takes."""
    by, now = world.ours.staff, world.clock.now()
    world.receive(with_file("The printer smokes."))
    world.receive(mail("Second request", subject="Second"))
    world.receive(mail("From nobody known", sender="Bob <bob@elsewhere.example>"))
    kept = world.blobs.put(b"what we attach")
    world.reply(1, draft=Draft("See the file.", files=(DraftFile("see.txt", "text/plain", kept),)))
    world.receive(mail(headers=[f"X-Loop: {SUPPORT}"]))
    made = remotes.make(by, 1, now=now)
    drafted = DraftedFile("later.txt", "text/plain", world.blobs.put(b"not sent yet").sha256, 12)
    with session.transaction() as db:
        noting.note(db, by, 1, "Known for that, says @ours.", now=now)
        tickets.patch(db, by, 1, TicketChange(tags=("red", "blue")), now=now)
        tickets.patch(db, by, 2, TicketChange(status=Status.CLOSED), now=now)
        linking.link(db, by, 1, 2, now=now)
        north = groups.create(db, world.ours.owner, name="North", now=now)
        groups.put_in(db, world.ours.owner, north, customer=world.ours.customer)
        canned.create(db, by, name="Hello", text="Dear customer", now=now)
        views.create(db, by, NewView("Red", "tag:red"), now=now)
        drafts.save(db, by, 2, Drafted("note", "Not yet", files=(drafted,)), version=0, now=now)
        one, two = (
            contacts.create(db, by, name=name, addresses=[f"{name}@c.example"], customer=None, now=now)
            for name in ("cara", "carla")
        )
        contactmerging.merge(db, by, one, two, now=now)
    live = remotes.go_live(made, now=now)
    remotes.join(by, made.public_id, now=now)
    with session.transaction() as db:
        remote.end(db, live.session_id, why=Why.STAFF_ENDED.value, now=now + timedelta(minutes=5), by=by)
    with session.transaction() as db:
        for taken in WHOLE:
            _fill(db, table(taken.model), world.ours.account_id)


def _fill(db: Session, one: Table, account_id: int) -> None:
    """Put a row into a table of which the account has none yet."""
    if one is table(Account) or db.scalar(select(func.count()).where(one.c.account_id == account_id)):
        return
    db.execute(insert(one).values({c.name: _value(db, c, account_id) for c in one.columns if c.name != "id"}))


def _value(db: Session, column: Column[Any], account_id: int) -> Any:
    if column.name == "account_id":
        return account_id
    for key in column.foreign_keys:
        target = key.column.table
        return db.scalar(select(func.min(target.c.id)).where(target.c.account_id == account_id))
    if column.info["privacy"] is Privacy.SECRET:
        return SECRET
    if column.nullable:
        return None
    for kind, value in _VALUES.items():
        if isinstance(column.type, kind):
            return value
    return f"{column.table.name} {column.name}"[: getattr(column.type, "length", None) or 50]


_VALUES: Mapping[type, object] = {
    UtcDateTime: NOON,
    JSON: [],
    Boolean: False,
    Integer: 1,
    LargeBinary: b"\0\1\xff",
}
