"""What people send from a group's form of due times."""

from werkzeug.datastructures import MultiDict

from gateway.desk.promises import GroupPromise
from gateway.rules.due import Targets, Term
from gateway.rules.hours import Hours, read_spans
from webui.customers import promises

TARGETS = Targets(next_answer=Term(30, "m"))
WEEK = Hours("Europe/Berlin", (read_spans("08:00-18:00"), *((),) * 6))


def test_a_week_counts_only_where_it_is_said_to_be_their_own() -> None:
    typed = MultiDict({"next_answer": "30 min", "zone": "Europe/Berlin", "day-0": "8:00-18:00"})
    assert promises.wanted(promises.typed(typed)) == GroupPromise(TARGETS, None)
    own = MultiDict({**typed, "own_hours": "on"})
    assert promises.wanted(promises.typed(own)) == GroupPromise(TARGETS, WEEK)


def test_what_there_is_is_shown_as_it_would_be_typed() -> None:
    for promise in (GroupPromise(TARGETS, WEEK), GroupPromise(Targets(), None)):
        assert promises.wanted(promises.of_promise(promise, locale="de")) == promise
