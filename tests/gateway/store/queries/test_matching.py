"""What messages have to hold, said to both databases alike."""

import pytest

from gateway.rules.searching import parse
from gateway.store.queries.matching import Match, fts5, holds, matches, tsquery


def match(text: str, number: int = 0) -> Match:
    return matches(1, parse(text))[number]


def test_words_as_typed_come_before_what_the_last_one_begins() -> None:
    exact, loose = matches(1, parse("paper jam"))
    assert fts5(exact) == '("account1" AND (("paper")) AND (("jam")))'
    assert fts5(loose) == '("account1" AND (("paper")) AND (("jam" *)))'
    assert tsquery(exact) == "account1 & ((paper)) & ((jam))"
    assert tsquery(loose) == "account1 & ((paper)) & ((jam:*))"


@pytest.mark.parametrize("text", ['"paper jam"', "-jam", "ab", "paper -jam"])
def test_phrases_short_words_and_what_must_not_be_do_not_go_on(text: str) -> None:
    assert [one.is_loose for one in matches(1, parse(text))] == [False]


def test_filters_look_for_marked_words_that_may_go_on() -> None:
    exact, loose = matches(1, parse('from:ann,"Bob Miller" -subject:call'))
    assert fts5(exact) == '("account1" AND (("zzfann") OR ("zzfbob" AND "zzfmiller"))) NOT (("zzscall"))'
    assert tsquery(loose) == "account1 & ((zzfann:*) | (zzfbob & zzfmiller:*)) & !(((zzscall:*)))"


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("paper jam", 0, None),
        ("paper jam", 1, "account1 & ((paper))"),
        ("paper from:ann -tray", 1, "account1 & ((paper))"),
        ("jam from:ann", 1, None),
        ('"paper tray" from:ann', 1, "account1 & (((paper <-> tray)))"),
    ],
)
def test_whole_words_are_those_that_do_not_go_on(text: str, number: int, expected: str | None) -> None:
    whole = match(text, number).whole_words
    assert (tsquery(whole) if whole else None) == expected


def test_a_phrase_keeps_its_order() -> None:
    assert fts5(match('"paper jam"')) == '("account1" AND (("paper jam")))'
    assert tsquery(match('"paper jam"')) == "account1 & (((paper <-> jam)))"


def test_an_unfinished_umlaut_is_found() -> None:
    assert tsquery(match("mue", 1)) == "account1 & ((mu:*))"


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("paper jam", 0, True),
        ("jam paper", 0, True),
        ("pap jam", 0, False),
        ("jam pape", 1, True),
        ('"paper jam"', 0, True),
        ('"jam paper"', 0, False),
        ("jam -tray", 0, False),
        ("jam -tra", 0, True),
        ("from:ann", 0, True),
        ("from:jam,ann", 0, True),
        ("from:jam", 0, False),
    ],
)
def test_words_hold_a_match_as_the_index_says(text: str, number: int, *, expected: bool) -> None:
    assert holds(match(text, number))("account1 zzfann paper jam tray") is expected
    assert not holds(match(text, number))("account2 zzfann paper jam")


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("from:ann", "ann"),
        ("from:Mueller", "muller"),
        ("from:an", ""),
        ("from:ann,bob", ""),
        ('from:"ann miller"', ""),
        ("from:ann paper", ""),
        ("from:ann -paper", ""),
        ("from:ann status:open", "ann"),
        ("-from:ann", ""),
        ("to:ann", ""),
        ("ann", ""),
    ],
)
def test_the_beginning_of_a_sender_is_told_where_it_is_all_that_is_wanted(text: str, beginning: str) -> None:
    exact, *loose = matches(1, parse(text))
    assert not exact.sender
    assert [one.sender for one in loose] in ([], [beginning])
    assert bool(loose) or not beginning
