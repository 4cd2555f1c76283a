"""The pages of tickets: list, ticket, ledger; and what can be done from them by plain forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import (
    acts,
    canned,
    cautions,
    deletionrequests,
    drafts,
    erasing,
    forwarding,
    remote,
    replying,
    systems,
    tickets,
)
from gateway.desk.addressees import own_addresses
from gateway.desk.forwarding import Forward
from gateway.desk.replying import ArticleRef, Changed, Draft
from gateway.desk.views import Overview, overview
from gateway.errors import Conflict, Denied, Invalid, TooLarge
from gateway.rules.access import Actor
from gateway.rules.erasure import ErasureKind
from gateway.store import followers, intake, links, mentions, seen
from gateway.store.deletionrequests import RequestView
from gateway.store.drafts import DraftView
from gateway.store.queries.articles import get_article, get_detail
from gateway.store.queries.beside import notes_beside
from gateway.store.queries.contacts import find_requester
from gateway.store.queries.customers import list_customers
from gateway.store.queries.groups import groups_of
from gateway.store.queries.reaches import guests_of
from gateway.store.queries.remote import RemoteView
from gateway.store.queries.systems import SystemView
from gateway.store.queries.tickets import list_tickets
from gateway.store.session import reading, transaction
from gateway.store.unchanged import remembered
from webui import complaints, pages, systemwords
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, current, everywhere, signed_in
from webui.tickets import composing, deletion, done, drafting, forms, ledger, onlookers, onward, page, remotes
from webui.tickets.collapsing import ALL

blueprint = Blueprint("tickets", __name__)

TICKET = "/t/<int(max=999999999):number>"


@blueprint.get(TICKET)
@signed_in
def ticket(number: int) -> ResponseReturnValue:
    """A ticket with its messages and a composer; `again` and `forward` name a message to begin with."""
    named = request.args
    return ticket_page(number, again=named.get("again", ""), forward=named.get("forward", ""))


@blueprint.post(f"{TICKET}/articles")
@signed_in
def write(number: int) -> ResponseReturnValue:
    """Send a reply or a forward or save a note; what cannot be taken comes back with nothing typed lost.

    So does, once, what is worth a question before it is sent.
    """
    composer = composing.with_files(forms.read(request.form))
    if composer.then == "insert":
        return ticket_page(number, composer=_inserted(number, composer))
    try:
        if composer.is_note:
            return _note(number, composer)
        draft = forms.draft(composer, composing.files(composer))
        asking = _ask(composer, draft)
        if asking.questions:
            return ticket_page(number, composer=asking)
        ref = _send(number, composer, draft)
    except Changed as changed:
        held_back = forms.hold_back(composer, changed.difference)
        return ticket_page(number, composer=held_back), changed.http
    except (Invalid, Conflict, Denied, TooLarge) as error:
        field = error.field if isinstance(error, Invalid) else ""
        words = complaints.in_words(error)
        return ticket_page(number, composer=forms.refused(composer, words, field)), error.http
    here = f"/t/{ref.number}#m-{ref.public_id}"
    place = onward.place(here)
    return redirect(here if place == here else onward.with_value(place, "sent", ref.public_id), 303)


@blueprint.get(f"{TICKET}/canned/<public_id>")
@signed_in
def canned_text(number: int, public_id: str) -> ResponseReturnValue:
    """A canned reply as it stands in an answer to this ticket."""
    return Response(_filled(number, public_id), mimetype="text/plain")


@blueprint.post("/articles/<public_id>/undo")
@signed_in
def undo(public_id: str) -> ResponseReturnValue:
    """Take a reply back within the undo window; its text returns to the composer."""
    return _on_waiting(public_id, replying.withdraw, f"?again={public_id}#composer")


@blueprint.post("/articles/<public_id>/send-now")
@signed_in
def send_now(public_id: str) -> ResponseReturnValue:
    """Send a reply at once that waits for a later moment."""
    return _on_waiting(public_id, replying.send_now, f"#m-{public_id}")


def _on_waiting(public_id: str, verb: Callable[..., object], place: str) -> ResponseReturnValue:
    """Do it to a reply that waits to leave, and go to a place of its ticket; "too late" is said there."""
    by = actor()
    with reading() as db:
        number, _article = get_article(db, by.sight, public_id)
    try:
        with transaction() as db:
            verb(db, by, public_id, now=office().clock.now())
    except Conflict as error:
        return ticket_page(number, wrong=complaints.in_words(error)), error.http
    return redirect(f"/t/{number}{place}", 303)


@blueprint.get("/ledger")
@everywhere
def books() -> ResponseReturnValue:
    """What came in and what became of it."""
    by = actor()
    with reading() as db:
        book = intake.ledger(db, by.account_id)
        reasons = intake.reasons(db, by.account_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/tickets/ledger.html",
        area="ledger",
        views=views,
        lines=ledger.lines(book, reasons),
        offered=book.offered,
    )


def ticket_page(
    number: int,
    *,
    composer: forms.Composer | None = None,
    again: str = "",
    forward: str = "",
    wrong: str = "",
    to_copy: tuple[str, str] | None = None,
) -> str:
    """The page of a ticket, with a composer as it was sent, or `wrong` said above it.

    `to_copy` is shown beside its remote sessions: what it is, and the words.
    """
    by, login, now = actor(), current().login, office().clock.now()
    key = ("ticket", by, number, login, now.replace(microsecond=0))
    read = remembered(key, partial(_read, by, number, login, now))
    detail, names = read.inputs.detail, read.inputs.names
    if detail.ticket.number != number:  # merged: the old link leads there
        abort(redirect(f"/t/{detail.ticket.number}?{request.query_string.decode()}".rstrip("?")))
    may_erase = erasing.may_erase(by, ErasureKind.TICKET)
    inputs = replace(
        read.inputs,
        views=rail(read.seen, by),
        open_from=ALL if "all" in request.args else read.inputs.unread,
        done=done.named(by, request.args, names, now=now, back=f"/t/{number}"),
        drafts=drafting.own(read.drafts, login),
        others_drafts=drafting.others(read.drafts, login, names, now=now),
        remotes=remotes.lines(read.sessions, read.codes, names, now),
        systems=systemwords.lines(read.systems, now),
        here=onlookers.here(by, number),
        may_erase=may_erase,
        deletion=deletion.line(
            read.deletion, number=number, contact=read.inputs.contact, may_erase=may_erase
        ),
    )
    shown = composer or page.composer(inputs, again=again, forward=forward, wrong=wrong)
    values = page.values(inputs, shown, now=now, undo=_undo())
    return pages.render(
        "web/tickets/ticket.html",
        area="tickets",
        view="",
        split=request.args.get("split", ""),
        onward=onward.liked(),
        address=remotes.address(),
        to_copy=to_copy,
        **values,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What the page is made of: nothing of the reader's language and zone in it."""

    inputs: page.Inputs
    seen: Overview
    drafts: Sequence[DraftView]
    sessions: Sequence[RemoteView]
    codes: Mapping[str, str]
    systems: Sequence[SystemView]
    deletion: RequestView | None


def _read(by: Actor, number: int, login: str, now: datetime) -> _Read:
    relay, most = office().relay, office().settings.max_message_bytes
    with reading() as db:
        detail = get_detail(db, by.sight, number, with_html=False)
        ticket, theirs = detail.ticket, page.theirs(detail)
        inputs = page.Inputs(
            detail=detail,
            staff=tickets.staff_of(db, by.account_id),
            names=tickets.names_of(db, by.account_id),
            own=own_addresses(db, by.account_id),
            customers=list_customers(db, by.sight, limit=page.MAX_CUSTOMERS).items,
            others=list_tickets(db, by.sight, theirs, limit=page.MAX_OTHERS).items if theirs else (),
            signature=replying.signature_of(db, by, detail),
            canned=canned.list_names(db, by.account_id),
            groups=groups_of(db, by.sight, ticket.customer.public_id) if ticket.customer else (),
            guests=guests_of(db, by.account_id, ticket.id, now=now),
            contact=find_requester(db, by.sight, ticket.id),
            notes=notes_beside(db, by.sight, ticket.id),
            size_of=office().blobs.size_bytes,
            followers=[one.login for one in followers.followers_of(db, by.account_id, ticket.id)],
            callable=mentions.colleagues(db, by.account_id, ticket.id),
            reader=login,
            linked=links.linked_to(db, by.sight, ticket.id),
            unread=seen.first_unread(db, by.staff_id, ticket.id),
            bounds=page.Bounds(replying.largest_mail(db, by, ticket.id, relay=relay, most=most)),
        )
        sessions = remote.of_ticket(db, by, number)
        codes = remote.codes_for(db, by, sessions, key=office().settings.key(), now=now)
        there = systems.of_ticket(db, by, number) if ticket.customer else ()
        asked = deletionrequests.of_ticket(db, by, ticket.id)
        own = drafts.list_drafts(db, by, number)
        return _Read(inputs, overview(db, by), own, sessions, codes, there, asked)


def _ask(composer: forms.Composer, draft: Draft) -> forms.Composer:
    by = actor()
    with reading() as db:
        found = cautions.cautions_for(db, by, draft, takes_files_along=composer.takes_files_along)
    return forms.ask(composer, found)


def _send(number: int, composer: forms.Composer, draft: Draft) -> ArticleRef:
    by, now, sending = actor(), office().clock.now(), office().sending()
    with reading() as db:
        if composer.is_forward:
            wanted = Forward(composer.forward, composer.forwarded, composer.with_original)
            written = forwarding.write(db, by, wanted, draft, office=sending, now=now)
        else:
            written = replying.write(db, by, number, draft, office=sending, now=now)
    with transaction() as db:
        return replying.reply(db, by, written, now=now)


def _note(number: int, composer: forms.Composer) -> ResponseReturnValue:
    kept = composing.files(composer)
    by, now = actor(), office().clock.now()
    with transaction() as db:
        ref, act = acts.note(db, by, number, composer.text, kept, is_shared=composer.is_shared, now=now)
    return redirect(f"{onward.with_act(f'/t/{ref.number}', act)}#m-{ref.public_id}", 303)


def _inserted(number: int, composer: forms.Composer) -> forms.Composer:
    """The composer with the chosen canned reply below what was typed; nothing was sent."""
    chosen = request.form.get("canned", "")
    texts = (composer.text.rstrip(), _filled(number, chosen) if chosen else "")
    return replace(composer, text="\n".join(filter(None, texts)))


def _filled(number: int, public_id: str) -> str:
    by = actor()
    with reading() as db:
        return canned.fill_in(db, by, number, public_id)


def _undo() -> timedelta:
    return timedelta(seconds=office().settings.undo_seconds)


def _domain() -> str:
    return office().settings.mail_domain
