"""The second step of the guided start: the first mailbox, by one of three ways."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import guidedstart, imapsources, knocking, mailboxes
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.knocking import Visitor
from gateway.errors import Conflict, Invalid, TooMany
from gateway.i18n import current_locale
from gateway.inbound.serverfinding import look_up
from gateway.mail.addressing import writable_address
from gateway.rules.access import Actor
from gateway.store.imap import SourceState
from gateway.store.queries.mailboxes import get_heartbeat
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import callers, complaints, mailboxstates, pages
from webui.bridge import Told
from webui.fields import line
from webui.later import Later
from webui.office import office
from webui.sessions import current, proven, signed_in
from webui.start import connecting, forms, steps, words
from webui.start.connecting import Plan
from webui.start.forms import ConnectForm

blueprint = Blueprint("start_mailbox", __name__)
_PATH = "/start/mailbox"
_FIND, _FORWARD, _OWN = "find", "forward", "own"


@blueprint.get(_PATH)
@signed_in
def form() -> ResponseReturnValue:
    """Three ways to choose from, or where the chosen one has come to."""
    known = steps.progress()
    if known.mailbox_id is not None:
        return steps.page("chosen", Step.MAILBOX, known, **_chosen(known.mailbox_id))
    if known.servers is not None:
        return _connect_page(known, forms.of_servers(known.address, known.servers))
    return _ways_page(known)


@blueprint.post("/start/mailbox/forward")
@signed_in
def forward() -> ResponseReturnValue:
    """Give an address a generated one to forward its mail to."""
    steps.manager()
    return _add(line(request.form, "address"), _FORWARD)


@blueprint.post("/start/mailbox/own")
@signed_in
def own() -> ResponseReturnValue:
    """Take an address on the installation's own domain."""
    steps.manager()
    local = line(request.form, "local").lower()
    return _add(f"{local}@{office().settings.mail_domain}", _OWN, typed=local)


@blueprint.post("/start/mailbox/find")
@signed_in
def find() -> ResponseReturnValue:
    """Look the servers of an address up, beside the pages; then they are shown."""
    by, here, typed = steps.manager(), office(), line(request.form, "address")
    try:
        address = writable_address(typed.lower())
    except Invalid as error:
        return _ways_page(steps.progress(), _FIND, typed, complaints.in_words(error)), error.http

    def work() -> Told:
        servers = look_up(address, here.settings.dns_servers)
        with transaction() as db:
            guidedstart.note_servers(db, by, address, servers, now=here.clock.now())
        return Told("303 See Other", [("Location", _PATH)])

    return Later(work)


@blueprint.post("/start/mailbox/connect")
@proven
def connect() -> ResponseReturnValue:
    """Sign in at the servers, beside the pages; only what works is kept."""
    by, here, known = steps.manager(), office(), steps.progress()
    if not known.address:
        return redirect(_PATH, 303)
    typed = forms.read_connect(request.form)
    try:
        plan = _plan(known, typed)
        connecting.check(plan)
        _count_try(by)
    except (Invalid, TooMany) as error:
        return _connect_page(known, typed, complaints.in_words(error)), error.http
    servers = forms.servers_of(plan.incoming, plan.sending, known.servers)
    with transaction() as db:
        guidedstart.note_servers(db, by, known.address, servers, now=here.clock.now())
    return Later(partial(connecting.work, by, plan, here, _PATH))


@blueprint.post("/start/mailbox/again")
@signed_in
def again() -> ResponseReturnValue:
    """Choose another way; a mailbox that was made stays."""
    by = steps.manager()
    with transaction() as db:
        guidedstart.choose_again(db, by, now=office().clock.now())
    return redirect(_PATH, 303)


@blueprint.post("/start/mailbox/fetch")
@signed_in
def fetch() -> ResponseReturnValue:
    """Begin to fetch: what comes from now on, or everything that is there."""
    by, known, now = steps.manager(), steps.progress(), office().clock.now()
    with_old = request.form.get("old") == mailboxstates.OLD
    if known.mailbox_id is None:
        return redirect(_PATH, 303)
    with transaction() as db:
        imapsources.start(db, by, known.mailbox_id, import_old=with_old, now=now)
    return steps.settle(Step.MAILBOX)


@blueprint.post("/start/mailbox/done")
@signed_in
def done() -> ResponseReturnValue:
    """The mailbox is there."""
    steps.manager()
    return steps.settle(Step.MAILBOX)


@blueprint.get("/start/mailbox/pulse")
@signed_in
def pulse() -> ResponseReturnValue:
    """What changes by itself while one waits: the first mail, or the count of those that are there."""
    known = steps.progress()
    shown = _chosen(known.mailbox_id) if known.mailbox_id else None
    if shown is None or not shown["is_waiting"]:
        return "", 200, {"HX-Refresh": "true"}
    return pages.render("web/start/pulse.html", **shown)


def _count_try(by: Actor) -> None:
    """As tries to get in here are: nobody shall guess a password at somebody's server through us."""
    here, now = office(), office().clock.now()
    with transaction() as db:
        visitor = Visitor(f"connect {by.account_id}", callers.address())
        knocking.knock(db, visitor, key=here.settings.key(), now=now)


def _add(address: str, way: str, *, typed: str = "") -> ResponseReturnValue:
    """Choose the mailbox with this address, which is made where the account has none."""
    by, now, mail_domain = steps.manager(), office().clock.now(), office().settings.mail_domain
    try:
        with transaction() as db:
            mine = mailboxes.list_mailboxes(db, by.account_id, mail_domain=mail_domain)
            box = next((box for box in mine if box.address == address.lower()), None) or mailboxes.add(
                db,
                by.account_id,
                address[:320],
                name=current().account_name,
                locale=current_locale(),
                mail_domain=mail_domain,
                now=now,
                by=by,
            )
            guidedstart.choose_mailbox(db, by, box.public_id, now=now)
    except (Invalid, Conflict) as error:
        return _ways_page(steps.progress(), way, typed or address, complaints.in_words(error)), error.http
    return redirect(_PATH, 303)


def _plan(known: Progress, typed: ConnectForm) -> Plan:
    secret = forms.read_secret(request.form)
    sealed = Seal(office().settings.key()).seal(secret)
    return Plan(
        address=known.address,
        name=current().account_name,
        locale=current_locale(),
        incoming=forms.connection(typed, sealed),
        sending=forms.outgoing(typed, sealed),
        secret=secret,
    )


def _ways_page(known: Progress, way: str = "", typed: str = "", wrong: str = "") -> str:
    by, settings = steps.manager(), office().settings
    with reading() as db:
        boxes = mailboxes.list_mailboxes(db, by.account_id, mail_domain=settings.mail_domain)
    return steps.page(
        "mailbox",
        Step.MAILBOX,
        known,
        boxes=boxes,
        mail_domain=settings.mail_domain,
        is_here_only=words.is_here_only(settings.mail_domain),
        way=way,
        typed=typed,
        wrong=wrong,
    )


def _connect_page(known: Progress, typed: ConnectForm, wrong: str = "") -> str:
    servers = known.servers
    return steps.page(
        "connect",
        Step.MAILBOX,
        known,
        address=known.address,
        form=typed,
        found=words.found(servers) if servers else "",
        advice=words.advice(servers) if servers else "",
        are_open=bool(wrong or known.trouble)
        or servers is None
        or servers.imap is None
        or servers.smtp is None,
        securities=mailboxstates.securities(),
        wrong=wrong or connecting.in_words(known.trouble),
    )


def _chosen(mailbox_id: str) -> dict[str, Any]:
    """What the state of the chosen mailbox is shown with."""
    by, now, mail_domain = steps.manager(), office().clock.now(), office().settings.mail_domain
    with reading() as db:
        beat = get_heartbeat(db, by.account_id, mailbox_id)
        boxes = mailboxes.list_mailboxes(db, by.account_id, mail_domain=mail_domain)
        source = imapsources.find_view(db, by, mailbox_id)
    box = next(box for box in boxes if box.public_id == mailbox_id)
    light = mailboxstates.pulse(beat, now)
    is_trial = source is not None and source.state is SourceState.TRIAL
    is_counting = source is not None and mailboxstates.is_counting(source)
    return {
        "box": box,
        "pulse": light,
        "source": mailboxstates.source(source) if source else None,
        "is_own": box.address.endswith(f"@{mail_domain}"),
        "is_here_only": words.is_here_only(mail_domain),
        "is_trial": is_trial,
        "is_counting": is_counting,
        "is_waiting": is_counting if source else light.heard is None,
        "old": mailboxstates.OLD,
    }
