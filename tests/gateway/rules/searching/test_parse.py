"""The language of the search box: read, written, and never silent about what it does not know."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.rules.searching import (
    MAX_CHARS,
    MAX_TERMS,
    Key,
    Problem,
    ProblemKind,
    Query,
    Term,
    parse,
    plain,
)
from gateway.rules.searching.parse import MAX_VALUES
from gateway.rules.searching.vocabulary import KEYS, VALUES


def word(text: str, *, is_negated: bool = False) -> Term:
    return Term(Key.WORD, (text,), is_negated)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("printer", (word("printer"),)),
        ("  Grüße   2024-0815 ", (word("Grüße"), word("2024-0815"))),
        ("printer printer", (word("printer"),)),
        ('"paper jam"', (Term(Key.PHRASE, ("paper jam",)),)),
        ('"paper   jam', (Term(Key.PHRASE, ("paper jam",)),)),
        ('printer"jam"', (word("printer"), Term(Key.PHRASE, ("jam",)))),
        ("-scanner", (word("scanner", is_negated=True),)),
        ("--scanner", (word("scanner", is_negated=True),)),
        ('-"paper jam"', (Term(Key.PHRASE, ("paper jam",), is_negated=True),)),
        ("a - b", (word("a"), word("b"))),
        ("#123", (Term(Key.NUMBER, ("123",)),)),
        ("#00123", (Term(Key.NUMBER, ("123",)),)),
        ("123", (word("123"),)),
        ("#12a", (word("#12a"),)),
        ("#1234567890", (word("#1234567890"),)),
        ("status:open", (Term(Key.STATUS, ("open",)),)),
        ("STATUS:Open,closed", (Term(Key.STATUS, ("open", "closed")),)),
        ("zustand:geschlossen,offen", (Term(Key.STATUS, ("closed", "open")),)),
        ("-status:closed", (Term(Key.STATUS, ("closed",), is_negated=True),)),
        ('from:"Ann Example"', (Term(Key.FROM, ("Ann Example",)),)),
        ('from:"Ann Example",bob', (Term(Key.FROM, ("Ann Example", "bob")),)),
        ("von:meier an:a@acme.example", (Term(Key.FROM, ("meier",)), Term(Key.TO, ("a@acme.example",)))),
        ("is:mine ist:zurückgestellt", (Term(Key.IS, ("mine",)), Term(Key.IS, ("snoozed",)))),
        ("assignee:ich,sam", (Term(Key.ASSIGNEE, ("me", "sam")),)),
        ("mentions:me", (Term(Key.MENTIONS, ("me",)),)),
        ("erwähnt:ich,sam", (Term(Key.MENTIONS, ("me", "sam")),)),
        ("hat:anhang datei:angebot", (Term(Key.HAS, ("attachment",)), Term(Key.FILENAME, ("angebot",)))),
        ("before:2026-03-01", (Term(Key.BEFORE, ("2026-03-01",)),)),
        ("vor:1.3.2026", (Term(Key.BEFORE, ("2026-03-01",)),)),
        ("created:2026-01-01..2026-01-31", (Term(Key.CREATED, ("2026-01-01..2026-01-31",)),)),
        ("updated:2026-01-01.. created:..2026-02-02", (
            Term(Key.UPDATED, ("2026-01-01..",)), Term(Key.CREATED, ("..2026-02-02",)))),
        ("erstellt:2026-02-02", (Term(Key.CREATED, ("2026-02-02",)),)),
        ("priority:hoch,urgent", (Term(Key.PRIORITY, ("high", "urgent")),)),
        ("due:overdue fällig:heute", (Term(Key.DUE, ("overdue",)), Term(Key.DUE, ("today",)))),
        ("http://example.org/a:b", (word("http://example.org/a:b"),)),
        ("12:30", (word("12:30"),)),
        (r"C:\temp", (word(r"C:\temp"),)),
        ("Re: printer", (word("Re:"), word("printer"))),
    ],
)  # fmt: skip
def test_it_says_what_is_asked_for(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == Query(terms)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("status:opne", Problem(ProblemKind.UNKNOWN_VALUE, "status", "opne",
                                ("new", "open", "pending", "closed", "spam"))),
        ("zustand:", Problem(ProblemKind.NO_VALUE, "zustand", "",
                             ("new", "open", "pending", "closed", "spam"))),
        ("from:", Problem(ProblemKind.NO_VALUE, "from")),
        ("from:,", Problem(ProblemKind.NO_VALUE, "from")),
        ('from:""', Problem(ProblemKind.NO_VALUE, "from")),
        ("from:!!", Problem(ProblemKind.NO_WORD, "from", "!!")),
        ("before:tomorrow", Problem(ProblemKind.NO_DATE, "before", "tomorrow")),
        ("before:2026-02-30", Problem(ProblemKind.NO_DATE, "before", "2026-02-30")),
        ("before:2026-01-01..2026-02-01", Problem(ProblemKind.NO_DATE, "before", "2026-01-01..2026-02-01")),
        ("created:2026-02-01..2026-01-01", Problem(ProblemKind.NO_DATE, "created", "2026-02-01..2026-01-01")),
        ("created:..", Problem(ProblemKind.NO_DATE, "created", "..")),
        ("!?*", Problem(ProblemKind.NO_WORD, value="!?*")),
        ('""', Problem(ProblemKind.NO_WORD)),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(text: str, problem: Problem) -> None:
    assert parse(text) == Query((), (problem,))
    assert parse(f"printer {text}") == Query((word("printer"),), (problem,))


def test_a_filter_that_nobody_knows_is_looked_for_as_words_and_that_is_said() -> None:
    unknown = Problem(ProblemKind.UNKNOWN_FILTER, "Fehler")
    assert parse("Fehler:404") == Query((Term(Key.PHRASE, ("Fehler:404",)),), (unknown,))
    assert parse('-Fehler:"a b",c') == Query(
        (Term(Key.PHRASE, ("Fehler:a b,c",), is_negated=True),), (unknown,)
    )


def test_one_wrong_value_leaves_the_others() -> None:
    found = parse("status:open,lost")
    assert found.terms == (Term(Key.STATUS, ("open",)),)
    assert [problem.value for problem in found.problems] == ["lost"]


def test_the_length_is_bounded_and_said() -> None:
    for chars in (MAX_CHARS - 1, MAX_CHARS):
        assert parse("x" * chars) == Query((word("x" * chars),))
    cut = parse("x" * (MAX_CHARS + 1))
    assert cut == Query((word("x" * MAX_CHARS),), (Problem(ProblemKind.TOO_LONG, value=str(MAX_CHARS)),))


def test_the_number_of_terms_and_of_values_is_bounded_and_said() -> None:
    for most, text in ((MAX_TERMS, " ".join), (MAX_VALUES, lambda words: "tag:" + ",".join(words))):
        for count in (most - 1, most, most + 1):
            found = parse(text([f"w{number}" for number in range(count)]))
            held = len(found.terms) if text == " ".join else len(found.terms[0].values)
            assert held == min(count, most)
            assert [problem.kind for problem in found.problems] == [ProblemKind.TOO_MANY] * (count > most)


def test_plain_words_know_no_filters() -> None:
    assert plain('status:open -Straße "x') == Query(
        (word("status"), word("open"), word("strasse"), word("x"))
    )


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([f"{key}:" for key in KEYS]),
    st.sampled_from([value for values in VALUES.values() for value in values]),
    st.sampled_from(['"', "-", ",", " ", "#12", "2026-01-01", "..", "1.2.2026", ":", "a b", "me"]),
)


@example(["from:", '"a', ",", 'b"', ",c"])
@example(['-"'])
@example(["\x1c", "a\u2028b", '"x\x85y"'])
@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12))
def test_the_canonical_text_means_the_same(pieces: list[str]) -> None:
    found = parse("".join(pieces))
    assert parse(str(found)) == Query(found.terms)
    assert all(str(term) for term in found.terms)
