"""Search: the same words are found on both databases, other accounts' never."""

import pytest
from sqlalchemy import delete, literal, select

from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.rules.searching import plain
from gateway.rules.status import ArticleKind, Status
from gateway.store import articles, search, session, tickets
from gateway.store.articles import NewArticle, NewFile
from gateway.store.models import Article
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.tickets import NewTicketRow
from tests.world import NOON, Business, World

TEXT = "Grüße aus München: der Druckerständer läuft nicht. Rechnung 2024-0815, Straße 7, naïve Café."


def write(
    business: Business, text: str = TEXT, subject: str = "Drucker", file: str = "Angebot_Final.v2.pdf"
) -> int:
    """A ticket with one article; its number."""
    new = NewTicketRow(subject, Status.NEW, None, None, None, "", "")
    article = NewArticle(
        kind=ArticleKind.INBOUND,
        from_=Address("Jürgen Weiß", "juergen.weiss@acme.example"),
        subject=subject,
        text=text,
        reply_text=text,
        files=[NewFile(file, "application/pdf", "application/pdf", 3, "0" * 64)],
    )
    with session.transaction() as db:
        ticket = tickets.open_ticket(db, business.account_id, new, now=NOON)
        articles.append(db, business.account_id, ticket.id, article, now=NOON)
    return ticket.number


def found(business: Business, query: str) -> list[int]:
    with session.reading() as db:
        results = find(db, Sight(business.account_id), plain(query), Viewer(None, NOON))
    return [one.ticket.number for one in results.items]


def test_words_are_found_however_they_are_written(world: World) -> None:
    number = write(world.ours)
    for query in (
        "Grüße", "GRÜSSE", "grusse", "strasse", "STRASSE", "Straße", "cafe", "naive", "münchen", "Munchen",
        "druck", "Druckers", "0815", "2024-0815", "2024", "angebot", "final", "v2", "pdf", "final.v2",
        "juergen", "weiss", "Weiß", "juergen.weiss@acme.example", "acme.example", "drucker läuft",
        "der Drucker München Rechnung caf",
    ):  # fmt: skip
        assert found(world.ours, query) == [number], query


def test_only_the_last_word_may_be_unfinished(world: World) -> None:
    number = write(world.ours)
    assert found(world.ours, "drucker rechn") == [number]
    assert found(world.ours, "rechn drucker") == []
    assert found(world.ours, "unsinn") == []


def test_all_words_stand_in_one_article(world: World) -> None:
    write(world.ours, "alpha")
    both = write(world.ours, "alpha beta")
    assert found(world.ours, "alpha beta") == [both]


def test_another_accounts_words_are_never_found(world: World) -> None:
    write(world.stranger)
    for query in ("drucker", f"account{world.stranger.account_id}", "account", "grüße"):
        assert found(world.ours, query) == [], query
    assert found(world.stranger, "drucker") == [1]


ODD = [
    '"',
    "*",
    ":",
    "&",
    "!",
    "|",
    "(",
    ")",
    "-",
    "^",
    "~",
    "'",
    "\\",
    "<->",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "%",
    "_",
    "\0",
]


@pytest.mark.parametrize("where", ["before", "after", "alone", "between", "pair"])
def test_signs_of_the_query_languages_are_harmless(world: World, where: str) -> None:
    number = write(world.ours, "and or not near account drucker")
    for sign in (f" {odd} " if odd.isalpha() else odd for odd in ODD):
        query = {
            "before": f"{sign}drucker",
            "after": f"drucker{sign}",
            "alone": sign,
            "between": f"drucker {sign} account",
            "pair": f"{sign}drucker{sign}",
        }[where]
        expected = [number] if where != "alone" or sign.strip().isalpha() else found(world.ours, sign)
        assert found(world.ours, query) == expected, query


def test_a_query_without_a_word_finds_nothing(world: World) -> None:
    write(world.ours)
    assert found(world.ours, "!?*") == []


def test_endless_words_queries_and_texts_are_harmless(world: World) -> None:
    endless = "x" * 5000
    hangul = " ".join(chr(0xAC00 + n % 11000) + chr(0xAC00 + n // 7 % 11000) for n in range(60_000))
    number = write(world.ours, f"{endless} needle {hangul}")
    assert found(world.ours, endless) == [number]
    assert found(world.ours, "needle") == [number]
    assert found(world.ours, " ".join(["needle"] * 5000)) == [number]
    assert found(world.ours, "y" * 100_000) == []


def test_every_kind_of_letter_is_filed_and_found(world: World) -> None:
    for word in ("日本語", "привет", "ภาษาไทย", "हिन्दी", "עברית", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "ﷺ", "½"):
        number = write(world.ours, f"vor {word} nach")
        assert number in found(world.ours, word), word


def test_a_tickets_words_go_with_its_article(world: World) -> None:
    write(world.ours)
    with session.transaction() as db:
        db.execute(delete(Article))
    write(world.ours, "anders", subject="neu")
    assert found(world.ours, "grüße") == []


def test_short_texts_are_searched_by_patterns_without_wildcards() -> None:
    assert search.words_of("Müller & Söhne", "mus.example") == "muller sohne mus example"
    assert search.patterns(" 100%_ GRÜN ") == ("%100%", "%grun%")
    assert search.patterns("%_!") == ()
    assert search.bound(("%a%", "%b%")) == {"pattern0": "%a%", "pattern1": "%b%"}


def test_patterns_have_to_be_held_all(database: str) -> None:
    with session.reading() as db:
        for query, holds in (("red do", True), ("red cat", False)):
            found = search.patterns(query)
            asked = select(search.holding(literal("the red dog"), len(found)))
            assert bool(db.execute(asked, search.bound(found)).scalar()) is holds
