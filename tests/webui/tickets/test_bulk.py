"""What is done to many tickets at once."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from gateway.rules.status import Status
from gateway.store import session
from gateway.store.queries.tickets import TicketFilter, TicketRow, list_tickets
from tests.webui.cast import World, mail
from tests.webui.forms import send


@pytest.fixture
def three(world: World) -> World:
    for number in (2, 3):
        world.ours.receive(mail(f"Request {number}"))
    return world


def rows(world: World) -> dict[int, TicketRow]:
    with session.reading() as db:
        return {row.number: row for row in list_tickets(db, world.ours.actor.sight, TicketFilter()).items}


def test_what_is_ticked_is_changed(three: World, browser: FlaskClient) -> None:
    answer = send(browser, "/bulk", n=["1", "3"], status="closed", view="open")
    assert answer.location.startswith("/?view=open&done=")
    assert {n: row.status for n, row in rows(three).items()} == {
        1: Status.CLOSED,
        2: Status.NEW,
        3: Status.CLOSED,
    }


def test_a_whole_search_is_changed(three: World, browser: FlaskClient) -> None:
    send(browser, "/bulk", whole="1", q="request", status="spam")
    assert [n for n, row in rows(three).items() if row.status is Status.SPAM] == [3, 2]


def test_a_whole_search_that_is_not_understood_changes_nothing(three: World, browser: FlaskClient) -> None:
    send(browser, "/bulk", whole="1", q="status:opne", status="spam")
    assert [n for n, row in rows(three).items() if row.status is Status.SPAM] == []


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"do": "assign", "assignee": "ours"}, "assignee", "ours"),
        ({"do": "assign", "assignee": ""}, "assignee", None),
        ({"do": "tag", "tags": "red, #blue"}, "tags", ("red", "blue")),
        ({"do": "priority", "priority": "3"}, "priority", 3),
    ],
)
def test_each_act_has_its_button(
    three: World, browser: FlaskClient, fields: dict[str, str], column: str, value: object
) -> None:
    send(browser, "/bulk", n=["1", "2"], **fields)
    assert [getattr(rows(three)[n], column) for n in (1, 2)] == [value, value]


def test_tags_are_taken_off_and_tickets_sleep(three: World, browser: FlaskClient) -> None:
    send(browser, "/bulk", n="1", do="tag", tags="red,blue")
    send(browser, "/bulk", n="1", do="untag", tags="RED")
    until = datetime.now(UTC) + timedelta(days=1)
    send(browser, "/bulk", n="1", do="sleep", instant=until.isoformat())
    row = rows(three)[1]
    assert (row.tags, row.status, row.wake_at) == (("blue",), Status.PENDING, until)


def test_many_are_marked_as_read(three: World, browser: FlaskClient) -> None:
    assert send(browser, "/bulk", n=["1", "2"], read="1", view="mine").location == "/?view=mine"
    with session.reading() as db:
        wanted = TicketFilter(reader_id=three.ours.owner_id)
        found = list_tickets(db, three.ours.actor.sight, wanted).items
    assert [row.number for row in found if row.is_unread] == [3]


@pytest.mark.parametrize(
    "fields",
    [{"do": "tag", "tags": " "}, {"do": "priority", "priority": "9"}, {"status": "new"}, {"do": "sleep"}],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    three: World, browser: FlaskClient, fields: dict[str, str]
) -> None:
    before = rows(three)
    assert send(browser, "/bulk", n="1", **fields).status_code == 422
    assert rows(three) == before


def test_nothing_ticked_leads_back(three: World, browser: FlaskClient) -> None:
    assert send(browser, "/bulk", status="closed", view="mine").location == "/?view=mine"
