"""The English conversations."""

from datetime import UTC, datetime

from gateway.cli.samples import german
from gateway.cli.samples.english import THREADS
from gateway.cli.samples.people import ENGLISH_DESK
from gateway.cli.samples.steps import Answered, Wrote

MIDNIGHT = datetime(2026, 3, 5, 0, 5, tzinfo=UTC)


def test_each_begins_with_a_customer_and_goes_on_in_time() -> None:
    for thread in THREADS:
        assert thread.desk is ENGLISH_DESK
        assert isinstance(thread.steps[0], Wrote)
        moments = [step.when.before(MIDNIGHT) for step in thread.steps]
        assert moments == sorted(moments)
        assert moments[-1] < MIDNIGHT


def test_no_two_threads_have_one_name() -> None:
    names = [thread.name for thread in (*THREADS, *german.THREADS)]
    assert len(names) == len(set(names))


def test_somebody_quotes_as_outlook_does() -> None:
    steps = [step for thread in THREADS for step in thread.steps]
    assert any(isinstance(step, Answered) and step.like_outlook for step in steps)
