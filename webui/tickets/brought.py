"""What the messages of a ticket brought: their files, their HTML, their originals, the mails within them."""

from contextvars import copy_context
from functools import partial

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from gateway.desk import guests
from gateway.desk.attachments import check_scan
from gateway.errors import NotFound
from gateway.i18n import current_locale
from gateway.inbound.enclosed import read_enclosed
from gateway.store.queries.articles import get_raw
from gateway.store.session import reading
from webui import csp, files, mailframe, pages, remoteimages
from webui.bridge import Told
from webui.later import Later
from webui.office import office
from webui.sessions import actor, signed_in, with_guests
from webui.tickets import attached, enclosed, texts

blueprint = Blueprint("brought", __name__)


@blueprint.get("/attachments/<public_id>")
@with_guests
def attachment(public_id: str) -> ResponseReturnValue:
    """A file of a message, as a download."""
    with reading() as db:
        found = guests.find_attachment(db, actor(), public_id, now=office().clock.now())
    return files.attachment(found)


@blueprint.get("/attachments/<public_id>/preview")
@with_guests
def preview(public_id: str) -> ResponseReturnValue:
    """The small picture of a picture."""
    with reading() as db:
        found = guests.find_attachment(db, actor(), public_id, now=office().clock.now())
    return files.preview(found)


@blueprint.get("/attachments/<public_id>/mail")
@with_guests
def enclosed_mail(public_id: str) -> ResponseReturnValue:
    """What an attached mail says, for the frame without rights."""
    with reading() as db:
        found = guests.find_attachment(db, actor(), public_id, now=office().clock.now())
    check_scan(found)
    if not attached.is_mail(found):
        raise NotFound
    open_mail, now = partial(office().blobs.open, found.sha256), office().clock.now()
    template = current_app.jinja_env.get_template("web/tickets/enclosed.html")
    person = {"theme": request.cookies.get("theme"), "locale": current_locale()}
    context = copy_context()  # the person's language goes along

    def tell() -> Told:
        page = template.render(mail=enclosed.shown(read_enclosed(open_mail), now), **person)
        return Told("200 OK", [("Content-Type", "text/html; charset=utf-8")], page.encode())

    later = Later(lambda: context.run(tell))
    later.headers["Content-Security-Policy"] = csp.MAIL_POLICY
    return later


@blueprint.get("/articles/<public_id>/html")
@with_guests
def formatted(public_id: str) -> ResponseReturnValue:
    """A message's sanitised HTML, for the frame without rights; `images` loads remote ones through us."""
    by = actor()
    with reading() as db:
        _number, article = guests.find_article(db, by, public_id, now=office().clock.now())
    html, brought = article.html or "", article.attachments
    if "images" not in request.args:
        return mailframe.mail_html(html, brought)
    return mailframe.mail_html(html, brought, remote=lambda url: remoteimages.address(by.account_id, url))


@blueprint.get("/articles/<public_id>/quoted")
@with_guests
def quoted(public_id: str) -> ResponseReturnValue:
    """What a message quotes: the ticket's page has none of it, as its other messages say it already."""
    with reading() as db:
        number, article = guests.find_article(db, actor(), public_id, now=office().clock.now())
    text = texts.split(article.text, article.reply_text)
    shown = {"label": text.quoted_label, "text": text.quoted}
    return pages.render("web/tickets/quoted.html", number=number, id=public_id, **shown)


@blueprint.get(f"{remoteimages.PATH}<token>")
def remote_image(token: str) -> Response:
    """A picture in the Internet that a message shows. Nobody is signed in: the signature is the right."""
    return remoteimages.answer(token)


@blueprint.get("/articles/<public_id>/raw")
@signed_in
def raw(public_id: str) -> ResponseReturnValue:
    """A message as it came in."""
    with reading() as db:
        sha256, is_open = get_raw(db, actor().sight, public_id)
    return files.raw_mail(sha256, public_id, is_open=is_open)
