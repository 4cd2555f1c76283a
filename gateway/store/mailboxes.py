"""A mailbox by the id that people see: the one place that binds it to its account."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.store.models import Mailbox


def get(db: Session, account_id: int, public_id: str, *, is_alone: bool = False) -> Mailbox:
    """The mailbox; NotFound also for another account's.

    With `is_alone` whoever asks for it so meanwhile waits for this transaction's end.
    """
    wanted = select(Mailbox).where(Mailbox.account_id == account_id, Mailbox.public_id == public_id)
    found = db.execute(wanted.with_for_update() if is_alone else wanted).scalar()
    if found is None:
        raise NotFound("There is no such mailbox.")
    return found
