"""How many conversations a heap of mails makes: those that name each other hang together."""

from collections.abc import Sequence
from hashlib import blake2b


class Threads:
    """Counts while mails are added in any order; keeps eight bytes of each id, never the id.

    As filing does: Message-ID, In-Reply-To and References decide (RFC 5322, 3.6.4), a subject never.
    """

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}
        self._seen: set[int] = set()
        self._nameless = 0

    def add(self, message_id: str, references: Sequence[str]) -> None:
        """One mail: its own id ("" if it has none) and those it names."""
        ids = [_short(one) for one in (message_id, *references) if one]
        if not ids:
            self._nameless += 1
            return
        first = self._root(ids[0])
        self._seen.add(ids[0])
        for other in ids[1:]:
            self._parents[self._root(other)] = first
            first = self._root(first)

    @property
    def count(self) -> int:
        """Conversations with at least one mail that was added."""
        return self._nameless + len({self._root(one) for one in self._seen})

    def _root(self, one: int) -> int:
        path = []
        while (parent := self._parents.setdefault(one, one)) != one:
            path.append(one)
            one = parent
        for step in path:
            self._parents[step] = one
        return one


def _short(message_id: str) -> int:
    return int.from_bytes(blake2b(message_id.encode("utf-8", "surrogateescape"), digest_size=8).digest())
