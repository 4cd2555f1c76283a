"""The pages of mailboxes: all of them, one with its way in, its pulse and how it behaves."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import (
    deliverability,
    dkimkeys,
    imapsources,
    mailboxes,
    mailboxsettings,
    outofhours,
    promises,
    smtpaccounts,
)
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid
from gateway.i18n import current_locale
from gateway.rules.access import Permission, may, require
from gateway.store.queries.mailboxes import get_heartbeat, list_heartbeats
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import arrivals, complaints, mailboxstates, pages, promising, weeks
from webui.mailboxes import deliverability as arrival
from webui.mailboxes import dkim, forms, hours, outgoing
from webui.mailboxes.forms import ConnectionForm
from webui.mailboxes.hours import HoursForm
from webui.mailboxes.outgoing import OutgoingForm
from webui.office import office
from webui.promising import TargetsForm
from webui.rail import rail
from webui.sessions import actor, current, proven, signed_in
from webui.wording import placeholder_names

blueprint = Blueprint("mailboxes", __name__)
blueprint.register_blueprint(arrival.blueprint)
blueprint.register_blueprint(dkim.blueprint)
blueprint.register_blueprint(outgoing.blueprint)


@blueprint.get("/mailboxes")
@signed_in
def index() -> ResponseReturnValue:
    """Every mailbox of the account and how it fares, and a form for a new one."""
    return _list_page("", "")


@blueprint.post("/mailboxes")
@signed_in
def add() -> ResponseReturnValue:
    """Give the account an address to which customers write."""
    require(actor(), Permission.MANAGE_ACCOUNT)
    address = request.form.get("address", "")[:320]
    try:
        with transaction() as db:
            made = mailboxes.add(
                db,
                actor().account_id,
                address,
                name=current().account_name,
                locale=current_locale(),
                mail_domain=office().settings.mail_domain,
                now=office().clock.now(),
                by=actor(),
            )
    except (Invalid, Conflict) as error:
        return _list_page(address, complaints.in_words(error)), error.http
    return redirect(f"/mailboxes/{made.public_id}", 303)


@blueprint.get("/mailboxes/<public_id>")
@signed_in
def mailbox(public_id: str) -> ResponseReturnValue:
    """One mailbox."""
    return _page(public_id, wrong=arrivals.too_soon(request.args))


@blueprint.get("/mailboxes/<public_id>/pulse")
@signed_in
def pulse(public_id: str) -> ResponseReturnValue:
    """What changes by itself while the mails of a new connection are counted; then the whole page is due."""
    with reading() as db:
        source = imapsources.find_view(db, actor(), public_id)
    if source is None or not mailboxstates.is_counting(source):
        return "", 200, {"HX-Refresh": "true"}
    return pages.render("web/mailboxes/pulse.html", **_values(public_id))


@blueprint.post("/mailboxes/<public_id>/settings")
@signed_in
def behave(public_id: str) -> ResponseReturnValue:
    """Let the mailbox behave otherwise."""
    try:
        wanted = forms.read_settings(request.form)
        with transaction() as db:
            mailboxsettings.change_settings(db, actor(), public_id, wanted)
    except Invalid as error:
        return _page(public_id, wrong=complaints.in_words(error)), error.http
    return redirect(f"/mailboxes/{public_id}#settings", 303)


@blueprint.post("/mailboxes/<public_id>/hours")
@signed_in
def keep_hours(public_id: str) -> ResponseReturnValue:
    """Let other hours be the mailbox's, and what it says outside them."""
    typed = hours.typed(request.form)
    try:
        wanted = hours.wanted(typed)
        with transaction() as db:
            outofhours.change_out_of_hours(db, actor(), public_id, wanted, now=office().clock.now())
    except Invalid as error:
        return _page(public_id, wrong=weeks.in_words(error), typed_hours=typed), error.http
    return redirect(f"/mailboxes/{public_id}#hours", 303)


@blueprint.post("/mailboxes/<public_id>/targets")
@signed_in
def promise(public_id: str) -> ResponseReturnValue:
    """Let the mailbox promise other times."""
    typed = promising.typed(request.form)
    try:
        wanted = promising.wanted(typed)
        with transaction() as db:
            promises.change_targets(db, actor(), public_id, wanted, now=office().clock.now())
    except Invalid as error:
        return _page(public_id, wrong=complaints.in_words(error), typed_targets=typed), error.http
    return redirect(f"/mailboxes/{public_id}#targets", 303)


@blueprint.post("/mailboxes/<public_id>/connection")
@proven
def connect(public_id: str) -> ResponseReturnValue:
    """Fetch its mail from an IMAP account, or from another one than before; on trial at first."""
    typed = forms.typed_connection(request.form)
    secret = request.form.get("secret", "")[:1000]
    try:
        require(actor(), Permission.MANAGE_ACCOUNT)
        sealed = Seal(office().settings.key()).seal(secret)
        _connect(public_id, typed, sealed if secret else "")
    except (Invalid, Conflict) as error:
        return _page(public_id, wrong=complaints.in_words(error), typed=typed), error.http
    return redirect(f"/mailboxes/{public_id}", 303)


@blueprint.post("/mailboxes/<public_id>/outgoing")
@proven
def send_by(public_id: str) -> ResponseReturnValue:
    """Let its mail leave by an SMTP account of its own, or by another one than before."""
    try:
        outgoing.save(public_id, request.form)
    except Invalid as error:
        typed = outgoing.typed(request.form)
        return _page(public_id, wrong=complaints.in_words(error), typed_outgoing=typed), error.http
    return redirect(outgoing.section(public_id), 303)


@blueprint.post("/mailboxes/<public_id>/start")
@signed_in
def start(public_id: str) -> ResponseReturnValue:
    """End the trial: fetch what comes from now on, or everything that is there."""
    with_old = request.form.get("old") == mailboxstates.OLD
    now = office().clock.now()
    return _act(public_id, lambda db: imapsources.start(db, actor(), public_id, import_old=with_old, now=now))


@blueprint.post("/mailboxes/<public_id>/pause")
@signed_in
def pause(public_id: str) -> ResponseReturnValue:
    """Fetch nothing for the time being."""
    return _act(public_id, lambda db: imapsources.pause(db, actor(), public_id))


@blueprint.post("/mailboxes/<public_id>/resume")
@signed_in
def resume(public_id: str) -> ResponseReturnValue:
    """Go on fetching, at once."""
    return _act(public_id, lambda db: imapsources.resume(db, actor(), public_id))


@blueprint.post("/mailboxes/<public_id>/disconnect")
@signed_in
def disconnect(public_id: str) -> ResponseReturnValue:
    """Forget the IMAP account; forwarding works as before."""
    now = office().clock.now()
    return _act(public_id, lambda db: imapsources.remove(db, actor(), public_id, now=now))


@blueprint.post("/mailboxes/<public_id>/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Take the mailbox away, once its address was typed to say so."""
    require(actor(), Permission.MANAGE_ACCOUNT)
    with transaction() as db:
        beat = get_heartbeat(db, actor().account_id, public_id)
        is_meant = request.form.get("really", "").strip().lower() == beat.address
        if is_meant:
            mailboxes.remove(db, actor().account_id, public_id, now=office().clock.now(), by=actor())
    if not is_meant:
        return _page(public_id, wrong=complaints.in_words(Invalid("This is not its address."))), 422
    return redirect("/mailboxes", 303)


def _act(public_id: str, verb: Callable[[Any], object]) -> ResponseReturnValue:
    """Do it, and show the mailbox; what cannot be done is said there."""
    try:
        with transaction() as db:
            verb(db)
    except Conflict as error:
        return _page(public_id, wrong=complaints.in_words(error)), error.http
    return redirect(f"/mailboxes/{public_id}", 303)


def _connect(public_id: str, typed: ConnectionForm, sealed_secret: str) -> None:
    now, wanted = office().clock.now(), forms.connection(typed, sealed_secret)
    with transaction() as db:
        known = imapsources.find_view(db, actor(), public_id)
        if known is None:
            imapsources.connect(db, actor(), public_id, wanted, now=now)
        else:
            imapsources.change(db, actor(), public_id, forms.with_auth(wanted, known), now=now)


def _list_page(address: str, wrong: str) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        boxes = mailboxes.list_mailboxes(db, by.account_id, mail_domain=office().settings.mail_domain)
        beats = {beat.public_id: beat for beat in list_heartbeats(db, by.account_id)}
        views = rail(overview(db, by), by)
    return pages.render(
        "web/mailboxes/list.html",
        area="mailboxes",
        views=views,
        boxes=[mailboxstates.line(box, beats[box.public_id], now) for box in boxes],
        may_manage=may(by, Permission.MANAGE_ACCOUNT),
        address=address,
        wrong=wrong,
    )


def _page(
    public_id: str,
    *,
    wrong: str = "",
    typed: ConnectionForm | None = None,
    typed_hours: HoursForm | None = None,
    typed_targets: TargetsForm | None = None,
    typed_outgoing: OutgoingForm | None = None,
) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        settings = mailboxsettings.find_settings(db, by.account_id, public_id)
        promised = promises.find_targets(db, by.account_id, public_id)
        closing = outofhours.find_out_of_hours(db, by.account_id, public_id)
        views = rail(overview(db, by), by)
        may_manage = may(by, Permission.MANAGE_ACCOUNT)
        keys = dkimkeys.list_keys(db, by, public_id) if may_manage else ()
        looked = deliverability.find_looked(db, by, public_id) if may_manage else None
        own = smtpaccounts.find_view(db, by, public_id) if may_manage else None
    shown = _values(public_id)
    known = shown.pop("known")
    return pages.render(
        "web/mailboxes/mailbox.html",
        area="mailboxes",
        views=views,
        settings=settings,
        hours=typed_hours or hours.of_view(closing, locale=settings.locale),
        targets=typed_targets or promising.of_targets(promised),
        placeholders=placeholder_names(),
        may_manage=may_manage,
        form=typed or (forms.of_view(known) if known else ConnectionForm()),
        connection_open=typed is not None,
        securities=mailboxstates.securities(),
        endings=mailboxstates.endings(),
        server=outgoing.shown(own, now) if own else None,
        outgoing=typed_outgoing or (outgoing.of_view(own) if own else OutgoingForm()),
        outgoing_open=typed_outgoing is not None,
        auths=outgoing.auths(),
        senders=outgoing.senders(),
        dkim=[dkim.shown(key, now) for key in keys],
        arrival=arrivals.shown(looked, shown["box"], now),
        wrong=wrong,
        **shown,
    )


def _values(public_id: str) -> dict[str, Any]:
    """What the mailbox's state is shown with."""
    by, now = actor(), office().clock.now()
    with reading() as db:
        beat = get_heartbeat(db, by.account_id, public_id)
        boxes = mailboxes.list_mailboxes(db, by.account_id, mail_domain=office().settings.mail_domain)
        may_see = may(by, Permission.MANAGE_ACCOUNT)
        known = imapsources.find_view(db, by, public_id) if may_see else None
    return {
        "box": next(box for box in boxes if box.public_id == public_id),
        "pulse": mailboxstates.pulse(beat, now),
        "source": mailboxstates.source(known) if known else None,
        "known": known,
    }
