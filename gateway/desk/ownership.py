"""Handing an account on: it has one owner at any time, also while two hand it on at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gateway.desk import auditing, staff
from gateway.desk.auditing import Kind, What
from gateway.desk.notices import write_notice
from gateway.errors import Conflict, Denied, Invalid
from gateway.rules.access import Actor, Permission, Role, require
from gateway.rules.staffing import GIVEN_ROLES
from gateway.store import deliveries
from gateway.store.audit import Ref
from gateway.store.blobs import BlobStore
from gateway.store.models import Staff, StaffGroup
from gateway.store.queries.staff import StaffView


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail that is written: to whom, and the hash of its bytes, which are durable."""

    recipient: str
    raw_sha256: str


def write_notices(
    old: StaffView, new: StaffView, *, business: str, blobs: BlobStore, mail_domain: str, now: datetime
) -> tuple[Notice, Notice]:
    """The mails that tell both of it; nothing is recorded yet."""

    def written(to: StaffView, other: StaffView) -> Notice:
        raw = write_notice(
            "ownership",
            to=to.email,
            locale=to.locale,
            mail_domain=mail_domain,
            now=now,
            person=to.first_name or to.login,
            other=other.name,
            business=business,
            is_new=to is new,
        )
        return Notice(to.email, blobs.put(raw).sha256)

    return written(old, new), written(new, old)


def hand_on(
    db: Session, by: Actor, public_id: str, *, notices: tuple[Notice, ...] = (), now: datetime
) -> None:
    """The owner makes somebody else the owner, and is an admin from then on; both are told.

    Invalid for who is deactivated or has not confirmed their address, Conflict if the owner has handed it
    on already: then nothing is changed.
    """
    whom = staff.find(db, by.account_id, public_id)
    require(by, Permission.OWN_ACCOUNT)
    if whom.id == by.staff_id or by.staff_id is None:
        raise Denied("You cannot do this to yourself.", detail="ownership to oneself")
    # The old one first: never, not even inside of the transaction, are there two of them.
    staff.change_if(db, by.staff_id, (Role.OWNER,), {"role": Role.ADMIN.value})
    fit = Staff.deactivated_at.is_(None), Staff.email_confirmed_at.is_not(None)
    values = {"role": Role.OWNER.value, "sees_all": True}
    try:
        staff.change_if(db, whom.id, GIVEN_ROLES, values, *fit)
    except Conflict:
        raise Invalid("The new owner has to be active and to have confirmed their address.") from None
    db.execute(delete(StaffGroup).where(StaffGroup.staff_id == whom.id))
    for notice in notices:
        deliveries.queue_notice(
            db, account_id=by.account_id, recipient=notice.recipient, raw_sha256=notice.raw_sha256, now=now
        )
    auditing.note(db, by, Kind.OWNERSHIP_HANDED_ON, Ref(What.STAFF.value, public_id), now=now)
