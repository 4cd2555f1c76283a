"""Whether somebody has a second factor, as a condition for queries."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from gateway.store.models import Passkey, Totp


def has_factor(staff_id: Any) -> ColumnElement[bool]:
    """The condition that a person, named by a value or a column, has an app or a passkey."""
    app = select(Totp.id).where(Totp.staff_id == staff_id, Totp.confirmed_at.is_not(None))
    passkey = select(Passkey.id).where(Passkey.staff_id == staff_id)
    return or_(app.exists(), passkey.exists())
