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
    WORK_EVERYWHERE = "work_everywhere"
    OWN_ACCOUNT = "own_account"


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody sees who does not see all, by keys.

    These tickets, all tickets of these customers and groups, and what is assigned to `staff_id`.
    """

    tickets: tuple[int, ...] = ()
    customers: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """With whose eyes tickets and customers are read; without a `reach` all of the account is there.

    To a guest (`is_guest`) notes are there only where they are shared, and forwarded messages never.
    """

    account_id: int
    reach: Reach | None = None
    is_guest: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which account. `staff_id` is None for an API token.

    `is_confirmed` says whether a person has shown that their address is theirs. Without a `reach` they see
    all of the account. `token_id` is the public id of an API token.
    """

    account_id: int
    role: Role
    staff_id: int | None = None
    name: str = ""
    is_confirmed: bool = True
    reach: Reach | None = None
    token_id: str = ""

    @property
    def sight(self) -> Sight:
        """What they see."""
        return Sight(self.account_id, self.reach, self.role is Role.GUEST)


_WORKERS = frozenset(Role) - {Role.GUEST}
_ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.WORK_TICKETS: _WORKERS,
    Permission.EDIT_CUSTOMERS: _WORKERS,
    Permission.MANAGE_ACCOUNT: frozenset({Role.OWNER, Role.ADMIN, Role.TOKEN}),
    Permission.SEND_MAIL: _WORKERS,
    Permission.RELEASE_HELD: frozenset({Role.OWNER, Role.ADMIN}),
    Permission.WORK_EVERYWHERE: _WORKERS,
    Permission.OWN_ACCOUNT: frozenset({Role.OWNER}),
}
UNCONFIRMED = "Please confirm your e-mail address first: until then no mail is sent."
"""What is said to who would have mail sent but for that."""


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role includes the permission.

    Who may send mail has a confirmed address, too, and who works everywhere sees everything.
    """
    if permission is Permission.WORK_EVERYWHERE and actor.reach is not None:
        return False
    is_held_back = permission is Permission.SEND_MAIL and not actor.is_confirmed
    return actor.role in _ALLOWED[permission] and not is_held_back


def require(actor: Actor, permission: Permission) -> None:
    """Nothing if they may, else Denied, which says so where confirming an address is all that lacks."""
    if may(actor, permission):
        return
    is_held_back = permission is Permission.SEND_MAIL and actor.role in _ALLOWED[permission]
    raise Denied(UNCONFIRMED if is_held_back else None, detail=f"{actor.role} lacks {permission}")
