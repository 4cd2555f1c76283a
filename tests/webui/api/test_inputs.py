import pytest
from pydantic import ValidationError

from gateway.desk.tickets import UNCHANGED
from gateway.rules.status import Status
from webui.api.inputs import ArticleIn, PageQuery, TicketPatch, TicketQuery, addresses
from webui.api.schemas import Person


def test_an_empty_parameter_is_as_good_as_none() -> None:
    query = TicketQuery.model_validate({"q": "", "status": "", "cursor": "", "limit": ""})
    assert (query.size, query.cursor, query.status) == (50, None, [])


@pytest.mark.parametrize(("given", "size"), [("1", 1), ("200", 200), (None, 50)])
def test_a_page_has_the_size_that_was_asked_for(given: str | None, size: int) -> None:
    assert PageQuery.model_validate({"limit": given}).size == size


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5"])
def test_a_page_is_never_empty_nor_huge(limit: str) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"limit": limit})


def test_several_statuses_may_be_asked_for() -> None:
    assert TicketQuery.model_validate({"status": "new,closed"}).filter().statuses == (
        Status.NEW,
        Status.CLOSED,
    )


def test_nobody_and_left_out_are_different() -> None:
    assert TicketPatch.model_validate({}).change().assignee is UNCHANGED
    assert TicketPatch.model_validate({"assignee": None}).change().assignee is None
    assert TicketPatch.model_validate({"customer": "c"}).change().customer == "c"


def test_one_text_may_name_several_people() -> None:
    article = ArticleIn.model_validate({"kind": "reply", "text": "x", "to": "A <a@x.example>, b@x.example"})
    assert article.to == [Person(name="A", address="a@x.example"), Person(address="b@x.example")]
    assert [who.address for who in addresses(article.to)] == ["a@x.example", "b@x.example"]
