"""The page of how long things are kept: other rules are seen by what they erase before they hold."""

from collections.abc import Mapping

from babel.numbers import format_decimal
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from gateway.desk import retaining
from gateway.desk.retaining import FirstNight
from gateway.desk.views import overview
from gateway.errors import Invalid
from gateway.i18n import _, current_locale, ngettext
from gateway.rules.retention import MAX_DAYS, MIN_DAYS, Matter, Rules
from gateway.store.session import reading, transaction
from webui import complaints, fields, pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven, signed_in
from webui.wording import moment

blueprint = Blueprint("retention", __name__)

_PATH = "/account/retention"


@blueprint.get(_PATH)
@signed_in
def index() -> ResponseReturnValue:
    """The rules; with others in the address what these would erase in the next night."""
    if not any(matter.value in request.args for matter in Matter):
        return _page()
    now = office().clock.now()
    try:
        with reading() as db:
            retaining.view(db, actor())  # before what was typed is looked at
        rules = _read(request.args)
        with reading() as db:
            first = retaining.preview(db, actor(), rules, now=now)
    except Invalid as error:
        return _page(error=error, typed=request.args), error.http
    return _page(typed=request.args, first=first, rules=rules)


@blueprint.post(_PATH)
@proven
def change() -> ResponseReturnValue:
    """Let others hold, whose first night was looked at."""
    try:
        with transaction() as db:
            retaining.view(db, actor())
            retaining.change(db, actor(), _read(request.form), now=office().clock.now())
    except Invalid as error:
        return _page(error=error, typed=request.form), error.http
    return redirect(f"{_PATH}?saved=1", 303)


def _read(typed: MultiDict[str, str]) -> Rules:
    """The rules that were typed; an empty field is none. Invalid names the field at fault."""
    days: dict[str, int] = {}
    for matter in Matter:
        said = typed.get(matter.value, "").strip()
        days[matter.value] = fields.number(said, matter.value) if said else 0
        if said and not days[matter.value]:  # nought days would mean the opposite of for ever
            raise Invalid(retaining.OUT_OF_BOUNDS, field=matter.value)
    return Rules(**days)


def _page(
    *,
    error: Invalid | None = None,
    typed: Mapping[str, str] | None = None,
    first: FirstNight | None = None,
    rules: Rules | None = None,
) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        hold = retaining.view(db, by)
        views = rail(overview(db, by), by)
    shown = {matter.value: str(hold.days(matter) or "") for matter in Matter}
    if typed is not None:
        shown = {matter.value: typed.get(matter.value, "")[:9] for matter in Matter}
    return pages.render(
        "web/privacy/retention.html",
        area="account",
        views=views,
        matters=[(matter.value, name) for matter, name in _names().items()],
        shown=shown,
        least=MIN_DAYS,
        most=format_decimal(MAX_DAYS, locale=current_locale()),
        first_at=moment(first.at, now) if first else None,
        goes=_goes(first) if first else [],
        is_new=rules is not None and rules != hold,
        wrong=complaints.in_words(error) if error else "",
        field=error.field if error else "",
        is_saved="saved" in request.args and error is None,
    )


def _names() -> Mapping[Matter, str]:
    return {
        Matter.CLOSED: _("Closed tickets, days since their last activity"),
        Matter.SPAM: _("Spam, days since its last activity"),
        Matter.QUARANTINED: _("Mail in quarantine, days since its arrival"),
        Matter.REMOTE: _("Records of remote sessions, days since their end"),
    }


def _goes(first: FirstNight) -> list[str]:
    """What goes in the first night, in words; nothing for what does not."""
    counts = first.counts
    words = {
        Matter.CLOSED: ngettext("%(num)s closed ticket", "%(num)s closed tickets", counts[Matter.CLOSED]),
        Matter.SPAM: ngettext("%(num)s ticket in spam", "%(num)s tickets in spam", counts[Matter.SPAM]),
        Matter.QUARANTINED: ngettext(
            "%(num)s mail in quarantine", "%(num)s mails in quarantine", counts[Matter.QUARANTINED]
        ),
        Matter.REMOTE: ngettext(
            "%(num)s record of a remote session",
            "%(num)s records of remote sessions",
            counts[Matter.REMOTE],
        ),
    }
    return [text % {"num": counts[matter]} for matter, text in words.items() if counts[matter]]
