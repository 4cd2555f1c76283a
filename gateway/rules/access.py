"""Who may do what in an account."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.errors import Denied


class Role(StrEnum):
    """What somebody is in the account; an API token acts as an admin without a name."""

    OWNER = "owner"
    ADMIN = "admin"
    STAFF = "staff"
    TOKEN = "token"


class Permission(StrEnum):
    """What can be asked for."""

    WORK_TICKETS = "work_tickets"
    EDIT_CUSTOMERS = "edit_customers"
    MANAGE_ACCOUNT = "manage_account"
    RELEASE_HELD = "release_held"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which account. `staff_id` is None for an API token."""

    account_id: int
    role: Role
    staff_id: int | None = None
    name: str = ""


_WORKERS = frozenset(Role)
_ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.WORK_TICKETS: _WORKERS,
    Permission.EDIT_CUSTOMERS: _WORKERS,
    Permission.MANAGE_ACCOUNT: frozenset({Role.OWNER, Role.ADMIN, Role.TOKEN}),
    Permission.RELEASE_HELD: frozenset({Role.OWNER, Role.ADMIN}),
}


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role includes the permission."""
    return actor.role in _ALLOWED[permission]


def require(actor: Actor, permission: Permission) -> None:
    """Nothing if they may, else Denied."""
    if not may(actor, permission):
        raise Denied(detail=f"{actor.role} lacks {permission}")
