"""The customer's mailbox: the other side of the desk, in the same browser. Part of the demo alone.

Mails go in through the desk's SMTP door, and what is shown is what its senders delivered.
"""

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import CombinedMultiDict

from gateway.cli.samples.people import DESKS, PEOPLE
from gateway.errors import DeskError, Invalid, NotFound
from gateway.mail.message import ParsedMail
from webui import complaints, csp, files, mailframe, pages
from webui.demo import forms, inbox, sending
from webui.demo.forms import Letter, Visitor
from webui.office import office

blueprint = Blueprint("demo", __name__, url_prefix="/demo/mailbox")

_UNPROCESSABLE = 422


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What came for a customer, and who else one can be."""
    try:
        visitor = forms.read_visitor(request.args)
    except Invalid as error:
        page = _page(forms.default_visitor(), stranger_wrong=complaints.in_words(error))
        return page, error.http
    return _page(visitor, was_sent="sent" in request.args)


@blueprint.get("/list")
def mails() -> ResponseReturnValue:
    """The list alone, for the page that watches it."""
    visitor = forms.read_visitor(request.args)
    key = request.args.get("open", "")
    return pages.render("web/demo/list.html", visitor=visitor, lines=inbox.lines(visitor), opened_key=key)


@blueprint.get("/mails/<key>")
def mail(key: str) -> ResponseReturnValue:
    """One mail, and the form to answer it."""
    visitor = forms.read_visitor(request.args)
    return _page(visitor, opened=inbox.opened(key, inbox.read(visitor, key)), letter=Letter(answers=key))


@blueprint.get("/mails/<key>/html")
def formatted(key: str) -> Response:
    """The mail's HTML as a document of its own, without rights."""
    read = inbox.read(forms.read_visitor(request.args), key)
    if read.html is None:
        raise NotFound
    return mailframe.mail_html(read.html, ())


@blueprint.get("/mails/<key>/files/<int:number>")
def attachment(key: str, number: int) -> Response:
    """A file that came with a mail, as a download."""
    read = inbox.read(forms.read_visitor(request.args), key)
    if number >= len(read.attachments):
        raise NotFound
    return _download(read, number)


@blueprint.get("/write")
def write() -> ResponseReturnValue:
    """The form for a new mail to the desk."""
    visitor = forms.read_visitor(request.args)
    return _page(visitor, letter=Letter(desk=forms.desk_of(Letter(), visitor).address.address))


@blueprint.post("/write")
def send() -> ResponseReturnValue:
    """Send a mail to the desk, new or as an answer."""
    visitor = forms.read_visitor(CombinedMultiDict([request.args, request.form]))
    typed = forms.read_letter(request.form)
    try:
        forms.check(typed)
        wrong = sending.send(visitor, typed, request.files.getlist("files"))
        status = _UNPROCESSABLE
    except NotFound:
        raise
    except DeskError as error:
        wrong, status = complaints.in_words(error), error.http
    if not wrong:
        return redirect(f"/demo/mailbox?{visitor.query}&sent=1", 303)
    opened = inbox.opened(typed.answers, inbox.read(visitor, typed.answers)) if typed.answers else None
    return _page(visitor, opened=opened, letter=typed, wrong=wrong), status


def _page(
    visitor: Visitor,
    *,
    opened: inbox.Opened | None = None,
    letter: Letter | None = None,
    wrong: str = "",
    was_sent: bool = False,
    stranger_wrong: str = "",
) -> str:
    settings = office().settings
    return pages.render(
        "web/demo/mailbox.html",
        visitor=visitor,
        people=PEOPLE,
        desks=DESKS,
        lines=inbox.lines(visitor),
        opened=opened,
        opened_key=opened.key if opened else "",
        letter=letter,
        wrong=wrong,
        was_sent=was_sent,
        stranger_wrong=stranger_wrong,
        stranger=request.args if stranger_wrong else {},
        keeps_mail_here=settings.relay_url.get_secret_value() == settings.postbox_url,
        max_text_chars=forms.MAX_TEXT_CHARS,
        own_path=request.full_path if request.method == "GET" else "/demo/mailbox",
    )


def _download(read: ParsedMail, number: int) -> Response:
    part = read.attachments[number]
    answer = Response(part.content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = files.disposition(part.filename)
    answer.headers["Content-Security-Policy"] = csp.FILE_POLICY
    return answer
