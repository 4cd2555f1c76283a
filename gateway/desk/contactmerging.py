"""Merging contacts: two entries for one person become one, and apart again if that was a mistake.

Addresses and tickets of the merged contact move over; it stays as an empty row that leads to the other one,
so that old links go on working.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing, customers
from gateway.desk import contacts as people
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.rules.access import Actor, Permission, Sight, require
from gateway.rules.status import OPEN_STATUSES
from gateway.store import contacts
from gateway.store.audit import Ref
from gateway.store.models import Contact, ContactAddress, ContactMerge, Ticket
from gateway.store.queries.contacts import ContactDetail, get_contact

UNDO_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: `source` becomes part of `target` with this many tickets."""

    source: ContactDetail
    target: ContactDetail
    tickets: int
    open_tickets: int


def preview(db: Session, by: Actor, public_id: str, into: str) -> Preview:
    """What `merge` would do; errors as there."""
    require(by, Permission.WORK_EVERYWHERE)
    source, target = (get_contact(db, by.sight, one) for one in (public_id, into))
    _check(public_id, source.public_id, target.public_id)
    theirs = select(func.count()).select_from(Ticket).join(Contact, Contact.id == Ticket.contact_id)
    mine = theirs.where(Contact.account_id == by.account_id, Contact.public_id == source.public_id)
    is_open = Ticket.status.in_([status.value for status in OPEN_STATUSES])
    return Preview(
        source, target, db.execute(mine).scalar_one(), db.execute(mine.where(is_open)).scalar_one()
    )


def merge(db: Session, by: Actor, public_id: str, into: str, *, now: datetime) -> str:
    """Let a contact become part of another one; the public id of what happened, to undo it by.

    Tickets stay with the customers they have. Raises NotFound for a foreign contact, Invalid for
    itself, Conflict when it is merged already.
    """
    require(by, Permission.WORK_EVERYWHERE)
    source, target = _both(db, by.account_id, public_id, into)
    _check(public_id, source.public_id, target.public_id)
    done = ContactMerge(
        public_id=new_public_id(),
        account_id=by.account_id,
        source_id=source.id,
        target_id=target.id,
        staff_id=by.staff_id,
        addresses=_move_addresses(db, source.id, target.id),
        tickets=_move_tickets(db, source.id, target.id),
        led=_lead(db, source.id, target.id),
        note_before=target.note,
        merged_at=now,
    )
    db.add(done)
    source.merged_into_id = target.id
    target.note = customers.checked_note(_joined(target.note, source.note))
    db.flush()
    _find_by_words(db, by.account_id, source.id, target.id)
    auditing.note(db, by, Kind.CONTACTS_MERGED, Ref(What.CONTACT.value, target.public_id), now=now)
    return done.public_id


def undo(db: Session, by: Actor, merge_id: str, *, now: datetime) -> str:
    """Give a merged contact back what it brought and is still there; its public id.

    What came since stays. Conflict when it is too late, undone already, or one of them would have no address.
    """
    require(by, Permission.WORK_EVERYWHERE)
    done = _get(db, by.account_id, merge_id)
    if now - done.merged_at > UNDO_WITHIN:
        raise Conflict("Merging can be undone for 30 days; they are over.")
    source, target = _apart(db, by.account_id, done)
    brought = [one for one in contacts.addresses_of(db, by.account_id, target.id) if one in done.addresses]
    if not brought:
        raise Conflict("None of the addresses that came with it is there any more.")
    if len(brought) == len(contacts.addresses_of(db, by.account_id, target.id)):
        raise Conflict("Every address that is there came with it, so it cannot go.")
    source.merged_into_id = None
    if target.note == _joined(done.note_before, source.note):
        target.note = done.note_before
    db.flush()
    _move_addresses(db, target.id, source.id, only=brought)
    _move_tickets(db, target.id, source.id, only=done.tickets)
    _lead(db, target.id, source.id, only=done.led)
    _find_by_words(db, by.account_id, source.id, target.id)
    db.delete(done)
    auditing.note(db, by, Kind.CONTACTS_UNMERGED, Ref(What.CONTACT.value, target.public_id), now=now)
    return source.public_id


def _check(asked: str, source: str, target: str) -> None:
    if source != asked:  # else two who merge one contact at once would merge the two others as well
        raise Conflict("This contact is merged already.")
    if source == target:
        raise Invalid("A contact cannot be merged with itself.", field="into")


def _both(db: Session, account_id: int, *public_ids: str) -> list[Contact]:
    """Both rows, held in the same order by everybody, so that two merges never wait for each other."""
    held = {one: people.locked(db, Sight(account_id), one) for one in sorted(public_ids)}
    return [held[one] for one in public_ids]


def _apart(db: Session, account_id: int, done: ContactMerge) -> list[Contact]:
    """The merged contact and the one that it leads to now; Conflict if it stands alone."""
    ids = select(Contact.id, Contact.merged_into_id).where(Contact.account_id == account_id)
    led = db.execute(ids.where(Contact.id == done.source_id)).one().merged_into_id
    hold = select(Contact).where(Contact.id.in_([done.source_id, led])).order_by(Contact.public_id)
    fresh = hold.with_for_update().execution_options(populate_existing=True)
    rows = {row.id: row for row in db.execute(fresh).scalars()}
    source = rows[done.source_id]
    if led is None or source.merged_into_id != led:
        raise Conflict("This is undone already.")
    return [source, rows[led]]


def _get(db: Session, account_id: int, merge_id: str) -> ContactMerge:
    mine = ContactMerge.account_id == account_id, ContactMerge.public_id == merge_id
    found = db.execute(select(ContactMerge).where(*mine)).scalar()
    if found is None:
        raise NotFound("There is no such merge.")
    return found


def _joined(note: str, more: str) -> str:
    return "\n\n".join(filter(None, (note, more)))


def _move_addresses(db: Session, from_id: int, to_id: int, *, only: list[str] | None = None) -> list[str]:
    theirs = [ContactAddress.contact_id == from_id]
    if only is not None:
        theirs.append(ContactAddress.address.in_(only))
    moved = update(ContactAddress).where(*theirs).values(contact_id=to_id).returning(ContactAddress.address)
    return list(db.execute(moved).scalars())


def _move_tickets(db: Session, from_id: int, to_id: int, *, only: list[int] | None = None) -> list[int]:
    found = db.execute(select(Ticket.id).where(Ticket.contact_id == from_id)).scalars().all()
    moved = list(found) if only is None else sorted(set(found) & set(only))
    for start in range(0, len(moved), _BATCH):
        some = Ticket.contact_id == from_id, Ticket.id.in_(moved[start : start + _BATCH])
        db.execute(update(Ticket).where(*some).values(contact_id=to_id))
    return moved


_BATCH = 1000  # a statement of SQLite takes so many values on any build


def _lead(db: Session, from_id: int, to_id: int, *, only: list[int] | None = None) -> list[int]:
    """Whoever leads to the one leads to the other from now on."""
    theirs = [Contact.merged_into_id == from_id]
    if only is not None:
        theirs.append(Contact.id.in_(only))
    led = update(Contact).where(*theirs).values(merged_into_id=to_id).returning(Contact.id)
    return list(db.execute(led).scalars())


def _find_by_words(db: Session, account_id: int, *contact_ids: int) -> None:
    for contact_id in contact_ids:
        contacts.write(db, account_id, contact_id, {})
