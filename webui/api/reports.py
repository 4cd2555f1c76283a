"""Reports: asked for, and read when a worker has counted."""

from flask import Response

from gateway.desk import reporting
from gateway.store.session import reading, transaction
from webui.api import bodies
from webui.api.access import actor
from webui.api.reportschemas import Report, ReportQuery
from webui.api.routes import answer, blueprint
from webui.office import office


@blueprint.get("/reports", responses={200: Report})
def get_report(query: ReportQuery) -> Response:
    """A report as it was last counted."""
    with reading() as db:
        return answer(Report.of(reporting.find(db, actor(), query.question(), now=office().clock.now())))


@blueprint.post("/reports", responses={200: Report})
@bodies.takes(ReportQuery)
def post_report() -> Response:
    """Have a report counted, unless its numbers are less than five minutes old; `GET` then has them."""
    question, now = bodies.read(ReportQuery).question(), office().clock.now()
    with transaction() as db:
        reporting.ask(db, actor(), question, now=now)
        return answer(Report.of(reporting.find(db, actor(), question, now=now)))
