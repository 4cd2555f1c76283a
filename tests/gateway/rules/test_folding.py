"""Folding: one word for what people take as the same one."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.rules.folding import compounds, normalise, tails


@example("\U0001d468")  # a capital only after decomposition
@example("İstanbul ǅ ﬀ ᾳ aee aebue uoe")
@settings(max_examples=500)
@given(st.text(max_size=200) | st.text("aeouqlms", max_size=12))
def test_normal_words_are_their_own_normal_form(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert all(part for part in once.split(" ")) or once == ""


@pytest.mark.parametrize(
    "same",
    [
        ("Müller", "Muller", "Mueller", "MUELLER"),
        ("Größe", "Groesse", "grosse"),
        ("Österreich", "Oesterreich", "osterreich"),
        ("Straße", "strasse"),
        ("Café", "cafe"),
    ],
)
def test_umlauts_are_found_however_they_are_spelt(same: tuple[str, ...]) -> None:
    assert len({normalise(word) for word in same}) == 1


def test_other_words_with_these_letters_stay_what_they_are() -> None:
    assert normalise("neue Bauer quer due treue") == "neue bauer quer due treue"


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("druckertreiber", "treiber"),
        ("serverausfall", "ausfall"),
        ("rechnungsnummer", "nummer"),
        ("haupteingang", "eingang"),
        ("tastaturkabel", "kabel"),
        ("burodrucker", "drucker"),
        ("kamerafehler", "fehler"),
        ("zahlungserinnerung", "erinnerung"),
        ("kreditkartenabrechnung", "abrechnung"),
        ("softwareupdate", "update"),
    ],
)
def test_the_end_of_a_compound_is_among_its_tails(word: str, part: str) -> None:
    assert part in tails(word)


def test_short_words_numbers_and_foreign_letters_have_no_tails() -> None:
    assert [tails(word) for word in ("netzteil", "abc123drucker", "приветпривет", "")] == [()] * 4


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=40))
def test_tails_are_few_and_are_ends(word: str) -> None:
    found = tails(word)
    assert len(found) <= 6
    assert all(word.endswith(tail) and 4 <= len(tail) < len(word) for tail in found)


def test_a_text_gives_the_tails_of_each_of_its_long_words_once() -> None:
    found = list(compounds("der druckertreiber und der druckertreiber"))
    assert "treiber" in found
    assert len(found) == len(set(found))
