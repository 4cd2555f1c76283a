"""Answers of pure functions, kept while there is room: what was asked for last stays longest."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from markupsafe import Markup

_OVERHEAD_CHARS = 500
"""What an entry costs beside its text."""


class Kept:
    """Pieces of pages by all that they show, so that no piece can be old or somebody else's."""

    def __init__(self, most_chars: int) -> None:
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._most_chars = most_chars
        self._chars = 0

    def get(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """The piece for this key, made if need be; `key` holds everything that `make` works with."""
        found = self._kept.get(key)
        if found is None:
            return self._keep(key, make())
        self._kept.move_to_end(key)
        return found

    def _keep(self, key: Hashable, made: Markup) -> Markup:
        self._kept[key] = made
        self._chars += _weight(made)
        while self._chars > self._most_chars:
            self._chars -= _weight(self._kept.popitem(last=False)[1])
        return made


def _weight(made: Markup) -> int:
    return _OVERHEAD_CHARS + 2 * len(made)  # the words of the piece stand in its key, too
