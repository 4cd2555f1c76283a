"""Remote sessions in a ticket: made there, with the link for the reply and the digits for the phone.

An installed system of the ticket's customer is asked without a link.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from flask import Blueprint, Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import drafts, remote, replying, systems, tickets
from gateway.desk.addressees import own_addresses
from gateway.desk.signatures import Letterhead
from gateway.errors import Conflict, Gone, Invalid, NotFound
from gateway.i18n import _, current_locale, speaking
from gateway.rules.remote import LINK_LASTS, Scope
from gateway.store.queries.articles import TicketDetail, get_detail
from gateway.store.session import reading, transaction
from webui import complaints, pages, systemwords
from webui.office import office
from webui.sessions import actor, current, signed_in
from webui.tickets import drafting, forms, remotes
from webui.tickets.views import TICKET, ticket_page

blueprint = Blueprint("remoting", __name__)

REMOTE = f"{TICKET}/remote"
SYSTEMS = f"{TICKET}/systems"


@blueprint.get(REMOTE)
@signed_in
def show(number: int) -> ResponseReturnValue:
    """The sessions of a ticket as they are now; unchanged, they are not sent again."""
    by, now, key = actor(), office().clock.now(), office().settings.key()
    with reading() as db:
        found, names = remote.of_ticket(db, by, number), tickets.names_of(db, by.account_id)
        codes = remote.codes_for(db, by, found, key=key, now=now)
    told = remotes.lines(found, codes, names, now)
    shown = pages.render("web/tickets/remotes.html", number=number, remotes=told, address=remotes.address())
    answer = Response(shown)
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post(REMOTE)
@signed_in
def make(number: int) -> ResponseReturnValue:
    """Make a session: its link goes into the answer, by the page's script or into the draft.

    Where a note is being written, the words are shown to be copied.
    """
    by, now, key = actor(), office().clock.now(), office().settings.key()
    try:
        with transaction() as db:
            made = remote.make(db, by, number, scopes=_chosen(), key=key, now=now)
    except Conflict as error:
        return _refused(number, error)
    detail = _detail(number)
    words = _invitation(detail, made.secret)
    if _wants_data():
        return _unkept(text=words)
    if _put_into_draft(detail, words):
        return redirect(f"/t/{number}#composer", 303)
    why = _("The link is in no reply yet, because you are writing something else. Please copy it.")
    return _to_copy(number, why, words)


@blueprint.post(f"{REMOTE}/<public_id>/link")
@signed_in
def link(number: int, public_id: str) -> ResponseReturnValue:
    """The words with the link once more, to be pasted wherever they are needed."""
    by, now, key = actor(), office().clock.now(), office().settings.key()
    detail = _detail(number)
    try:
        with reading() as db:
            secret = remote.secret_for_link(db, by, public_id, key=key, now=now)
    except (Conflict, Gone) as error:
        return _refused(number, error)
    words = _invitation(detail, secret)
    return _unkept(text=words) if _wants_data() else _to_copy(number, _("Copy the link"), words)


@blueprint.post(f"{REMOTE}/<public_id>/code")
@signed_in
def renew_code(number: int, public_id: str) -> ResponseReturnValue:
    """Other digits for the phone."""
    by, now, key = actor(), office().clock.now(), office().settings.key()
    try:
        with transaction() as db:
            remote.new_code(db, by, public_id, key=key, now=now)
    except (Conflict, Gone) as error:
        return _refused(number, error)
    return _done(number)


@blueprint.post(f"{REMOTE}/<public_id>/end")
@signed_in
def end(number: int, public_id: str) -> ResponseReturnValue:
    """End a session, whatever it is at."""
    with transaction() as db:
        remote.end_by(db, actor(), public_id, now=office().clock.now())
    return _done(number)


@blueprint.get(SYSTEMS)
@signed_in
def show_systems(number: int) -> ResponseReturnValue:
    """The systems of the ticket's customer as they are now; unchanged, they are not sent again."""
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = systems.of_ticket(db, by, number)
    told = systemwords.lines(found, now)
    answer = Response(pages.render("web/tickets/systems_now.html", systems=told, shown=systemwords.BESIDE))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post(SYSTEMS)
@signed_in
def ask_system(number: int) -> ResponseReturnValue:
    """Ask a system of the ticket's customer for a session; nothing goes into the answer."""
    by, now, key = actor(), office().clock.now(), office().settings.key()
    system = request.form.get("system", "")
    try:
        with transaction() as db:
            systems.ask(db, by, number, system, scopes=_chosen(), key=key, now=now)
    except (Conflict, NotFound) as error:
        return _refused(number, error)
    return _done(number)


def invitation_text(locale: str, secret: str) -> str:
    """What the customer reads, in their language, with the link."""
    values = {
        "link": f"{office().settings.effective_base_url}/remote#{secret}",
        "hours": LINK_LASTS // timedelta(hours=1),
    }
    with speaking(locale):
        words = _(
            "So that we can help you on your screen, please open this link:\n"
            "%(link)s\n"
            "Nothing happens before you agree there, and you can end it at any time. The link works once,"
            " for %(hours)s hours."
        )
    return words % values


def _detail(number: int) -> TicketDetail:
    with reading() as db:
        return get_detail(db, actor().sight, number, with_html=False)


def _invitation(detail: TicketDetail, secret: str) -> str:
    with reading() as db:
        locale = _language_of(partial(replying.letterhead, db, actor(), detail))
    return invitation_text(locale, secret)


def _language_of(letterhead: Callable[[], Letterhead]) -> str:
    """That in which the mailbox writes; who looks speaks theirs where there is none."""
    try:
        return letterhead().locale
    except Invalid:
        return current_locale()


def _put_into_draft(detail: TicketDetail, words: str) -> bool:
    """Below what is written so far. False: a note stays a note, and what it says goes to no customer."""
    by, now, number = actor(), office().clock.now(), detail.ticket.number
    with reading() as db:
        own = own_addresses(db, by.account_id)
        written = drafting.own(drafts.list_drafts(db, by, number), current().login)
    composer = forms.with_draft(forms.fresh(detail, own), written.get(""))
    if composer.is_note:
        return False
    text = "\n\n".join(filter(None, (composer.text.rstrip(), words)))
    drafted = drafting.drafted(replace(composer, text=text))
    with transaction() as db:
        drafts.save(db, by, number, drafted, version=composer.version, now=now)
    return True


def _chosen() -> list[Scope]:
    return [scope for scope in Scope if scope.value in request.form.getlist("scope")]


def _refused(number: int, error: Conflict | Gone | NotFound) -> ResponseReturnValue:
    words = complaints.in_words(error)
    if _wants_data():
        return jsonify(wrong=words), error.http
    return ticket_page(number, wrong=words), error.http


def _done(number: int) -> ResponseReturnValue:
    return ("", 204) if _wants_data() else redirect(f"/t/{number}#remoting", 303)


def _to_copy(number: int, what: str, words: str) -> Response:
    """The page with these words, for whoever has no script that would copy them."""
    answer = make_response(ticket_page(number, to_copy=(what, words)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unkept(**values: str) -> Response:
    answer = jsonify(values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wants_data() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
