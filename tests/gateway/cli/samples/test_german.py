"""The German conversations."""

from datetime import UTC, datetime

from gateway.cli.samples.german import THREADS
from gateway.cli.samples.people import GERMAN_DESK
from gateway.cli.samples.steps import Answered, Wrote

MIDNIGHT = datetime(2026, 3, 5, 0, 5, tzinfo=UTC)


def test_each_begins_with_a_customer_and_goes_on_in_time() -> None:
    for thread in THREADS:
        assert thread.desk is GERMAN_DESK
        assert isinstance(thread.steps[0], Wrote)
        moments = [step.when.before(MIDNIGHT) for step in thread.steps]
        assert moments == sorted(moments)
        assert moments[-1] < MIDNIGHT


def test_there_are_files_a_machines_answer_and_a_reference_to_another() -> None:
    steps = [step for thread in THREADS for step in thread.steps]
    assert any(isinstance(step, Answered) and step.is_automatic for step in steps)
    assert {step.about for step in steps if isinstance(step, Wrote) and step.about} == {"slow line"}
    kinds = {file.content_type for step in steps if isinstance(step, Wrote) for file in step.files}
    assert kinds == {"image/png", "application/pdf", "message/rfc822"}
