"""Reports over the API."""

from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.clock import SystemClock
from gateway.outbound.reporting import count_report
from gateway.store import session
from gateway.store.models import Report
from tests.webui.cast import World

DAYS = {"begins": "2020-01-01", "ends": "2020-01-07", "zone": "Europe/Berlin"}


def test_it_is_asked_for_and_read_when_counted(client: FlaskClient, world: World) -> None:
    ours, theirs = world.ours.headers, world.stranger.headers
    nothing = {"numbers": None, "counted_at": None, "is_awaited": False}
    assert client.get("/api/v1/reports", query_string=DAYS, headers=ours).json == nothing
    asked = client.post("/api/v1/reports", json=DAYS, headers=ours).json
    assert asked == nothing | {"is_awaited": True}
    with session.reading() as db:
        (report_id,) = db.execute(select(Report.id)).scalars()
    count_report(report_id, clock=SystemClock())
    found = client.get("/api/v1/reports", query_string=DAYS, headers=ours).json
    assert found is not None
    assert found["numbers"]["starts"][0] == "2020-01-01"
    assert found["numbers"]["totals"]["new"] == {"current": 0, "before": 0}
    assert client.get("/api/v1/reports", query_string=DAYS, headers=theirs).json == nothing


def test_days_that_make_no_sense_are_refused(client: FlaskClient, world: World) -> None:
    for wrong in ({"begins": "2020-02-01"}, {"zone": "Europe/Atlantis"}, {"ends": "soon"}):
        answer = client.post("/api/v1/reports", json=DAYS | wrong, headers=world.ours.headers)
        assert answer.status_code == 422
