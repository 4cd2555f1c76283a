"""Long timelines: what is collapsed and what never is."""

from dataclasses import replace

import pytest

from gateway.store.queries.articles import ArticleView, DeliveryView
from tests.webui.tickets.test_timeline import MAIL
from webui.tickets.collapsing import ALL, LONG, NEWEST, Middle, collapse


def thread(count: int) -> list[ArticleView]:
    return [replace(MAIL, public_id=f"a{n}", reply_text=f"Text {n}") for n in range(count)]


def shown(entries: list[ArticleView], open_from: str = "") -> list[str]:
    told: list[ArticleView | Middle] = [*entries]
    return [one.public_id if isinstance(one, ArticleView) else "…" for one in collapse(told, open_from)]


def test_a_short_timeline_is_shown_whole() -> None:
    assert shown(thread(LONG)) == [f"a{n}" for n in range(LONG)]
    assert collapse([], "") == []


def test_of_a_long_one_the_beginning_and_the_newest_are_shown() -> None:
    count = LONG + 1
    newest = [f"a{n}" for n in range(count - NEWEST, count)]
    assert shown(thread(count)) == ["a0", "…", *newest]
    middle = collapse(thread(count), "")[1]
    assert isinstance(middle, Middle)
    assert [(line.id, line.text) for line in middle.lines] == [
        (f"a{n}", f"Text {n}") for n in range(1, count - NEWEST)
    ]


@pytest.mark.parametrize(
    ("open_from", "first"), [("a0", "a12"), ("a3", "a12"), ("a13", "a13"), ("a19", "a14"), ("else", "a14")]
)
def test_of_what_is_unread_more_is_shown(open_from: str, first: str) -> None:
    found = shown(thread(20), open_from)
    assert found[1:3] == ["…", first]
    assert found[-1] == "a19"


def test_everything_is_shown_where_it_is_asked_for() -> None:
    assert shown(thread(20), ALL) == [f"a{n}" for n in range(20)]


@pytest.mark.parametrize("state", ["failed", "bounced", "held", "queued", "deferred"])
def test_a_message_that_did_not_arrive_is_never_out_of_sight(state: str) -> None:
    way = DeliveryView("ann@customer.example", state, "", 1, None)
    entries = thread(20)
    entries[5] = replace(entries[5], deliveries=(way,))
    assert shown(entries)[:3] == ["a0", "…", "a5"]


def test_what_happened_in_between_is_collapsed_with_it() -> None:
    entries: list[ArticleView | str] = [*thread(20)]
    entries.insert(4, "somebody closed it")
    entries.append("somebody opened it")
    found = collapse(entries, "")
    assert [one for one in found if isinstance(one, str)] == ["somebody opened it"]


def test_a_line_is_short_and_on_one_line() -> None:
    entries = thread(20)
    entries[1] = replace(entries[1], reply_text="Long \n words " * 50)
    middle = collapse(entries, "")[1]
    assert isinstance(middle, Middle)
    assert len(middle.lines[0].text) <= 90
    assert "\n" not in middle.lines[0].text
