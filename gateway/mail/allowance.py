"""What one mail may cost in all its parts together, where each part for itself is cheap."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum


class Cost(Enum):
    """What is counted: how much of it there may be, and what is said of a mail that has more."""

    GUESS = 1_000, "too many charsets to guess: the rest is read as Western"
    WORD = 100_000, "too many encoded words: the rest stands as it was sent"
    PARAMETER = 100_000, "too many parameters: not all of them were read"
    LINK_CHAR = 200_000, "too many links: of the rest each shows where it leads"

    def __init__(self, most: int, defect: str) -> None:
        self.most = most
        self.defect = defect


@dataclass(frozen=True, slots=True)
class _Allowance:
    defects: list[str]
    spent: dict[Cost, int] = field(default_factory=dict)
    exceeded: set[Cost] = field(default_factory=set)


_CURRENT: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def shared(defects: list[str]) -> Iterator[None]:
    """All that is read inside shares one allowance; `defects` says where it did not suffice."""
    token = _CURRENT.set(_Allowance(defects))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def may_spend(cost: Cost, count: int = 1) -> bool:
    """Whether there is enough left, which is then spent. Outside a mail there always is."""
    current = _CURRENT.get()
    if current is None:
        return True
    spent = current.spent.get(cost, 0) + count
    if spent > cost.most:
        if cost not in current.exceeded:
            current.exceeded.add(cost)
            current.defects.append(cost.defect)
        return False
    current.spent[cost] = spent
    return True
