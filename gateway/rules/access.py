"""Who may do what in an account."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.errors import Denied


class Role(StrEnum):
    """What somebody is in the account; an API token acts as an admin without a name.

    An account has one owner at any time. A guest sees what they were invited to, on pages of their own.
    """

    OWNER = "owner"
    ADMIN = "admin"
    STAFF = "staff"
    GUEST = "guest"
    TOKEN = "token"


class Permission(StrEnum):
    """What can be asked for."""

    WORK_TICKETS = "work_tickets"
    EDIT_CUSTOMERS = "edit_customers"
    MANAGE_ACCOUNT = "manage_account"
    SEND_MAIL = "send_mail"
    RELEASE_HELD = "release_held"
    OWN_ACCOUNT = "own_account"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which account. `staff_id` is None for an API token.

    `is_confirmed` says whether a person has shown that their address is theirs. Without `sees_all` they see
    what belongs to the groups they are given. `token_id` is the public id of an API token.
    """

    account_id: int
    role: Role
    staff_id: int | None = None
    name: str = ""
    is_confirmed: bool = True
    sees_all: bool = True
    token_id: str = ""


_WORKERS = frozenset(Role) - {Role.GUEST}
_ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.WORK_TICKETS: _WORKERS,
    Permission.EDIT_CUSTOMERS: _WORKERS,
    Permission.MANAGE_ACCOUNT: frozenset({Role.OWNER, Role.ADMIN, Role.TOKEN}),
    Permission.SEND_MAIL: _WORKERS,
    Permission.RELEASE_HELD: frozenset({Role.OWNER, Role.ADMIN}),
    Permission.OWN_ACCOUNT: frozenset({Role.OWNER}),
}
_UNCONFIRMED = "Please confirm your e-mail address first: until then no mail is sent."


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role includes the permission; who may send mail has a confirmed address, too."""
    is_held_back = permission is Permission.SEND_MAIL and not actor.is_confirmed
    return actor.role in _ALLOWED[permission] and not is_held_back


def require(actor: Actor, permission: Permission) -> None:
    """Nothing if they may, else Denied, which says so where confirming an address is all that lacks."""
    if may(actor, permission):
        return
    is_held_back = actor.role in _ALLOWED[permission]
    raise Denied(_UNCONFIRMED if is_held_back else None, detail=f"{actor.role} lacks {permission}")
