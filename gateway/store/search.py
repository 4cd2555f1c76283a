"""Full text: one normalised text for an article, in SQLite's FTS5 or a PostgreSQL tsvector.

Both index the same words, made by `normalise`: case and accents folded, ß as ss, parts of
addresses and file names as words of their own. Results come by time, never by rank: rank costs
a visit to every hit. The account is a word in the index, so no hit of another one is even seen.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, text
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.models import Article

_MAX_CHARS = 200_000
_MAX_BYTES = 400_000
"""Of the words: a tsvector takes at most twice as much, and PostgreSQL refuses one of more than 1 MiB."""


def _every_mark() -> str:
    """All combining characters, as a set for a regular expression."""
    return "".join(chr(n) for n in range(0x300, 0x1_F000) if unicodedata.combining(chr(n)))


_WORD = re.compile(r"\w{1,100}")  # longer ones in pieces: PostgreSQL refuses words above 2 KiB
_MARKS = re.compile(f"[{_every_mark()}]+")
_MAX_TERMS = 16


def normalise(content: str) -> str:
    """Words separated by blanks, folded so that „Grüße“ is found by "grusse" and "GRÜSSE"."""
    kept = content[:_MAX_CHARS].casefold()
    if not kept.isascii():  # decomposed first: a mathematical 𝑨 is a capital only then
        folded = unicodedata.normalize("NFKD", content[:_MAX_CHARS]).casefold()
        kept = _MARKS.sub("", unicodedata.normalize("NFKD", folded))
    return " ".join(_WORD.findall(kept.replace("_", " ")))


def index(db: Session, account_id: int, article_id: int, parts: Iterable[str]) -> None:
    """Make an article findable by the words of `parts`, in the same transaction."""
    words = f"{_account_word(account_id)} {_cut(normalise(' '.join(parts)))}"
    db.connection().execute(_INSERT[_dialect(db)], {"id": article_id, "words": words})


def matching_tickets(db: Session, sight: Sight, query: str) -> Select[int] | None:
    """The tickets in which one article holds all words of the query, the last as a prefix.

    None when the query has no word. Which tickets they see is for the asking statement to say; a guest's
    words are not looked for in what guests do not read.
    """
    terms = normalise(query).split()[:_MAX_TERMS]
    if not terms:
        return None
    hits = text(_MATCH[_dialect(db)]).bindparams(query=_EXPRESSION[_dialect(db)](sight.account_id, terms))
    hit_ids = hits.columns(Article.id).subquery()
    found = select(Article.ticket_id).where(
        Article.account_id == sight.account_id, Article.id.in_(select(hit_ids.c.id))
    )
    return found.where(seeing.ARTICLES) if sight.is_guest else found


def words_of(*parts: str) -> str:
    """The words of a short text that is searched without an index, such as a name with addresses."""
    return normalise(" ".join(parts))


def patterns(query: str) -> tuple[str, ...]:
    """For LIKE, one for each word of the query; no word holds a wildcard."""
    return tuple(f"%{term}%" for term in normalise(query).split()[:_MAX_TERMS])


def holding(words: ColumnElement[str], count: int) -> ColumnElement[bool]:
    """That the words hold each of `count` patterns, bound as pattern0, pattern1 and so on."""
    return and_(*(words.like(bindparam(f"pattern{number}")) for number in range(count)))


def bound(found: Sequence[str]) -> dict[str, str]:
    """The values for `holding`."""
    return {f"pattern{number}": pattern for number, pattern in enumerate(found)}


def _cut(words: str) -> str:
    if 4 * len(words) <= _MAX_BYTES:
        return words
    return words.encode()[:_MAX_BYTES].decode(errors="ignore")


def _account_word(account_id: int) -> str:
    return f"account{account_id}"


def _fts5(account_id: int, terms: list[str]) -> str:
    quoted = [f'"{term}"' for term in (_account_word(account_id), *terms)]
    return " ".join(quoted) + " *"


def _tsquery(account_id: int, terms: list[str]) -> str:
    return " & ".join((_account_word(account_id), *terms)) + ":*"


def _dialect(db: Session) -> str:
    return db.get_bind().dialect.name


_INSERT = {
    "sqlite": text("INSERT INTO article_search (rowid, words) VALUES (:id, :words)"),
    "postgresql": text("INSERT INTO article_search (id, words) VALUES (:id, to_tsvector('simple', :words))"),
}
_MATCH = {
    "sqlite": "SELECT rowid AS id FROM article_search WHERE article_search MATCH :query",
    "postgresql": "SELECT id FROM article_search WHERE words @@ to_tsquery('simple', :query)",
}
_EXPRESSION = {"sqlite": _fts5, "postgresql": _tsquery}
