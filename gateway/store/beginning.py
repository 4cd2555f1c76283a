"""Whether an account's guided start goes on; each page asks, so it is a small part of its first statement."""

from sqlalchemy import Exists, exists, select

from gateway.store.models import Account, GuidedStart


def is_beginning() -> Exists:
    """Whether the account of a statement has a guided start."""
    return exists(select(GuidedStart.id).where(GuidedStart.account_id == Account.id).correlate(Account))
