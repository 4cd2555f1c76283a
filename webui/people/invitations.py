"""The pages of invitations: who is invited to what, inviting somebody, and what can be done about it then."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import invitations
from gateway.desk.views import overview
from gateway.errors import Conflict, Denied, DeskError, Invalid, TooMany
from gateway.i18n import _, current_locale
from gateway.rules.access import Actor, Permission, may, require
from gateway.rules.invitations import State, last_day
from gateway.store.queries.customers import get_customer
from gateway.store.queries.groups import get_group, list_groups
from gateway.store.queries.invitations import InvitationView, list_invitations
from gateway.store.queries.tickets import get_ticket
from gateway.store.session import reading, transaction
from webui import complaints, inviting, pages
from webui.office import office
from webui.people import invitationforms as forms
from webui.people import invitationlines as lines
from webui.people.invitationforms import Target, Typed
from webui.people.lines import role_names
from webui.rail import rail
from webui.sessions import actor, proven, safe_next, signed_in

blueprint = Blueprint("invitations", __name__)

_PATH = "/people/invitations"
_INVITE = "/people/invite"


@blueprint.get(_PATH)
@signed_in
def index() -> ResponseReturnValue:
    """The invitations that one manages, newest first; those of one state."""
    by, now, state = actor(), office().clock.now(), _state(request.args.get("state", ""))
    with reading() as db:
        wanted = invitations.managed_by(by, state=state)
        found = list_invitations(db, wanted, now=now, after=request.args.get("after"))
        views = rail(overview(db, by), by)
    kept = {"state": state.value if state else "", "after": found.next}
    return pages.render(
        "web/people/invitations.html",
        area="people",
        views=views,
        invitations=[lines.line(one, now) for one in found.items],
        states=lines.state_names(),
        chosen=state,
        may_manage=may(by, Permission.MANAGE_ACCOUNT),
        told=_told(),
        older=f"{_PATH}?{urlencode({k: v for k, v in kept.items() if v})}" if found.next else "",
    )


@blueprint.get(_INVITE)
@proven
def form() -> ResponseReturnValue:
    """Invite a guest to what the address names, or a colleague."""
    return _form_page(forms.read_target(request.args), Typed(locale=current_locale()))


@blueprint.post(_INVITE)
@proven
def invite() -> ResponseReturnValue:
    """Send the invitation; what cannot be taken comes back as it was typed."""
    typed, target = forms.read(request.form), forms.read_target(request.form)
    try:
        wanted = forms.guest_invite(typed, target) if target.is_named else forms.staff_invite(typed)
        inviting.invite(actor(), wanted)
    except (Invalid, Conflict, Denied, TooMany) as error:
        return _form_page(target, typed, error), error.http
    return redirect(_onward() or f"{_PATH}?sent=1", 303)


@blueprint.get(f"{_PATH}/<public_id>")
@signed_in
def invitation(public_id: str) -> ResponseReturnValue:
    """One invitation, and for a guest's what they may do and until when."""
    return _page(public_id)


@blueprint.post(f"{_PATH}/<public_id>")
@proven
def change(public_id: str) -> ResponseReturnValue:
    """Let a guest do other things, or until another day."""
    typed = forms.read(request.form)

    def work() -> None:
        until = forms.read_day(typed.until)
        with transaction() as db:
            now = office().clock.now()
            invitations.change(db, actor(), public_id, rights=typed.rights, until=until, now=now)

    return _done(public_id, work, "changed", typed)


@blueprint.post(f"{_PATH}/<public_id>/resend")
@proven
def resend(public_id: str) -> ResponseReturnValue:
    """Mail another link; the old one is dead."""
    return _done(public_id, lambda: inviting.invite_again(actor(), public_id), "sent")


@blueprint.post(f"{_PATH}/<public_id>/revoke")
@signed_in
def revoke(public_id: str) -> ResponseReturnValue:
    """End it at once. To take something away asks for no password: it may be urgent."""

    def work() -> None:
        with transaction() as db:
            invitations.revoke(db, actor(), public_id, now=office().clock.now())

    return _done(public_id, work, "revoked")


def _done(
    public_id: str, work: Callable[[], None], told: str, typed: Typed | None = None
) -> ResponseReturnValue:
    """Do it and go back to the list; the invitation's page with the reason if it cannot be done."""
    try:
        work()
    except (Invalid, Conflict, TooMany) as error:
        return _page(public_id, error, typed), error.http
    return redirect(f"{_PATH}?{told}=1", 303)


def _page(public_id: str, error: DeskError | None = None, typed: Typed | None = None) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = invitations.get(db, by, public_id, now=now)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/people/invitation.html",
        area="people",
        views=views,
        one=lines.line(found, now),
        typed=typed or _typed(found),
        is_over=found.state is State.REVOKED,
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "",
    )


def _form_page(target: Target, typed: Typed, error: DeskError | None = None) -> str:
    by = actor()
    if target.is_named:
        require(by, Permission.WORK_TICKETS if target.ticket is not None else Permission.MANAGE_ACCOUNT)
    about, back = _named(by, target)
    with reading() as db:
        found = list_groups(db, by.sight)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/people/invite.html",
        area="people",
        views=views,
        target=target,
        about=about,
        back=back,
        onward=_onward(),
        groups=found,
        roles=role_names(),
        may_manage=may(by, Permission.MANAGE_ACCOUNT),
        typed=typed,
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "",
    )


def _onward() -> str:
    """The page of ours that sent somebody here, "" for none."""
    asked = request.values.get("next")
    return safe_next(asked) if asked else ""


def _named(by: Actor, target: Target) -> tuple[str, str]:
    """What a guest is to see, and its page; NotFound for what is not there."""
    sight = by.sight
    with reading() as db:
        if target.ticket is not None:
            ticket = get_ticket(db, sight, target.ticket)
            return f"#{ticket.number} {ticket.subject}", f"/t/{ticket.number}"
        if target.customer is not None:
            return get_customer(db, sight, target.customer).name, f"/customers/{target.customer}"
        if target.group is not None:
            return get_group(db, sight, target.group).name, f"/groups/{target.group}"
    return "", _PATH


def _typed(view: InvitationView) -> Typed:
    """What a guest may do now, as the form shows it."""
    return Typed(rights=view.rights, until=last_day(view.until).isoformat() if view.until else "")


def _state(word: str) -> State | None:
    return next((state for state in State if state.value == word), None)


def _told() -> str:
    """What has just been done."""
    if "sent" in request.args:
        return _("The invitation is on its way.")
    if "changed" in request.args:
        return _("Changed. It holds from now on.")
    return _("The invitation is revoked.") if "revoked" in request.args else ""
