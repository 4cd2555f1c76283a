"""The pages of guests: the tickets they were invited to, and one of them with what they may do there."""

from datetime import timedelta

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import guests, remote, tickets
from gateway.desk.replying import ArticleRef
from gateway.errors import Conflict, Denied, Invalid, TooLarge
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.office import office
from webui.remotewords import state_names
from webui.sessions import GUEST_PATH, actor, with_guests
from webui.tickets import composing, forms, timeline
from webui.tickets.timeline import Reader
from webui.wording import day, moment, status_names

blueprint = Blueprint("guests", __name__)

_TICKET = f"{GUEST_PATH}/<int(max=999999999):number>"
_MAX_QUERY_CHARS = 200


@blueprint.get(GUEST_PATH)
@with_guests
def index() -> ResponseReturnValue:
    """What was shared with them, newest activity first."""
    query, after = request.args.get("q", "")[:_MAX_QUERY_CHARS], request.args.get("after")
    with reading() as db:
        found = guests.list_shared(db, actor(), query=query, after=after, now=office().clock.now())
    names, now = status_names(), office().clock.now()
    return pages.render(
        "web/tickets/guest_list.html",
        area="guest",
        query=query,
        rows=[(row, names[row.status], moment(row.updated_at, now)) for row in found.items],
        older=f"{GUEST_PATH}?q={query}&after={found.next}" if found.next else "",
    )


@blueprint.get(_TICKET)
@with_guests
def show(number: int) -> ResponseReturnValue:
    """One ticket, as far as it is for them."""
    return _page(number, forms.Composer())


@blueprint.post(f"{_TICKET}/seen")
@with_guests
def seen(number: int) -> ResponseReturnValue:
    """They have looked at what is there: the next news is worth a mail."""
    by, now = actor(), office().clock.now()
    with reading() as db:
        ticket = guests.visit(db, by, number, now=now).detail.ticket
    with transaction() as db:
        guests.note_seen(db, by, ticket.id, now=now)
    return "", 204


@blueprint.post(f"{_TICKET}/articles")
@with_guests
def write(number: int) -> ResponseReturnValue:
    """Answer the customer or leave a note; what cannot be taken comes back with nothing typed lost."""
    with reading() as db:
        guests.visit(db, actor(), number, now=office().clock.now())
    composer = composing.with_files(forms.read(request.form))
    try:
        ref = _note(number, composer) if composer.is_note else _answer(number, composer)
    except (Invalid, Conflict, Denied, TooLarge) as error:
        field = error.field if isinstance(error, Invalid) else ""
        return _page(number, forms.refused(composer, complaints.in_words(error), field)), error.http
    return redirect(f"{GUEST_PATH}/{ref.number}#m-{ref.public_id}", 303)


def _answer(number: int, composer: forms.Composer) -> ArticleRef:
    by, now = actor(), office().clock.now()
    files, sending = composing.files(composer), office().sending()
    with reading() as db:
        written = guests.write(db, by, number, composer.text, files, office=sending, now=now)
    with transaction() as db:
        return guests.reply(db, by, written, now=now)


def _note(number: int, composer: forms.Composer) -> ArticleRef:
    files = composing.files(composer)
    with transaction() as db:
        return guests.note(db, actor(), number, composer.text, files, now=office().clock.now())


def _page(number: int, composer: forms.Composer) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        visit = guests.visit(db, by, number, with_html=False, now=now)
        names = tickets.names_of(db, by.account_id)
        joinable = remote.open_to_guest(db, by, number, now=now)
    ticket, rights = visit.detail.ticket, visit.rights
    undo = timedelta(seconds=office().settings.undo_seconds)
    return pages.render(
        "web/tickets/guest_ticket.html",
        area="guest",
        t=ticket,
        status_word=status_names()[ticket.status],
        entries=timeline.entries(visit.detail, Reader(now, undo, names, is_guest=True)),
        draft=composer,
        rights=rights,
        joinable=[(one.public_id, state_names()[one.state]) for one in joinable],
        until=day((rights.until - timedelta(microseconds=1)).date()) if rights.until else "",
    )
