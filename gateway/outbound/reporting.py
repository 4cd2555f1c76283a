"""Counting the numbers of a report, beside the pages: nobody who works with tickets waits for it."""

from gateway import clock as clocks
from gateway.clock import Clock
from gateway.desk import reporting
from gateway.rules.access import Sight
from gateway.store import reports
from gateway.store.queries import reaches
from gateway.store.session import reading, transaction


def count_report(report_id: int, *, clock: Clock) -> None:
    """Count and keep the numbers. A second call for the same work does nothing."""
    began = clocks.monotonic()
    numbers = None
    with transaction() as db:
        task = reports.begin(db, report_id, now=clock.now())
    if task is not None:
        with reading() as db:
            reach = None if task.staff_id is None else reaches.of_staff(db, task.account_id, task.staff_id)
            numbers = reporting.count(db, Sight(task.account_id, reach), task.question, now=clock.now())
    with transaction() as db:
        reports.keep(db, report_id, numbers, seconds=clocks.monotonic() - began, now=clock.now())
