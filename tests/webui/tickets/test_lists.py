"""Which list is meant."""

import pytest

from gateway.desk.views import View
from gateway.errors import NotFound
from gateway.rules.access import Actor, Role
from gateway.store.queries.tickets import Order
from webui.rail import saved_key
from webui.tickets.lists import Asked, asked_of, filter_for, heading_of, order_names, saved_of, search_of

ANN = Actor(1, Role.STAFF, 7, "Ann")
SAVED = View("abc", "Red ones", "tag:red", Order.OLDEST, is_shared=False, may_change=True)


@pytest.mark.parametrize(
    ("values", "asked", "path"),
    [
        ({}, Asked("open"), "/?view=open"),
        ({"view": "mine", "order": "newest"}, Asked("mine", "", Order.NEWEST), "/?view=mine&order=newest"),
        ({"q": "  a   b "}, Asked("", "a b"), "/?q=a+b"),
        ({"view": "mine", "order": "what"}, Asked("mine"), "/?view=mine"),
    ],
)
def test_an_address_names_a_list_and_the_list_its_address(
    values: dict[str, str], asked: Asked, path: str
) -> None:
    assert asked_of(values) == asked
    assert asked.path() == path
    assert asked.path(after="x") == f"{path}&after=x"


def test_a_standing_view_has_its_order_unless_another_is_wanted() -> None:
    assert filter_for(Asked("mine"), None, ANN).order is Order.WAITING
    assert filter_for(Asked("mine", "", Order.OLDEST), None, ANN).order is Order.OLDEST
    assert (
        filter_for(Asked("mine"), None, ANN).assignee_id
        == filter_for(Asked("mine"), None, ANN).reader_id
        == 7
    )


def test_a_saved_view_has_its_search_and_order() -> None:
    asked = Asked(saved_key("abc"))
    found = saved_of(asked, (SAVED,))
    wanted = filter_for(asked, found, ANN)
    assert (search_of(asked, found), wanted.order) == ("tag:red", Order.OLDEST)
    assert heading_of(asked, found) == "Red ones"
    assert saved_of(Asked("open"), (SAVED,)) is None
    with pytest.raises(NotFound):
        saved_of(Asked(saved_key("other")), (SAVED,))


def test_headings_name_what_is_shown() -> None:
    assert heading_of(Asked("pending"), None) == "Waiting"
    assert heading_of(Asked("what"), None) == "Tickets"
    assert heading_of(Asked("", "red"), None) == "Results for “red”"
    assert set(order_names()) == set(Order)
