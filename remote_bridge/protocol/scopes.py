"""What may be asked for and granted."""

from collections.abc import Iterable
from enum import StrEnum

from remote_bridge.protocol.errors import Malformed


class Scope(StrEnum):
    """One thing that the host lets viewers do."""

    VIEW = "view"
    CONTROL = "control"
    CLIPBOARD = "clipboard"
    FILES = "files"


Scopes = frozenset[Scope]
NONE: Scopes = frozenset()


def parse_scopes(words: Iterable[object]) -> Scopes:
    """A set from a list without doubles, or Malformed. It may be empty."""
    found: list[Scope] = []
    for word in words:
        if not isinstance(word, str) or word not in Scope.__members__.values() or word in found:
            raise Malformed("an unknown scope, or one said twice")
        found.append(Scope(word))
    return frozenset(found)


def in_order(scopes: Scopes) -> list[str]:
    """Their names as they are always written."""
    return [scope.value for scope in Scope if scope in scopes]
