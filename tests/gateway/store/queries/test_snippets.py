"""Snippets come from the newest matching message, wherever in it the words stand."""

import pytest

from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.rules.searching import parse
from gateway.rules.status import ArticleKind, Status
from gateway.store import articles, session, tickets
from gateway.store.articles import NewArticle, NewFile
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.snippets import snippets_of
from gateway.store.tickets import NewTicketRow
from tests.world import NOON, World

PDF = "application/pdf"


def write(world: World, *texts: str) -> None:
    """A ticket with these articles."""
    account = world.ours.account_id
    with session.transaction() as db:
        new = NewTicketRow("Subject", Status.NEW, None, None, None, "", "")
        ticket = tickets.open_ticket(db, account, new, now=NOON)
        for number, text in enumerate(texts):
            quoted = f"{text}\n> quoted words"
            file = NewFile(f"offer{number}.pdf", PDF, PDF, 1, "0" * 64)
            article = NewArticle(
                ArticleKind.INBOUND, Address("", "a@x.example"), "A call", quoted, text, files=[file]
            )
            articles.append(db, account, ticket.id, article, now=NOON)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("alpha", "second [alpha]"),
        ("first", "[first] alpha"),
        ("quoted", "second alpha > [quoted] words"),
        ("subject:call", "A [call]"),
        ("filename:offer1", "[offer1].pdf"),
        ("from:x.example", None),
        ("status:open", None),
    ],
)
def test_the_part_around_the_match_is_shown(world: World, query: str, expected: str | None) -> None:
    write(world, "first alpha", "second alpha")
    asked = parse(query)
    with session.reading() as db:
        results = find(db, Sight(world.ours.account_id), asked, Viewer(None, NOON))
        shown = snippets_of(db, world.ours.account_id, asked, results.items)
    (one,) = results.items
    parts = shown.get(one.ticket.id)
    told = None if parts is None else "".join(f"[{p.text}]" if p.is_match else p.text for p in parts)
    assert told == expected


def test_another_accounts_texts_are_never_read(world: World) -> None:
    write(world, "alpha")
    asked = parse("alpha")
    with session.reading() as db:
        results = find(db, Sight(world.ours.account_id), asked, Viewer(None, NOON))
        assert snippets_of(db, world.stranger.account_id, asked, results.items) == {}
