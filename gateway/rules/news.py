"""What a committed change tells whoever looks on: which ticket, and what kind of thing.

Numbers and kinds only, no text and no address of anybody; who hears of it reads what they may see.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What has changed."""

    TICKET = "ticket"
    DRAFT = "draft"
    PEOPLE = "people"
    SYSTEM = "system"
    """An installed system of some customer has come, gone or changed; of no ticket."""

    SESSIONS = "sessions"
    """Somebody's sign-ins or rights, whose `staff_id` it has; of no ticket."""


@dataclass(frozen=True, slots=True)
class News:
    """One change: the account, the ticket's number (0 for many or none), and who for `PEOPLE` and `SESSIONS`.

    `state` and `tab` say of `PEOPLE` what somebody does in which of their tabs.
    """

    account_id: int
    kind: Kind
    number: int = 0
    staff_id: int = 0
    state: str = ""
    tab: str = ""


def channel(database: int) -> str:
    """Where it is told on a queue server: one channel a database, as channels know none by themselves."""
    return f"manage4all.news.{database}"


def encode(news: Sequence[News]) -> str:
    """As it travels."""
    rows = [[n.account_id, n.kind.value, n.number, n.staff_id, n.state, n.tab] for n in news]
    return json.dumps(rows, separators=(",", ":"))


def decode(text: str | bytes) -> tuple[News, ...]:
    """What was encoded; of another release's words those that are known here."""
    try:
        rows = json.loads(text)
        return tuple(News(row[0], Kind(row[1]), *row[2:6]) for row in rows if row[1] in _KINDS)
    except (ValueError, TypeError, LookupError):
        return ()


_KINDS = frozenset(kind.value for kind in Kind)
