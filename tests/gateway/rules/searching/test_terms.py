"""Searches as values."""

from datetime import date

import pytest

from gateway.rules.searching import Key, Query, Term, span

WORD, TAG = Term(Key.WORD, ("printer",)), Term(Key.TAG, ("red ink", "a,b", "c"), is_negated=True)
BOTH = Query((WORD, TAG))


def test_values_are_quoted_where_they_would_fall_apart() -> None:
    assert str(BOTH) == 'printer -tag:"red ink","a,b",c'


def test_terms_are_taken_away_and_added() -> None:
    assert BOTH.without(TAG) == Query((WORD,))
    assert Query((WORD,)).with_term(TAG) == BOTH


def test_words_are_looked_for_in_messages_and_filters_in_tickets() -> None:
    assert (BOTH.in_text, BOTH.of_ticket) == ((WORD,), (TAG,))


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        ("2026-01-02", (date(2026, 1, 2), date(2026, 1, 2))),
        ("2026-01-02..2026-02-03", (date(2026, 1, 2), date(2026, 2, 3))),
        ("2026-01-02..", (date(2026, 1, 2), None)),
        ("..2026-02-03", (None, date(2026, 2, 3))),
    ],
)
def test_a_span_has_a_first_and_a_last_day(value: str, ends: tuple[date | None, date | None]) -> None:
    assert span(value) == ends
