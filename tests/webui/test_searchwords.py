"""What was understood of a search, and what not, in words."""

import pytest

from gateway.i18n import speaking
from gateway.rules.searching import Key, ProblemKind, parse
from webui.searchwords import chip, in_words


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("printer", "printer"),
        ('-"paper jam"', "not “paper jam”"),
        ("#12", "#12"),
        ("status:open,closed", "status: New, Open or Closed"),
        ("is:mine", "mine"),
        ("-has:attachment", "not with attachment"),
        ("from:ann,bob", "from: ann or bob"),
        ("assignee:me", "assignee: me"),
        ("created:2026-01-01..", "created: 2026-01-01.."),
    ],
)
def test_a_term_has_a_label(text: str, label: str) -> None:
    (term,) = parse(text).terms
    assert chip(term) == label


def test_every_filter_has_a_name_in_german() -> None:
    for key in set(Key) - {Key.WORD, Key.PHRASE, Key.NUMBER}:
        for term in parse(f"{key.value}:x").terms:
            with speaking("de"):
                assert chip(term).endswith(": x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("status:opne", "“status:” does not know “opne”, only new, open, pending, closed, spam."),
        ("status:", "“status:” needs one of new, open, pending, closed, spam behind it, without a blank."),
        ("from:", "“from:” needs a word behind it, without a blank."),
        ("foo:bar", "There is no filter “foo:”, so this was looked for as words."),
        ("before:soon", "“before:” needs a day like 2026-01-31, not “soon”."),
        ("!?", "“!?” holds no letter and no digit to look for."),
        ("x" * 1001, "A search has at most 1000 characters; the rest was left out."),
        (" ".join(f"w{n}" for n in range(21)), "A search has at most 20 parts; the rest was left out."),
    ],
)
def test_what_was_not_understood_is_one_sentence(text: str, words: str) -> None:
    assert [in_words(problem) for problem in parse(text).problems] == [words]


def test_every_problem_is_said() -> None:
    texts = (
        "status:opne",
        "status:",
        "foo:bar",
        "before:soon",
        "!?",
        "x" * 1001,
        "a b " * 1 + " ".join(map(str, range(30))),
    )
    assert {p.kind for text in texts for p in parse(text).problems} == set(ProblemKind)
