"""What an act did, in words."""

from typing import Any

import pytest

from gateway.desk.acts import Done, Kind, Sent
from webui.tickets.done import told, told_of_answer


def act(kind: Kind = Kind.CHANGE, what: dict[str, Any] | None = None, **more: Any) -> Done:
    values: dict[str, Any] = {"count": 1, "left": 0, "is_undone": False, "is_offered": True}
    return Done("id", kind, what or {"status": "closed"}, **(values | more))


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (act(), "Now “Closed”"),
        (act(count=2), "Now “Closed” · 2 tickets"),
        (act(what={"assignee": "ann"}), "Assigned to Ann Berger"),
        (act(what={"assignee": "gone"}), "Assigned to gone"),
        (act(what={"assignee": None}), "Assigned to nobody"),
        (act(what={"priority": 3, "subject": "x"}), "Priority “Urgent”, Subject changed"),
        (act(what={"add_tags": ["a", "b"]}), "Tagged “a, b”"),
        (act(what={"drop_tags": ["a"]}), "Tag “a” removed"),
        (act(what={"customer": "x"}), "Put under another customer"),
        (act(what={"customer": None}), "Taken from its customer"),
        (act(what={"wake_at": None}), "Woken"),
        (act(Kind.MERGE, {"number": 2, "into": 1}), "#2 was merged into #1"),
        (act(Kind.SPLIT, {"number": 2, "of": 1}), "#2 was split from #1"),
        (act(Kind.LINK, {"number": 2, "other": 1}), "#2 and #1 are linked"),
        (act(Kind.UNLINK, {"number": 2, "other": 1}), "#2 and #1 are no longer linked"),
        (act(Kind.NOTE, {"number": 1}), "Note added to #1"),
        (act(left=1), "Now “Closed” The rest is being done."),
    ],
)
def test_every_kind_has_its_words_and_can_be_undone(done: Done, words: str) -> None:
    shown = told(done, {"ann": "Ann Berger"}, back="/t/1")
    assert shown is not None
    assert (shown.words, shown.undo, shown.back) == (words, "/acts/id/undo", "/t/1")


def test_until_when_it_sleeps_is_told() -> None:
    shown = told(act(what={"wake_at": "2026-12-01T08:00:00+00:00"}), {}, back="/")
    assert shown is not None
    assert shown.words.startswith("Sleeps until 1 Dec 2026, ")


def test_what_was_undone_is_told_and_not_offered_again() -> None:
    shown = told(act(is_undone=True, is_offered=False), {}, back="/")
    assert shown is not None
    assert (shown.words, shown.undo) == ("Undone: Now “Closed”", "")


def test_nothing_is_told_of_what_is_long_past() -> None:
    assert told(None, {}, back="/") is None
    assert told(act(is_offered=False), {}, back="/") is None


def test_an_answer_can_be_taken_back_from_elsewhere() -> None:
    shown = told_of_answer(Sent(3, "abc"))
    assert shown is not None
    assert (shown.undo, "#3" in shown.words) == ("/articles/abc/undo", True)
    assert told_of_answer(None) is None
