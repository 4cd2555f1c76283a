"""The values of a ticket's page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gateway import clock
from gateway.desk.tickets import StaffRef
from gateway.rules.absence import Absence
from gateway.rules.status import Status
from gateway.store.queries.customers import CustomerRow
from gateway.store.queries.tickets import CustomerRef
from tests.webui.cast import World
from webui.tickets import page
from webui.tickets.page import StatusButton


@pytest.fixture(autouse=True)
def in_application(app: Flask, world: World) -> Iterator[None]:
    with app.app_context():
        yield


def inputs(world: World, **changes: Any) -> page.Inputs:
    detail = world.ours.ticket
    return page.Inputs(
        detail=replace(detail, ticket=replace(detail.ticket, **changes)),
        staff=(StaffRef("ours", "Olga"),),
        own=frozenset({"help@ours.example"}),
        customers=(CustomerRow("c2", "beta", clock.now(), 0), CustomerRow("c1", "Alpha", clock.now(), 0)),
        others=(detail.ticket,),
        size_of=world.ours.blobs.size_bytes,
        bounds=page.Bounds(message_bytes=50_000_000),
    )


def values(world: World, **changes: Any) -> dict[str, Any]:
    read = inputs(world, **changes)
    return page.values(read, page.composer(read), now=clock.now(), undo=timedelta(seconds=10))


def test_a_new_ticket_says_so_where_others_say_open(world: World) -> None:
    assert values(world)["statuses"][0] == StatusButton("open", "New", on=True)
    assert values(world, status=Status.OPEN)["statuses"][0] == StatusButton("open", "Open", on=True)


def test_exactly_one_state_is_on(world: World) -> None:
    for status in Status:
        assert sum(button.on for button in values(world, status=status)["statuses"]) == 1


def test_the_ticket_itself_is_not_among_the_others(world: World) -> None:
    assert values(world)["others"] == []


def test_the_choice_of_customers_is_sorted_and_holds_the_present_one(world: World) -> None:
    shown = values(world, customer=CustomerRef("c9", "Zeta"))["customers"]
    assert [customer.name for customer in shown] == ["Alpha", "beta", "Zeta"]


def test_other_tickets_are_those_of_the_customer(world: World) -> None:
    assert page.theirs(world.ours.ticket) is None
    wanted = page.theirs(inputs(world, customer=CustomerRef("c1", "Alpha")).detail)
    assert wanted is not None
    assert wanted.customer == "c1"


def test_a_message_that_was_not_taken_back_does_not_return_to_the_composer(world: World) -> None:
    again = world.ours.ticket.articles[0].public_id
    assert page.composer(inputs(world), again=again).notice == ""


def test_the_composer_hands_on_the_message_that_is_named(world: World) -> None:
    read = inputs(world)
    article = world.ours.ticket.articles[0].public_id
    composer = page.composer(read, forward=article, wrong="Careful.")
    assert (composer.kind, composer.forward, composer.wrong) == ("forward", article, "Careful.")
    shown: Any = page.values(read, composer, now=clock.now(), undo=timedelta())
    assert (shown["forwarding"].id, shown["newest"]) == (article, article)
    assert page.composer(read, forward="nothing").kind == "reply"
    assert values(world)["forwarding"] is None


def test_what_went_wrong_is_said_above_the_composer(world: World) -> None:
    assert page.composer(inputs(world), wrong="Too late.").wrong == "Too late."


def test_the_bounds_of_the_composer_are_told_in_words() -> None:
    assert page.Bounds(50 * 1024**2).too_large == (
        "With its attachments the message has {size}; at most 50 MB can be sent."
    )


def test_the_page_looks_again_when_the_last_undo_window_is_over(world: World) -> None:
    world.ours.answer_in_vain()
    detail, undo = world.ours.ticket, timedelta(seconds=10)
    sent_at = detail.articles[-1].created_at
    settles = [page.settles_in(detail, now=sent_at + timedelta(seconds=s), undo=undo) for s in (0, 9.5, 10)]
    assert settles == [11, 2, 0]
    received = replace(detail, articles=detail.articles[:1])
    assert page.settles_in(received, now=received.articles[0].created_at, undo=undo) == 0


def test_who_is_away_says_so_where_one_assigns_and_who_left_stays_named(world: World) -> None:
    now = clock.now()
    holiday = Absence(now - timedelta(days=1), now + timedelta(days=1))
    later = Absence(now + timedelta(days=1), now + timedelta(days=2))
    staff = (StaffRef("ann", "Ann", holiday, "Bob"), StaffRef("bob", "Bob", later), StaffRef("cleo", "Cleo"))
    labels = [one.label for one in page.assignees("gone", staff, {"gone": "Gustav"}, now)]
    assert labels[0] == "Gustav (not here any more)"
    assert labels[1].startswith("Ann (away until ")
    assert labels[1].endswith(", Bob stands in)")
    assert labels[2:] == ["Bob", "Cleo"]
    assert [one.login for one in page.assignees("bob", staff, {}, now)] == ["ann", "bob", "cleo"]
