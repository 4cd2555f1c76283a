"""Holding an account to what the operator lets it have."""

from sqlalchemy.orm import Session

from gateway.errors import AccountFull, Conflict, Suspended
from gateway.store import bounds


def takes_mail(db: Session, account_id: int) -> bool:
    """Whether mail may come in; False for an account that ends: nobody has its addresses any more.

    Suspended or AccountFull if it is to be tried again later.
    """
    found = bounds.bounds_of(db, account_id)
    if found is None:
        return True
    if found.ends:
        return False
    if found.suspended_at is not None:
        raise Suspended(detail="no mail is taken")
    if found.is_full:
        raise AccountFull(detail="the operator's limit")
    return True


def check_room_for_staff(db: Session, account_id: int) -> None:
    """Nothing if one more may work there, else Conflict; two who come at once do not both find room."""
    bounds.hold(db, account_id)
    found = bounds.bounds_of(db, account_id)
    most = found.limits.staff if found else 0
    if 0 < most <= bounds.count_staff(db, account_id):
        raise Conflict("As many people work in this account as may. The operator can allow more.")
