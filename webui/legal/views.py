"""Privacy policy and terms: what holds now, and every version of before."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from gateway.desk import legal
from gateway.desk.legal import Document
from gateway.i18n import _, current_locale
from gateway.mail.markdown import to_html
from gateway.store.session import reading
from webui import pages, zones
from webui.wording import day

blueprint = Blueprint("legal", __name__)


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """How this installation deals with what is known of people."""
    return _page(Document.PRIVACY, _("Privacy"))


@blueprint.get("/terms")
def terms() -> ResponseReturnValue:
    """On what terms it is used."""
    return _page(Document.TERMS, _("Terms"))


def _page(document: Document, title: str) -> str:
    number = request.args.get("version", 0, type=int)
    with reading() as db:
        newest = legal.newest(db, document)
        shown = legal.get_version(db, document, number) if number else newest
        versions = legal.list_versions(db, document)
    text, spoken = shown.in_language(current_locale())
    return pages.render(
        "web/legal/document.html",
        title=title,
        path=f"/{document.value}",
        version=shown,
        text=Markup(to_html(text, styled=False)),  # noqa: S704 - sanitised
        spoken=spoken,
        newest=newest,
        versions=[(one, day(zones.local(at))) for one, at in versions],
        changed_on=day(zones.local(shown.changed_at)) if shown.changed_at else "",
    )
