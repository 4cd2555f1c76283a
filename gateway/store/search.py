"""Full text: the words by which an article is found, in SQLite's FTS5 or a PostgreSQL tsvector.

Both index the same words, folded by `normalise`, with parts of addresses and file names as words of their
own. Beside them stand words that no text holds: the account, so that no hit of another one is even seen;
those of subject, people and file names under a mark, for filters; and the ends of long words, for compounds.
docs/adr/0012-search.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, and_, bindparam, text
from sqlalchemy.orm import Session

from gateway.rules.folding import compounds, normalise
from gateway.rules.searching import Key

MARKS = {Key.SUBJECT: "zzs", Key.FROM: "zzf", Key.TO: "zzt", Key.FILENAME: "zzn"}
"""What the words of a part are marked with; no word of a language begins like that."""

_MAX_BYTES = 400_000
"""Of the words: a tsvector takes at most twice as much, and PostgreSQL refuses one of more than 1 MiB."""

_MOST_MARKED = 200
_MAX_TERMS = 16


@dataclass(frozen=True, slots=True)
class Parts:
    """What of an article is found: every part by its words, all but the text also by itself."""

    subject: str
    senders: Sequence[str]
    recipients: Sequence[str]
    files: Sequence[str]
    text: str


def index(db: Session, account_id: int, article_id: int, parts: Parts) -> None:
    """Make an article findable, in the same transaction."""
    values = {"id": article_id, "words": words_for(account_id, parts)}
    db.connection().execute(_INSERT[db.get_bind().dialect.name], values)


def forget(db: Session, article_id: int) -> None:
    """An article is found no more, in the same transaction."""
    db.connection().execute(_DELETE[db.get_bind().dialect.name], {"id": article_id})


def words_for(account_id: int, parts: Parts) -> str:
    """All words of an article; those of an endless text are cut off."""
    subject, files = normalise(parts.subject), normalise(" ".join(parts.files))
    senders, recipients = normalise(" ".join(parts.senders)), normalise(" ".join(parts.recipients))
    marked = [
        *_marked(Key.SUBJECT, _with_tails(subject)),
        *_marked(Key.FROM, senders.split()),
        *_marked(Key.TO, recipients.split()),
        *_marked(Key.FILENAME, _with_tails(files)),
    ]
    said = " ".join(filter(None, (subject, senders, recipients, files, normalise(parts.text))))
    return " ".join((account_word(account_id), *marked, _cut(said), *compounds(said[: _MAX_BYTES // 8])))


def account_word(account_id: int) -> str:
    """The word that every article of an account holds."""
    return f"account{account_id}"


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


def _marked(key: Key, words: Iterable[str]) -> Iterator[str]:
    return (MARKS[key] + word for word in islice(dict.fromkeys(words), _MOST_MARKED))


def _with_tails(words: str) -> Iterator[str]:
    yield from words.split()
    yield from compounds(words)


def _cut(words: str) -> str:
    if 4 * len(words) <= _MAX_BYTES:
        return words
    return words.encode()[:_MAX_BYTES].decode(errors="ignore")


_INSERT = {
    "sqlite": text("INSERT INTO article_search (rowid, words) VALUES (:id, :words)"),
    "postgresql": text("INSERT INTO article_search (id, words) VALUES (:id, to_tsvector('simple', :words))"),
}
_DELETE = {
    "sqlite": text("DELETE FROM article_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM article_search WHERE id = :id"),
}
