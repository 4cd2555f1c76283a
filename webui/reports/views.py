"""The page of reports: it shows the last numbers at once and asks for newer ones; a worker counts."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import reporting
from gateway.desk.mailboxes import list_mailboxes
from gateway.desk.tickets import staff_of
from gateway.desk.views import overview
from gateway.errors import Invalid, NotFound
from gateway.rules.reporting import Numbers, Question
from gateway.store.queries.customers import list_customers
from gateway.store.queries.groups import list_groups
from gateway.store.reports import NOTHING, Kept
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.files import disposition
from webui.office import office
from webui.rail import rail
from webui.reports import asking, shown, tables
from webui.reports.asking import Asked
from webui.sessions import actor, signed_in
from webui.wording import moment

blueprint = Blueprint("reports", __name__)

_NAMED = 20


@dataclass(frozen=True, slots=True)
class _Found:
    """What was asked for, and what there is of it; `wrong` says why there is no question."""

    asked: Asked
    question: Question | None
    kept: Kept
    wrong: str = ""


@blueprint.get("/reports")
@signed_in
def index() -> ResponseReturnValue:
    """The report of the address, as it was last counted."""
    now = office().clock.now()
    found = _find(now)
    return _page(found, now), 422 if found.wrong else 200


@blueprint.post("/reports")
@signed_in
def ask() -> ResponseReturnValue:
    """Have the report of the address counted."""
    now = office().clock.now()
    found = _find(now)
    if found.question is not None:
        with transaction() as db:
            reporting.ask(db, actor(), found.question, now=now)
    if "HX-Request" in request.headers and found.question is not None:
        return _pulse(_find(now), now)
    return redirect(f"/reports?{found.asked.query}", 303)


@blueprint.get("/reports/pulse")
@signed_in
def pulse() -> ResponseReturnValue:
    """What changes while the numbers are counted."""
    now = office().clock.now()
    return _pulse(_find(now), now)


@blueprint.get("/reports/csv")
@signed_in
def download() -> ResponseReturnValue:
    """Some of the last numbers as a file; as long as there are none, back to the page."""
    found, kind = _find(office().clock.now()), request.args.get("of", tables.KINDS[0])
    numbers = found.kept.numbers
    if kind not in tables.KINDS:
        raise NotFound
    if numbers is None:
        return redirect(f"/reports?{found.asked.query}", 303)
    answer = Response(tables.file(kind, numbers), mimetype="text/csv")
    answer.headers["Content-Disposition"] = disposition(f"{kind}.csv")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _find(now: datetime) -> _Found:
    by, asked = actor(), asking.typed(request.args)
    with reading() as db:
        named = (
            list_customers(db, by.sight, query=asked.customer, limit=_NAMED).items if asked.customer else ()
        )
        try:
            question = asking.wanted(asked, named, now=now)
        except Invalid as error:
            return _Found(asked, None, NOTHING, complaints.in_words(error))
        return _Found(asked, question, reporting.find(db, by, question, now=now))


def _pulse(found: _Found, now: datetime) -> str:
    return pages.render("web/reports/pulse.html", **_state(found, now), is_done=_is_done(found, now))


def _is_done(found: _Found, now: datetime) -> bool:
    """Whether numbers have come that the page does not show yet."""
    return found.kept.numbers is not None and not found.kept.is_awaited and not found.kept.is_stale(now)


def _state(found: _Found, now: datetime) -> dict[str, object]:
    kept = found.kept
    return {
        "asked_query": found.asked.query,
        "is_awaited": kept.is_awaited,
        "is_stale": kept.is_stale(now),
        "counted": moment(kept.counted_at, now) if kept.counted_at else None,
    }


def _page(found: _Found, now: datetime) -> str:
    by = actor()
    with reading() as db:
        views = rail(overview(db, by), by)
        groups = list_groups(db, by.sight)
        people = staff_of(db, by.account_id)
        boxes = list_mailboxes(db, by.account_id, mail_domain=office().settings.mail_domain)
    return pages.render(
        "web/reports/report.html",
        area="reports",
        views=views,
        asked=found.asked,
        question=found.question,
        presets=asking.PRESETS,
        groups=groups,
        people=people,
        boxes=boxes,
        wrong=found.wrong,
        is_done=False,
        **_state(found, now),
        **_values(found.question, found.kept.numbers),
    )


def _values(question: Question | None, numbers: Numbers | None) -> dict[str, object]:
    if question is None or numbers is None:
        return {"numbers": None}
    return {
        "numbers": numbers,
        "period": shown.until(question),
        "before": shown.before(question),
        "tiles": shown.tiles(numbers),
        "figures": shown.figures(question, numbers),
        "heat": shown.heat(numbers),
        "hours": shown.hours_of_day(),
        "customers": shown.customers(numbers),
        "tags": shown.tags(numbers),
        "staff": shown.staff(numbers),
    }
