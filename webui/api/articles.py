"""Articles and their files: answer, note, take back, read."""

from collections.abc import Callable
from datetime import datetime

from flask import Response
from werkzeug.datastructures import FileStorage

from gateway.desk import forwarding, noting, replying
from gateway.desk.forwarding import Forward
from gateway.desk.replying import Draft, DraftFile, Written
from gateway.errors import Invalid
from gateway.rules.seen import read_seen
from gateway.store import idempotency
from gateway.store.idempotency import Claim
from gateway.store.queries import articles as queries
from gateway.store.queries.tickets import get_ticket
from gateway.store.session import reading, transaction
from webui import files
from webui.api import attaching, bodies, repeating
from webui.api.access import actor
from webui.api.inputs import ArticleIn, ForwardIn, IdPath, NumberPath, addresses
from webui.api.routes import NUMBER, answer, blueprint, created
from webui.api.schemas import Article
from webui.office import office

_BYTES = {"description": "The bytes.", "content": {"application/octet-stream": {}}}


@blueprint.post(f"/tickets/{NUMBER}/articles", responses={201: Article})
@bodies.takes(ArticleIn, files=True)
def post_article(path: NumberPath) -> Response:
    """Answer the requester, or leave a note for colleagues; files come as `files` of a form."""
    body, sent = bodies.read_with_files(ArticleIn)
    _check(body)
    kept = _keep(path.number, body, sent)
    with repeating.once(actor(), body, kept) as held:
        public_id = repeating.made_before(held) or _write(path.number, body, kept, held)
    return created(_article(public_id), f"/articles/{public_id}")


@blueprint.post("/articles/<id>/forward", responses={201: Article})
@bodies.takes(ForwardIn, files=True)
def forward_article(path: IdPath) -> Response:
    """Hand a message on to anybody, with its files; 403 for an internal note."""
    body, sent = bodies.read_with_files(ForwardIn)
    if sent:
        _article(path.id)  # no file is kept for a message that there is not
    kept = attaching.keep(sent, body.files)
    with repeating.once(actor(), body, kept) as held:
        public_id = repeating.made_before(held) or _forward(path.id, body, kept, held)
    return created(_article(public_id), f"/articles/{public_id}")


@blueprint.post("/articles/<id>/withdraw", responses={200: Article})
def withdraw_article(path: IdPath) -> Response:
    """Take an answer back that has not begun to leave; 409 when it is too late."""
    return _act(path.id, replying.withdraw)


@blueprint.post("/articles/<id>/send-now", responses={200: Article})
def send_article_now(path: IdPath) -> Response:
    """Send an answer at once that waits for a later moment; 409 when it does not."""
    return _act(path.id, replying.send_now)


def _act(public_id: str, verb: Callable[..., object]) -> Response:
    with repeating.once(actor()) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                verb(db, actor(), public_id, now=office().clock.now())
                idempotency.complete(db, held, public_id, status=200)
    return answer(_article(public_id))


@blueprint.get("/articles/<id>", responses={200: Article})
def get_article(path: IdPath) -> Response:
    """One article."""
    return answer(_article(path.id))


@blueprint.get("/articles/<id>/raw", responses={200: _BYTES})
def get_raw(path: IdPath) -> Response:
    """The mail as it came in or went out, byte for byte."""
    with reading() as db:
        sha256, is_open = queries.get_raw(db, actor().sight, path.id)
    return files.raw_mail(sha256, path.id, is_open=is_open)


@blueprint.get("/attachments/<id>", responses={200: _BYTES})
def get_attachment(path: IdPath) -> Response:
    """The bytes of a file."""
    with reading() as db:
        found = queries.get_attachment(db, actor().sight, path.id)
    return files.attachment(found)


def _check(body: ArticleIn) -> None:
    if body.kind == "note" and (body.to or body.cc or body.bcc):
        raise Invalid("A note is sent to nobody.", field="to")
    if body.kind == "reply" and body.shared:
        raise Invalid("Guests read answers anyway.", field="shared")
    if body.kind == "note" and body.send_at is not None:
        raise Invalid("A note is sent to nobody.", field="send_at")


def _keep(number: int, body: ArticleIn, sent: list[FileStorage]) -> tuple[DraftFile, ...]:
    """The files, once it is known that there is a ticket for them."""
    if sent:
        with reading() as db:
            get_ticket(db, actor().sight, number)
    return attaching.keep(sent, body.files)


def _write(number: int, body: ArticleIn, kept: tuple[DraftFile, ...], held: Claim | None) -> str:
    """Answer or note; the public id of the article."""
    now = office().clock.now()
    if body.kind == "note":
        with transaction() as db:
            ref = noting.note(
                db, actor(), number, body.text, kept, status=body.status, is_shared=body.shared, now=now
            )
            idempotency.complete(db, held, ref.public_id)
        return ref.public_id
    draft = _draft(body, kept)
    with reading() as db:
        written = replying.write(db, actor(), number, draft, office=office().sending(), now=now)
    return _send(written, held, now)


def _forward(public_id: str, body: ForwardIn, kept: tuple[DraftFile, ...], held: Claim | None) -> str:
    """Hand it on; the public id of the new article."""
    now = office().clock.now()
    files = None if body.attachments is None else tuple(body.attachments)
    wanted, draft = Forward(public_id, files, body.original), _draft(body, kept)
    with reading() as db:
        written = forwarding.write(db, actor(), wanted, draft, office=office().sending(), now=now)
    return _send(written, held, now)


def _send(written: Written, held: Claim | None, now: datetime) -> str:
    with transaction() as db:
        ref = replying.reply(db, actor(), written, now=now)
        idempotency.complete(db, held, ref.public_id)
    return ref.public_id


def _draft(body: ArticleIn | ForwardIn, kept: tuple[DraftFile, ...]) -> Draft:
    return Draft(
        text=body.text,
        to=None if body.to is None else addresses(body.to),
        cc=addresses(body.cc),
        bcc=addresses(body.bcc),
        files=kept,
        status=body.status,
        replaces=body.replaces,
        send_at=body.send_at,
        seen=read_seen(body.seen) if isinstance(body, ArticleIn) else None,
    )


def _article(public_id: str) -> Article:
    with reading() as db:
        _, view = queries.get_article(db, actor().sight, public_id)
    return Article.of(view)
