"""What people send from a form of due times."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.rules.due import Targets, Term
from webui import promising
from webui.promising import TargetsForm

TYPED = MultiDict({"first_answer": " 4 Std. ", "resolution": "2d", "by_priority": "on"})
MEANT = Targets(first_answer=Term(4, "h"), resolution=Term(2, "d"), by_priority=True)


def test_what_is_typed_is_read_and_nothing_typed_is_no_limit() -> None:
    assert promising.wanted(promising.typed(TYPED)) == MEANT
    assert promising.wanted(promising.typed(MultiDict())) == Targets()


def test_what_there_is_is_shown_as_it_would_be_typed() -> None:
    assert promising.of_targets(MEANT) == TargetsForm("4 h", "", "2 d", by_priority=True)
    assert promising.wanted(promising.of_targets(MEANT)) == MEANT


@pytest.mark.parametrize("field", ["first_answer", "next_answer", "resolution"])
def test_what_is_no_time_is_said_with_its_field(field: str) -> None:
    with pytest.raises(Invalid) as caught:
        promising.wanted(promising.typed(MultiDict({field: "soon"})))
    assert caught.value.field == field
