"""The list of steps that every page of the guided start shows."""

import pytest

from gateway.desk.guidedstart import Progress, Step
from gateway.i18n import speaking
from webui.start.steps import _marks, path_of


@pytest.mark.parametrize(
    ("locale", "words"), [("en", ["done", "skipped", "to do"]), ("de", ["erledigt", "übersprungen", "offen"])]
)
def test_what_is_behind_says_how(locale: str, words: list[str]) -> None:
    known = Progress(done=frozenset({Step.BUSINESS}), skipped=frozenset({Step.MAILBOX}))
    with speaking(locale):
        marks = _marks(known, Step.TEST)
    assert [mark.word for mark in marks] == [*words, words[-1]]
    assert [mark.number for mark in marks] == [1, 2, 3, 4]
    assert [mark.is_here for mark in marks] == [False, False, True, False]
    assert [mark.href for mark in marks] == [path_of(step) for step in Step]
