"""Excerpts: found by the same folding as the search, however it is spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.folding import normalise
from gateway.rules.marking import EXCERPT_CHARS, Part, excerpt, pattern
from gateway.rules.searching import parse, plain


def marked(text: str, query: str) -> list[str]:
    found = pattern(parse(query))
    assert found is not None
    return [part.text for part in excerpt(text, found) or () if part.is_match]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Der Drucker druckt.", "drucker", ["Drucker"]),
        ("Die Druckers", "drucker", ["Drucker"]),
        ("Der Druckertreiber", "treiber", ["treiber"]),
        ("Herr Müller und Mueller, MULLER", "mueller", ["Müller", "Mueller", "MULLER"]),
        ("Große Straße", "strasse grosse", ["Große", "Straße"]),
        ("cafe\u0301 Café", "cafe", ["cafe\u0301", "Café"]),
        ("paper, jam and jam paper", '"paper jam"', ["paper, jam"]),
        ("order 2024-0815", "2024-0815", ["2024", "0815"]),
        ("in info", "in", ["in"]),
        ("a.b_c", '"b c"', ["b_c"]),
        ("my_offer", "offer", ["offer"]),
        ("ab_c", '"b c"', []),
        ("paper jam", "jam -paper", ["jam"]),
        ("offer.pdf", "filename:pdf", ["pdf"]),
    ],
)
def test_matches_are_found_as_they_are_spelt(text: str, query: str, expected: list[str]) -> None:
    assert marked(text, query) == expected


def test_without_a_match_there_is_no_excerpt() -> None:
    found = pattern(parse("jam"))
    assert found is not None
    assert excerpt("paper", found) is None


@pytest.mark.parametrize("query", ["from:ann", "status:open", "-jam", ""])
def test_what_stands_in_no_text_marks_nothing(query: str) -> None:
    assert pattern(parse(query)) is None


def test_an_excerpt_is_one_line_around_the_first_match_with_ellipses() -> None:
    text = "lorem ipsum " * 20 + "the\n\n paper\tjam here " + "dolor sit " * 40
    found = pattern(parse("jam"))
    assert found is not None
    parts = excerpt(text, found)
    assert parts is not None
    line = "".join(part.text for part in parts)
    assert line.startswith("…")
    assert line.endswith("…")
    assert "the paper jam here" in line
    assert len(line) <= EXCERPT_CHARS + 20
    assert parts[1] == Part("jam", is_match=True)


def test_a_short_text_is_whole() -> None:
    found = pattern(parse("jam"))
    assert found is not None
    assert excerpt("jam today", found) == (Part("jam", is_match=True), Part(" today"))


@given(st.text(max_size=60), st.text("abcdeosuüßéx ", max_size=20))
def test_any_text_can_be_asked_for_in_any_text(text: str, query: str) -> None:
    found = pattern(plain(query))
    if found is None:
        return
    for part in excerpt(text, found) or ():
        assert not part.is_match or normalise(part.text)
