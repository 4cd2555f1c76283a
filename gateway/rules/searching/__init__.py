"""The language of the search box: what was asked for, as values; `parse` reads it, `str` writes it."""

from gateway.rules.searching.parse import MAX_CHARS, MAX_TERMS, parse, plain
from gateway.rules.searching.problems import Problem, ProblemKind
from gateway.rules.searching.terms import Key, Query, Term, span

__all__ = [
    "MAX_CHARS",
    "MAX_TERMS",
    "Key",
    "Problem",
    "ProblemKind",
    "Query",
    "Term",
    "parse",
    "plain",
    "span",
]
