"""The pages of tickets: list, ticket, ledger; and what can be done from them by plain forms."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import canned, cautions, forwarding, merging, noting, replying, tickets
from gateway.desk.addressees import own_addresses
from gateway.desk.forwarding import Forward
from gateway.desk.mailboxes import list_mailboxes
from gateway.desk.replying import ArticleRef, Draft
from gateway.desk.tickets import TicketChange
from gateway.errors import Conflict, Denied, Invalid, TooLarge
from gateway.i18n import _
from gateway.store import intake
from gateway.store.queries.articles import get_article, get_detail
from gateway.store.queries.contacts import find_requester
from gateway.store.queries.customers import list_customers
from gateway.store.queries.groups import groups_of
from gateway.store.queries.reaches import guests_of
from gateway.store.queries.tickets import TicketFilter, count_views, list_tickets
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.office import office
from webui.rail import DEFAULT_VIEW, filter_of, rail, view_names
from webui.sessions import actor, current, everywhere, signed_in
from webui.tickets import composing, forms, ledger, page, rows

blueprint = Blueprint("tickets", __name__)

_MAX_QUERY_CHARS = 200
_TICKET = "/t/<int(max=999999999):number>"


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The list of a view, or of what a search found."""
    by, now = actor(), office().clock.now()
    query = request.args.get("q", "").strip()[:_MAX_QUERY_CHARS]
    view = request.args.get("view", "" if query else DEFAULT_VIEW)
    after = request.args.get("after")
    with reading() as db:
        found = list_tickets(db, by.sight, _wanted(view, query), after=after)
        views = rail(count_views(db, by.sight, by.staff_id), by)
        boxes = () if found.items else list_mailboxes(db, by.account_id, mail_domain=_domain())
    names = view_names()
    heading = _("Results for “%(query)s”") % {"query": query} if query else names.get(view, _("Tickets"))
    values = {"view": view, "q": query, "after": found.next}
    return pages.render(
        "web/tickets/list.html",
        area="tickets",
        view=view,
        views=views,
        query=query,
        heading=heading,
        rows=rows.lines(found.items, now),
        older=f"/?{urlencode({k: v for k, v in values.items() if v})}" if found.next else "",
        since=None if query or after else _micros(found.items[0].updated_at if found.items else now),
        empty=None
        if found.items
        else rows.empty(view, query, has_mailbox=bool(boxes), is_starting=current().is_starting),
    )


@blueprint.get("/news")
@signed_in
def news() -> ResponseReturnValue:
    """How many tickets of a view have had news since a moment; the list itself never moves."""
    by, view = actor(), request.args.get("view", DEFAULT_VIEW)
    since = request.args.get("since", 0, type=int)
    with reading() as db:
        found = list_tickets(db, by.sight, filter_of(view, by))
    changed = sum(_micros(ticket.updated_at) > since for ticket in found.items)
    link = f"/?{urlencode({'view': view})}"
    return pages.render("web/tickets/news.html", changed=changed, link=link)


@blueprint.get(_TICKET)
@signed_in
def ticket(number: int) -> ResponseReturnValue:
    """A ticket with its messages and a composer; `again` and `forward` name a message to begin with."""
    named = request.args
    return _ticket_page(number, again=named.get("again", ""), forward=named.get("forward", ""))


@blueprint.get(f"{_TICKET}/live")
@signed_in
def live(number: int) -> ResponseReturnValue:
    """The part of the ticket's page that changes by itself; unchanged, it is not sent again."""
    by = actor()
    with reading() as db:
        detail = get_detail(db, by.sight, number, with_html=False)
        staff, names = tickets.staff_of(db, by.account_id), tickets.names_of(db, by.account_id)
    shown = page.live_values(detail, staff, names, now=office().clock.now(), undo=_undo())
    answer = Response(pages.render("web/tickets/live.html", **shown))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post(f"{_TICKET}/articles")
@signed_in
def write(number: int) -> ResponseReturnValue:
    """Send a reply or a forward or save a note; what cannot be taken comes back with nothing typed lost.

    So does, once, what is worth a question before it is sent.
    """
    composer = composing.with_files(forms.read(request.form))
    if composer.then == "insert":
        return _ticket_page(number, composer=_inserted(number, composer))
    try:
        if composer.is_note:
            ref = _note(number, composer)
        else:
            draft = forms.draft(composer, composing.files(composer))
            asking = _ask(composer, draft)
            if asking.questions:
                return _ticket_page(number, composer=asking)
            ref = _send(number, composer, draft)
    except (Invalid, Conflict, Denied, TooLarge) as error:
        field = error.field if isinstance(error, Invalid) else ""
        words = complaints.in_words(error)
        return _ticket_page(number, composer=forms.refused(composer, words, field)), error.http
    return redirect(f"/t/{ref.number}#m-{ref.public_id}", 303)


@blueprint.get(f"{_TICKET}/canned/<public_id>")
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
        return _ticket_page(number, wrong=complaints.in_words(error)), error.http
    return redirect(f"/t/{number}{place}", 303)


@blueprint.post(f"{_TICKET}/status")
@signed_in
def set_status(number: int) -> ResponseReturnValue:
    """Move the ticket to another state."""
    return _change(number, TicketChange(status=forms.status_of(request.form.get("status", ""))))


@blueprint.post(f"{_TICKET}/assignee")
@signed_in
def assign(number: int) -> ResponseReturnValue:
    """Give the ticket to somebody, or to nobody."""
    return _change(number, TicketChange(assignee=request.form.get("assignee") or None))


@blueprint.post(f"{_TICKET}/customer")
@signed_in
def give_to_customer(number: int) -> ResponseReturnValue:
    """Put the ticket under a customer, or under none."""
    return _change(number, TicketChange(customer=request.form.get("customer") or None))


@blueprint.post(f"{_TICKET}/merge")
@signed_in
def merge(number: int) -> ResponseReturnValue:
    """Let the ticket become part of another one."""
    into = forms.number_of(request.form.get("into", ""))
    try:
        with transaction() as db:
            target = merging.merge(db, actor(), number, into, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _ticket_page(number, wrong=complaints.in_words(error)), error.http
    return redirect(f"/t/{target.number}", 303)


@blueprint.post(f"{_TICKET}/unmerge")
@signed_in
def unmerge(number: int) -> ResponseReturnValue:
    """Take a merged ticket apart again."""
    with transaction() as db:
        ticket = merging.unmerge(db, actor(), number, now=office().clock.now())
    return redirect(f"/t/{ticket.number}", 303)


@blueprint.get("/ledger")
@everywhere
def books() -> ResponseReturnValue:
    """What came in and what became of it."""
    by = actor()
    with reading() as db:
        book = intake.ledger(db, by.account_id)
        reasons = intake.reasons(db, by.account_id)
        views = rail(count_views(db, by.sight, by.staff_id), by)
    return pages.render(
        "web/tickets/ledger.html",
        area="ledger",
        views=views,
        lines=ledger.lines(book, reasons),
        offered=book.offered,
    )


def _ticket_page(
    number: int,
    *,
    composer: forms.Composer | None = None,
    again: str = "",
    forward: str = "",
    wrong: str = "",
) -> str:
    by = actor()
    with reading() as db:
        detail = get_detail(db, by.sight, number, with_html=False)
        if detail.ticket.number != number:  # merged: the old link leads there
            abort(redirect(f"/t/{detail.ticket.number}"))
        theirs, customer = page.theirs(detail), detail.ticket.customer
        inputs = page.Inputs(
            detail=detail,
            staff=tickets.staff_of(db, by.account_id),
            names=tickets.names_of(db, by.account_id),
            own=own_addresses(db, by.account_id),
            customers=list_customers(db, by.sight, limit=page.MAX_CUSTOMERS).items,
            others=list_tickets(db, by.sight, theirs, limit=page.MAX_OTHERS).items if theirs else (),
            views=rail(count_views(db, by.sight, by.staff_id), by),
            signature=replying.signature_of(db, by, detail),
            canned=canned.list_names(db, by.account_id),
            groups=groups_of(db, by.sight, customer.public_id) if customer else (),
            guests=guests_of(db, by.account_id, detail.ticket.id, now=office().clock.now()),
            contact=find_requester(db, by.sight, detail.ticket.id),
            size_of=office().blobs.size_bytes,
        )
        relay, most = office().relay, office().settings.max_message_bytes
        bounds = page.Bounds(replying.largest_mail(db, by, detail.ticket.id, relay=relay, most=most))
    shown = composer or page.composer(inputs, again=again, forward=forward, wrong=wrong)
    values = page.values(inputs, shown, now=office().clock.now(), undo=_undo())
    return pages.render("web/tickets/ticket.html", area="tickets", view="", bounds=bounds, **values)


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


def _note(number: int, composer: forms.Composer) -> ArticleRef:
    kept = composing.files(composer)
    by, now = actor(), office().clock.now()
    with transaction() as db:
        return noting.note(db, by, number, composer.text, kept, is_shared=composer.is_shared, now=now)


def _inserted(number: int, composer: forms.Composer) -> forms.Composer:
    """The composer with the chosen canned reply below what was typed; nothing was sent."""
    chosen = request.form.get("canned", "")
    texts = (composer.text.rstrip(), _filled(number, chosen) if chosen else "")
    return replace(composer, text="\n".join(filter(None, texts)))


def _filled(number: int, public_id: str) -> str:
    by = actor()
    with reading() as db:
        return canned.fill_in(db, by, number, public_id)


def _change(number: int, change: TicketChange) -> ResponseReturnValue:
    with transaction() as db:
        tickets.patch(db, actor(), number, change, now=office().clock.now())
    return redirect(f"/t/{number}", 303)


def _wanted(view: str, query: str) -> TicketFilter:
    wanted = filter_of(view, actor())
    return TicketFilter(wanted.statuses, query, wanted.assignee_id, wanted.unassigned)


def _undo() -> timedelta:
    return timedelta(seconds=office().settings.undo_seconds)


def _domain() -> str:
    return office().settings.mail_domain


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime.fromtimestamp(0, UTC)
