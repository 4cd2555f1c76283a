"""What the operator tells everybody: legal texts, and a notice with an end."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import broadcasting, legal, operating
from gateway.desk.legal import Document
from gateway.desk.views import overview
from gateway.errors import Conflict, DeskError, Invalid, NotFound
from gateway.i18n import _
from gateway.rules.access import Permission, require
from gateway.store.session import reading, transaction
from webui import complaints, pages, zones
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven
from webui.wording import moment

blueprint = Blueprint("telling", __name__)

_TEXTS = "/operator/texts/<document>"
_NOTICE = "/operator/notice"


@blueprint.get(_TEXTS)
@proven
def texts(document: str) -> ResponseReturnValue:
    """A legal text in both languages, to be changed."""
    return _texts_page(_named(document))


@blueprint.post(_TEXTS)
@proven
def change_texts(document: str) -> ResponseReturnValue:
    """Let another version hold; what cannot be taken comes back as it was typed."""
    wanted, typed = _named(document), _typed()
    try:
        with transaction() as db:
            now = office().clock.now()
            legal.change(db, actor(), wanted, typed["text_en"], typed["text_de"], now=now)
    except (Invalid, Conflict) as error:
        return _texts_page(wanted, error, typed), error.http
    return redirect(f"/operator/texts/{wanted.value}?saved=1", 303)


@blueprint.get(_NOTICE)
@proven
def notice() -> ResponseReturnValue:
    """What everybody is told now, and another notice."""
    return _notice_page()


@blueprint.post(_NOTICE)
@proven
def announce() -> ResponseReturnValue:
    """Tell everybody."""
    typed = _typed() | {"until": request.form.get("until", "")[:40]}
    try:
        with transaction() as db:
            now = office().clock.now()
            operating.require_operator(db, actor())
            until = _until(typed["until"])
            broadcasting.announce(db, actor(), typed["text_en"], typed["text_de"], until=until, now=now)
    except Invalid as error:
        return _notice_page(error, typed), error.http
    return redirect(f"{_NOTICE}?saved=1", 303)


@blueprint.post(f"{_NOTICE}/end")
@proven
def take_back() -> ResponseReturnValue:
    """Tell it nobody any more."""
    with transaction() as db:
        broadcasting.take_back(db, actor(), now=office().clock.now())
    return redirect(f"{_NOTICE}?saved=1", 303)


def _texts_page(
    document: Document, error: DeskError | None = None, typed: Mapping[str, str] | None = None
) -> str:
    by = actor()
    with reading() as db:
        operating.require_operator(db, by)
        holds = legal.newest(db, document)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/operating/texts.html",
        area="account",
        views=views,
        document=document.value,
        title={Document.PRIVACY: _("Privacy"), Document.TERMS: _("Terms")}[document],
        holds=holds,
        typed=typed or {"text_en": holds.text_en, "text_de": holds.text_de},
        most=legal.MAX_CHARS,
        changed=moment(holds.changed_at, office().clock.now()) if holds.changed_at else None,
        **_told(error),
    )


def _notice_page(error: DeskError | None = None, typed: Mapping[str, str] | None = None) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        operating.require_operator(db, by)
        told = broadcasting.find(db, now=now)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/operating/notice.html",
        area="account",
        views=views,
        told=told,
        until=moment(told.until_at, now) if told else None,
        typed=typed or {"text_en": "", "text_de": "", "until": ""},
        most=broadcasting.MAX_CHARS,
        **_told(error),
    )


def _told(error: DeskError | None) -> dict[str, object]:
    return {
        "wrong": complaints.in_words(error) if error else "",
        "field": error.field if isinstance(error, Invalid) else "",
        "is_saved": "saved" in request.args and error is None,
    }


def _named(document: str) -> Document:
    """A document for who may change one; NotFound for a name that is none."""
    require(actor(), Permission.MANAGE_ACCOUNT)
    if document not in frozenset(Document):
        raise NotFound
    return Document(document)


def _typed() -> dict[str, str]:
    """Both texts; no more of them than is needed to refuse them."""
    most = legal.MAX_CHARS + 1
    return {name: request.form.get(name, "").replace("\r\n", "\n")[:most] for name in ("text_en", "text_de")}


def _until(typed: str) -> datetime:
    try:
        return zones.read(typed).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Please choose a date and a time.", field="until") from None
