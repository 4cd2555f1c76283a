"""What messages have to hold, for both databases' full text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.rules.folding import normalise
from gateway.rules.searching import Key, Query, Term
from gateway.store.search import MARKS, account_word

_SHORTEST_PREFIX, _LONGEST_PREFIX = 3, 50


@dataclass(frozen=True, slots=True)
class Atom:
    """Words in this order, one behind the other; the last one may go on if it `is_prefix`."""

    words: tuple[str, ...]
    is_prefix: bool = False


Clause = tuple[tuple[Atom, ...], ...]
"""Any of these, and of that all."""

_Needles = tuple[tuple[str, ...], ...]
"""A clause by what stands in a text between blanks."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an article has to hold (all of `wanted`) and must not (any of `unwanted`)."""

    account_id: int
    wanted: tuple[Clause, ...]
    unwanted: tuple[Clause, ...]

    @property
    def is_loose(self) -> bool:
        """Whether a word may go on."""
        clauses = (*self.wanted, *self.unwanted)
        return any(atom.is_prefix for clause in clauses for atoms in clause for atom in atoms)

    @property
    def whole_words(self) -> "Match | None":
        """What of it is wanted as whole words, where others may go on: None without one of either."""
        whole = tuple(c for c in self.wanted if not any(atom.is_prefix for atoms in c for atom in atoms))
        return Match(self.account_id, whole, ()) if whole and self.is_loose else None

    @property
    def sender(self) -> str:
        """The beginning of a sender's word, where that is all that is wanted; "" elsewhere."""
        if self.unwanted or len(self.wanted) != 1 or len(self.wanted[0]) != 1 or len(self.wanted[0][0]) != 1:
            return ""
        (((atom,),),) = self.wanted
        begins = atom.is_prefix and len(atom.words) == 1 and atom.words[0].startswith(MARKS[Key.FROM])
        return atom.words[0].removeprefix(MARKS[Key.FROM]) if begins else ""


def matches(account_id: int, query: Query) -> tuple[Match, ...]:
    """What to look for, one after the other: the words as they were typed, then where one may go on.

    That is the last word, and those of filters.
    """
    terms = query.in_text
    words = [term for term in terms if term.key is Key.WORD]
    last = words[-1] if words and not words[-1].is_negated else Term(Key.PHRASE, ("",))
    exact, loose = _match(account_id, terms, None), _match(account_id, terms, last)
    return (exact, loose) if loose.is_loose else (exact,)


def fts5(match: Match) -> str:
    """For FTS5's MATCH."""
    wanted = " AND ".join((f'"{account_word(match.account_id)}"', *map(_fts5_clause, match.wanted)))
    return " NOT ".join((f"({wanted})", *map(_fts5_clause, match.unwanted)))


def tsquery(match: Match) -> str:
    """For to_tsquery with the configuration 'simple'."""
    unwanted = (f"!({_ts_clause(clause)})" for clause in match.unwanted)
    return " & ".join((account_word(match.account_id), *map(_ts_clause, match.wanted), *unwanted))


def holds(match: Match) -> Callable[[str], bool]:
    """What tells whether words, separated by blanks, match. Made once for a search: it reads many texts."""
    account = f" {account_word(match.account_id)} "
    wanted, unwanted = (tuple(map(_needles, clauses)) for clauses in (match.wanted, match.unwanted))

    def held(words: str) -> bool:
        padded = f" {words} "
        if account not in padded:
            return False
        for clause in wanted:
            if not _has(clause, padded):
                return False
        return not any(_has(clause, padded) for clause in unwanted)

    return held


def _match(account_id: int, terms: Sequence[Term], last: Term | None) -> Match:
    """With a `last` word the match is loose."""
    clauses = [(term.is_negated, tuple(_alternatives(term, last))) for term in terms]
    return Match(
        account_id,
        tuple(clause for is_negated, clause in clauses if not is_negated),
        tuple(clause for is_negated, clause in clauses if is_negated),
    )


def _alternatives(term: Term, last: Term | None) -> Iterator[tuple[Atom, ...]]:
    is_loose = last is not None and (term == last or term.key in MARKS)
    for value in term.values:
        words = normalise(value).split()
        if term.key is Key.PHRASE:
            yield (Atom(tuple(words)),)
        elif is_loose and len(words[-1]) >= _SHORTEST_PREFIX:
            last_one = Atom((_mark(term, _unfinished(words[-1])),), is_prefix=True)
            yield (*(Atom((_mark(term, word),)) for word in words[:-1]), last_one)
        else:
            yield tuple(Atom((_mark(term, word),)) for word in words)


def _mark(term: Term, word: str) -> str:
    return MARKS.get(term.key, "") + word


def _unfinished(word: str) -> str:
    """As the word is folded when it goes on: "mue" begins "mueller", which is "muller"."""
    return normalise(f"{word[:_LONGEST_PREFIX]}x")[:-1]


def _fts5_clause(clause: Clause) -> str:
    any_of = (" AND ".join(map(_fts5_atom, atoms)) for atoms in clause)
    return f"({' OR '.join(f'({one})' for one in any_of)})"


def _fts5_atom(atom: Atom) -> str:
    return f'"{" ".join(atom.words)}"{" *" if atom.is_prefix else ""}'


def _ts_clause(clause: Clause) -> str:
    any_of = (" & ".join(map(_ts_atom, atoms)) for atoms in clause)
    return f"({' | '.join(f'({one})' for one in any_of)})"


def _ts_atom(atom: Atom) -> str:
    words = [*atom.words[:-1], atom.words[-1] + (":*" if atom.is_prefix else "")]
    return f"({' <-> '.join(words)})" if len(words) > 1 else words[0]


def _needles(clause: Clause) -> _Needles:
    """As the clause is looked for among words between blanks."""
    return tuple(
        tuple(f" {' '.join(atom.words)}{'' if atom.is_prefix else ' '}" for atom in atoms) for atoms in clause
    )


def _has(clause: _Needles, padded: str) -> bool:
    """Loops, because this is asked of a thousand texts, and generators take three times as long."""
    for needles in clause:
        for needle in needles:
            if needle not in padded:
                break
        else:
            return True
    return False
