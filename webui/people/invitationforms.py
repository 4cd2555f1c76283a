"""What is typed to invite somebody, read and limited; what it means is the desk's business."""

from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from gateway.desk.inviting import GuestInvite, Invited, StaffInvite
from gateway.errors import Invalid
from gateway.rules.access import Role
from gateway.rules.invitations import READING, Rights

_MAX_CHARS = 1000
_MAX_DIGITS = 18  # of a ticket's number: more is no number that either database holds
_MOST_GROUPS = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was typed."""

    address: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    role: str = Role.STAFF.value
    sees_all: bool = True
    groups: tuple[str, ...] = ()
    rights: Rights = READING
    until: str = ""

    @property
    def whom(self) -> Invited:
        """Whom the mail goes to."""
        return Invited(self.address, self.first_name, self.last_name, self.locale)


@dataclass(frozen=True, slots=True)
class Target:
    """What a guest is to see, as the address of the page names it; all None invites staff."""

    ticket: int | None = None
    customer: str | None = None
    group: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether it is about a guest."""
        return self != Target()


def read(form: MultiDict[str, str]) -> Typed:
    """What was typed to invite somebody, or to change what a guest may do."""
    return Typed(
        address=_line(form, "address"),
        first_name=_line(form, "first_name"),
        last_name=_line(form, "last_name"),
        locale=_line(form, "locale"),
        role=_line(form, "role"),
        sees_all=form.get("sees") != "groups",
        groups=tuple(form.getlist("groups")[:_MOST_GROUPS]),
        rights=Rights("may_note" in form, "may_answer" in form, "may_join" in form),
        until=_line(form, "until"),
    )


def read_target(named: MultiDict[str, str]) -> Target:
    """What is to be shared; a ticket's number that is none is 0, which no ticket has."""
    number = named.get("ticket", "")
    is_number = number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS
    return Target(
        ticket=(int(number) if is_number else 0) if number else None,
        customer=named.get("customer") or None,
        group=named.get("group") or None,
    )


def staff_invite(typed: Typed) -> StaffInvite:
    """As the desk takes it; nobody can be invited as owner, which stands for a role that is none."""
    role = next((role for role in Role if role.value == typed.role), Role.OWNER)
    return StaffInvite(typed.whom, role, typed.sees_all, typed.groups)


def guest_invite(typed: Typed, target: Target) -> GuestInvite:
    """As the desk takes it; Invalid for a day that is none."""
    return GuestInvite(
        typed.whom, target.ticket, target.customer, target.group, typed.rights, read_day(typed.until)
    )


def read_day(text: str) -> date | None:
    """A day as browsers send it, None for no day; Invalid for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Please choose a day from today on, ten years ahead at most.", field="until") from None


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_MAX_CHARS]
