"""Quarantine: doubtful mail waits until somebody releases or dismisses it; nothing is dropped.

What is released is filed by a worker as if it had just come in, past the guards that held it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict
from gateway.mail.peek import Glimpse
from gateway.rules.access import Actor, Permission, require
from gateway.rules.doubts import Outcome, Reason
from gateway.store import intake, outbox, quarantine
from gateway.store.audit import Ref
from gateway.store.intake import Fate, IntakeRow
from gateway.store.quarantine import NewHeld

MOST_AT_ONCE = 5000
"""So many mails of one sender are dismissed together; asked again, the next ones are."""


def hold(
    db: Session,
    row: IntakeRow,
    reason: Reason,
    seen: Glimpse,
    *,
    content_hash: str,
    ticket_id: int | None = None,
) -> None:
    """Hold an accepted mail back, which was taken for filing; `ticket_id` is the ticket that it names.

    Raises IntegrityError when the same content is held already: look again, and it is known.
    """
    sender = seen.sender
    new = NewHeld(
        intake_id=row.id,
        reason=reason,
        content_hash=content_hash,
        from_name=sender.name if sender else "",
        from_address=sender.address if sender else row.mail_from,
        subject=seen.subject,
        snippet=seen.snippet,
        arrived_at=row.received_at,
        ticket_id=ticket_id,
    )
    quarantine.put(db, row.account_id, new)
    intake.mark_filed(db, row, Fate.QUARANTINED, ticket_id=None, reason=reason.value)
    outbox.done_for(db, outbox.Topic.FILE, row.id)


def release(db: Session, by: Actor, public_id: str, *, now: datetime) -> None:
    """Let a mail in: a worker files it in a moment. Released before, nothing happens.

    Raises NotFound for a foreign id, Conflict for one that was dismissed.
    """
    require(by, Permission.WORK_EVERYWHERE)
    held = quarantine.get(db, by.account_id, public_id)
    if quarantine.settle(db, held, Outcome.RELEASED, staff_id=by.staff_id, now=now):
        intake.give_back(db, held.intake_id, now=now)
        auditing.note(db, by, Kind.MAIL_RELEASED, Ref(What.MAIL.value, public_id), now=now)
    elif held.outcome is not Outcome.RELEASED:
        raise Conflict("This message was dismissed already.")


def dismiss(db: Session, by: Actor, public_id: str, *, alike: bool = False, now: datetime) -> int:
    """Take a mail off the list; it stays kept, and quarantined in the ledger. How many left the list.

    With `alike` all go that wait for the same reason and came from the same address. Raises NotFound for a
    foreign id, Conflict for one that was released.
    """
    require(by, Permission.WORK_EVERYWHERE)
    held = quarantine.get(db, by.account_id, public_id)
    if held.outcome is Outcome.RELEASED:
        raise Conflict("This message was released already.")
    others = quarantine.waiting_like(db, by.account_id, held, limit=MOST_AT_ONCE) if alike else [held]
    settled = [quarantine.settle(db, one, Outcome.DISMISSED, staff_id=by.staff_id, now=now) for one in others]
    return sum(settled)
