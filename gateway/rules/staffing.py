"""Who may do what to whom among the people of an account."""

from enum import StrEnum

from gateway.errors import Denied
from gateway.rules.access import Actor, Permission, Role, require


class Act(StrEnum):
    """What is done to a person."""

    EDIT = "edit"
    SET_AWAY = "set_away"
    CHANGE_ACCESS = "change_access"
    DEACTIVATE = "deactivate"


STAFF_ROLES = (Role.OWNER, Role.ADMIN, Role.STAFF)
"""What somebody is who works here."""
GIVEN_ROLES = (Role.ADMIN, Role.STAFF)
"""What somebody can be made by others; an owner is made by handing the ownership on."""

_ON_ONESELF = frozenset({Act.EDIT, Act.SET_AWAY})


def require_over(by: Actor, act: Act, *, staff_id: int, role: Role) -> None:
    """Nothing if `by` may do this to the person, else Denied.

    Everybody edits themself and nobody raises or removes themself; owner and admins do all else to
    everybody but the owner.
    """
    if by.staff_id == staff_id and act in _ON_ONESELF:
        return
    require(by, Permission.MANAGE_ACCOUNT)
    if by.staff_id == staff_id:
        raise Denied("You cannot do this to yourself.", detail=f"{act} on oneself")
    if role is Role.OWNER:
        raise Denied("Only the owner can change this.", detail=f"{act} on the owner")
