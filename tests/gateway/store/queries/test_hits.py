"""Reading the index: newest first, from where it was left, on both databases."""

from contextlib import closing

import pytest
from sqlalchemy import text

from gateway.rules.access import Sight
from gateway.rules.searching import parse
from gateway.store import session
from gateway.store.queries import hits
from gateway.store.queries.hits import Reader, Span
from gateway.store.queries.matching import matches
from gateway.store.queries.stretches import STRETCHES, stretch_word
from tests.world import FOREIGN, World, mail


def read_all(world: World, query: str, number: int, count: int) -> list[int]:
    """The keys of all hits, so many at a time."""
    sight, match = Sight(world.ours.account_id), matches(world.ours.account_id, parse(query))[number]
    found: list[int] = []
    with session.reading() as db, closing(Reader(db, sight, Span(), ())) as reader:
        below = hits.newest_article(db) + 1
        while below:
            part = reader.read(match, below=below, count=count)
            assert len(part.hits) <= count
            assert part.below < below
            found += [hit.article_id for hit in part.hits]
            below = part.below
    return found


@pytest.mark.parametrize("count", [1, 2, 100])
@pytest.mark.parametrize(("query", "number"), [("alpha", 0), ("alph", 1)])
def test_every_hit_comes_once_newest_first(world: World, query: str, number: int, count: int) -> None:
    for words in ("alpha", "beta", "alpha", "alpha"):
        world.receive(mail(words))
    found = read_all(world, query, number, count)
    assert found == sorted(found, reverse=True)
    assert len(found) == 3


def test_a_ticket_is_told_by_the_first_of_the_matches_and_its_newest_article(world: World) -> None:
    for words in ("alpha", "beta", "alphabet"):
        world.receive(mail(words))
    world.reply(1, "alphabet")
    exact, loose = matches(world.ours.account_id, parse("alpha"))
    with session.reading() as db:
        reader = Reader(db, Sight(world.ours.account_id), Span(), ())
        rows = db.execute(text("SELECT ticket_id, min(id) FROM article GROUP BY ticket_id"))
        articles = {row.ticket_id: row[1] for row in rows}
        one, two, three = sorted(articles)
        newest = hits.newest_article(db)
        assert reader.first_of([exact, loose], [one, two, three], newest) == {
            one: (0, articles[one]),
            three: (1, articles[three]),
        }
        assert reader.first_of([loose], [one], newest) == {one: (0, newest)}
        assert reader.first_of([loose], [one], newest - 1) == {one: (0, articles[one])}
        assert reader.first_of([exact], [], newest) == {}


def test_an_empty_index_has_no_newest_article(world: World) -> None:
    with session.reading() as db:
        assert hits.newest_article(db) == 0


def test_postgresql_adds_the_words_of_the_stretches(world: World) -> None:
    world.receive(mail("alpha"))
    if session.is_sqlite():
        return
    with session.reading() as db:
        words = db.execute(text("SELECT words::text FROM article_search")).scalar_one()
    assert all(stretch_word(width, 0) in words for width in STRETCHES)


@pytest.mark.parametrize("count", [1, 3, 100])
def test_beginnings_of_senders_are_found_in_any_stretch_and_in_one_account(world: World, count: int) -> None:
    if session.is_sqlite():
        return
    next_key = text("SELECT setval(pg_get_serial_sequence('article', 'id'), :key, false)")
    keys = (1, 2, 4095, 4096, 70_000, 70_001, 1 << 20, (1 << 20) + 200_000, 9_000_000)
    for key in keys:
        with session.transaction() as db:
            db.execute(next_key, {"key": key})
        world.receive(mail("alpha", sender=f"annika{key}@acme.example"))
    world.receive(mail("beta", sender="bob@acme.example"))
    world.receive(mail("beta", sender="annika@acme.example"), FOREIGN)
    assert read_all(world, "from:annik", 1, count) == sorted(keys, reverse=True)
    assert read_all(world, "from:annika7", 1, count) == [70_001, 70_000]
    assert read_all(world, "from:anton", 1, count) == []
