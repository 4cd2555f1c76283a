"""Of what one hears, in which way and when: a form."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from gateway.desk import notifications as desk
from gateway.desk.noticewords import kind_names
from gateway.desk.notifications import Choices
from gateway.desk.views import overview
from gateway.errors import Invalid
from gateway.i18n import _
from gateway.rules.hours import DAYS
from gateway.rules.notifying import Kind, NewTickets
from gateway.rules.quiet import read_quiet, write_minute
from gateway.store.queries.groups import list_groups
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.rail import rail
from webui.sessions import actor, current, signed_in
from webui.weeks import day_names

blueprint = Blueprint("hearing", __name__)

PATH = "/account/notifications"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds: values of boxes, times and days as they were typed."""

    mail: frozenset[str]
    browser: frozenset[str]
    new: str
    groups: frozenset[str]
    begins: str
    ends: str
    days: frozenset[str]


@blueprint.get(PATH)
@signed_in
def choices() -> ResponseReturnValue:
    """What one has chosen."""
    with reading() as db:
        chosen = desk.choices_of(db, actor())
    return _page(_of(chosen))


@blueprint.post(PATH)
@signed_in
def choose() -> ResponseReturnValue:
    """Choose it; what cannot be comes back with nothing typed lost."""
    typed = _typed(request.form)
    try:
        with transaction() as db:
            desk.choose(db, actor(), _wanted(typed))
    except Invalid as error:
        return _page(typed, error), error.http
    return redirect(f"{PATH}?saved=1", 303)


def _page(typed: Typed, wrong: Invalid | None = None) -> str:
    by, names = actor(), kind_names()
    with reading() as db:
        groups = list_groups(db, by.sight)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/tickets/notification_choices.html",
        area="account",
        views=views,
        typed=typed,
        kinds=[(kind.value, names[kind]) for kind in Kind],
        of_new=_of_new(has_groups=bool(groups)),
        groups=groups,
        days=list(enumerate(day_names())),
        zone=current().zone,
        wrong=complaints.in_words(wrong) if wrong else "",
        field=wrong.field if wrong else "",
        is_saved="saved" in request.args,
    )


def _of_new(*, has_groups: bool) -> Mapping[str, str]:
    """Of which new tickets one may hear."""
    found = {NewTickets.NONE.value: _("of none"), NewTickets.ALL.value: _("of all that you see")}
    return found | ({NewTickets.GROUPS.value: _("of customers in these groups")} if has_groups else {})


def _of(chosen: Choices) -> Typed:
    return Typed(
        mail=frozenset(chosen.mail),
        browser=frozenset(chosen.browser),
        new=chosen.new.value,
        groups=chosen.groups,
        begins=write_minute(chosen.quiet.begins),
        ends=write_minute(chosen.quiet.ends),
        days=frozenset(map(str, chosen.quiet.days)),
    )


def _typed(form: MultiDict[str, str]) -> Typed:
    return Typed(
        mail=frozenset(form.getlist("mail")),
        browser=frozenset(form.getlist("shown")),
        new=form.get("new", ""),
        groups=frozenset(form.getlist("group")),
        begins=form.get("begins", "")[:_MOST_CHARS],
        ends=form.get("ends", "")[:_MOST_CHARS],
        days=frozenset(form.getlist("day")[:DAYS]),
    )


def _wanted(typed: Typed) -> Choices:
    new = NewTickets(typed.new) if typed.new in frozenset(NewTickets) else NewTickets.NONE
    return Choices(
        mail=frozenset(kind for kind in Kind if kind.value in typed.mail),
        browser=frozenset(kind for kind in Kind if kind.value in typed.browser),
        new=new,
        groups=typed.groups if new is NewTickets.GROUPS else frozenset(),
        quiet=read_quiet(typed.begins, typed.ends, typed.days),
    )


_MOST_CHARS = 8
