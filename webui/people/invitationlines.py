"""Invitations as their pages show them: to what, what one may do, how far they have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.rules.access import Role
from gateway.rules.invitations import Rights, State, last_day
from gateway.store.queries.invitations import InvitationView
from webui.people import lines
from webui.wording import Moment, day, moment


@dataclass(frozen=True, slots=True)
class Line:
    """An invitation in words. `href` leads to what a guest is invited to.

    `may_resend` and `may_revoke` say what can still be done with it.
    """

    public_id: str
    address: str
    name: str
    what: str
    href: str
    rights: str
    until: str
    until_iso: str
    state: str
    state_word: str
    light: str
    inviter: str
    person: str
    made: Moment
    closes: Moment
    accepted: Moment | None
    is_guest: bool
    may_resend: bool
    may_revoke: bool


def line(view: InvitationView, now: datetime) -> Line:
    """An invitation at this moment."""
    ends_on = last_day(view.until) if view.until else None
    was_accepted, is_guest = view.accepted_at is not None, view.role is Role.GUEST
    return Line(
        public_id=view.public_id,
        address=view.address,
        name=view.name,
        what=_what(view),
        href=_href(view),
        rights=rights_in_words(view.rights) if is_guest else "",
        until=day(ends_on) if ends_on else "",
        until_iso=ends_on.isoformat() if ends_on else "",
        state=view.state.value,
        state_word=state_names()[view.state],
        light=_LIGHTS[view.state],
        inviter=view.invited_by,
        person=view.person or "",
        made=moment(view.created_at, now),
        closes=moment(view.expires_at, now),
        accepted=moment(view.accepted_at, now) if view.accepted_at else None,
        is_guest=is_guest,
        may_resend=not was_accepted and view.state in (State.OPEN, State.EXPIRED),
        may_revoke=view.state is not State.REVOKED and (is_guest or not was_accepted),
    )


def state_names() -> Mapping[State, str]:
    """What the states are called."""
    return {
        State.OPEN: _("not accepted yet"),
        State.ACCEPTED: _("accepted"),
        State.EXPIRED: _("over"),
        State.REVOKED: _("revoked"),
    }


def rights_in_words(rights: Rights) -> str:
    """What a guest may do."""
    named = {
        _("write notes"): rights.may_note,
        _("answer customers"): rights.may_answer,
        _("join remote sessions"): rights.may_join,
    }
    return ", ".join([_("read"), *(word for word, granted in named.items() if granted)])


def _what(view: InvitationView) -> str:
    shared = view.shared
    if shared.ticket:
        return f"#{shared.ticket.number} {shared.ticket.subject}"
    if shared.customer:
        return _("Customer %(name)s") % {"name": shared.customer.name}
    if shared.group:
        return _("Group %(name)s") % {"name": shared.group.name}
    role = lines.role_names()[view.role]
    if view.sees_all:
        return role
    groups = ", ".join(group.name for group in view.groups) or _("no group")
    return f"{role} · {groups}"


def _href(view: InvitationView) -> str:
    shared = view.shared
    if shared.ticket:
        return f"/t/{shared.ticket.number}"
    if shared.customer:
        return f"/customers/{shared.customer.public_id}"
    return f"/groups/{shared.group.public_id}" if shared.group else ""


_LIGHTS = {State.OPEN: "wait", State.ACCEPTED: "ok", State.EXPIRED: "", State.REVOKED: "bad"}
