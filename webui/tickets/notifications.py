"""What one was told of, newest first."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import notifications as desk
from gateway.desk.noticewords import kind_names
from gateway.desk.views import overview
from gateway.store.queries.notices import Notice, list_notices
from gateway.store.session import reading, transaction
from gateway.store.types import MOST
from webui import pages, zones
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.wording import Moment, moment

blueprint = Blueprint("notifications", __name__)

PATH = "/notifications"
_MOST_FRESH = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in words, and where it leads."""

    words: str
    number: int
    subject: str
    href: str
    at: Moment
    is_read: bool


@blueprint.get(PATH)
@signed_in
def index() -> ResponseReturnValue:
    """A page of them; opening a ticket reads what one was told of it."""
    by, now = actor(), office().clock.now()
    after = request.args.get("after", type=int)
    with reading() as db:
        found = list_notices(
            db, by.sight, by.staff_id, after=None if after is None else min(max(after, 0), MOST)
        )
        views = rail(overview(db, by), by)
    names = kind_names()
    return pages.render(
        "web/tickets/notifications.html",
        area="tickets",
        view="notifications",
        views=views,
        news="/news?view=notifications",
        lines=[
            Line(names[one.kind], one.number, one.subject, _href(one), moment(one.at, now), one.is_read)
            for one in found.items
        ],
        older=f"{PATH}?after={found.next}" if found.next else "",
    )


@blueprint.post(f"{PATH}/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """One has read all."""
    with transaction() as db:
        desk.read_all(db, actor())
    return redirect(PATH, 303)


@blueprint.get(f"{PATH}/fresh")
@signed_in
def fresh() -> ResponseReturnValue:
    """What one has not read and wants to see in the browser, for the script that shows it.

    Nothing in one's quiet hours, and of what happened in them nothing afterwards.
    """
    by, now, zone = actor(), office().clock.now(), zones.zone_of_reader()
    with reading() as db:
        chosen = desk.choices_of(db, by)
        found = list_notices(db, by.sight, by.staff_id)
    names = kind_names()
    lines = [
        (one.id, f"#{one.number}: {names[one.kind]}", _href(one))
        for one in found.items
        if not one.is_read and one.kind in chosen.browser and not chosen.quiet.holds(one.at, zone)
    ]
    if chosen.quiet.holds(now, zone):
        lines = []
    return pages.render("web/tickets/fresh.html", lines=lines[:_MOST_FRESH])


def _href(notice: Notice) -> str:
    return f"/t/{notice.number}#m-{notice.article}" if notice.article else f"/t/{notice.number}"
