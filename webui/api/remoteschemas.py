"""Remote sessions as the API takes and gives them, field by field; the link in one answer alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from gateway.rules.remote import Scope, State, Way, Why
from gateway.store.queries.remote import RemoteView, VisitView
from webui.api.schemas import Shape


class RemoteSessionIn(Shape):
    """What the customer is asked for; `view` is in every session.

    `system` is an installed system of the ticket's customer, which is asked without a link.
    """

    scopes: list[Scope] = Field(default_factory=list, max_length=10)
    system: Annotated[str | None, Field(max_length=100)] = None


class Visit(Shape):
    """Somebody who was there, by login; `controlled` says that they had mouse and keyboard."""

    login: str
    joined_at: datetime
    left_at: datetime | None
    controlled: bool

    @classmethod
    def of(cls, view: VisitView) -> Self:
        """As the store has it."""
        return cls(
            login=view.login, joined_at=view.joined_at, left_at=view.left_at, controlled=view.controlled
        )


class RemoteSession(Shape):
    """How far a session is, who was there and how it ended; never what was seen.

    `made_by` is a login, "" for a token. `expires_at` is the link's end; once it was opened, the session's.
    `system` is the installed system that was asked, None where there is a link.
    """

    id: str
    ticket: int
    system: str | None
    state: State
    asked: list[Scope]
    granted: list[Scope]
    made_by: str
    way: Way | None
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    consented_at: datetime | None
    ended_at: datetime | None
    why: Why | None
    visits: list[Visit]

    @classmethod
    def of(cls, view: RemoteView) -> Self:
        """As the store has it."""
        return cls(**values(view))


class MadeRemoteSession(RemoteSession):
    """A new session: `link` is for the customer alone, `code` for who is on the phone, until it expires.

    Asked for again with the same `Idempotency-Key`, they are there as long as they hold; "" afterwards, and
    always for a session of an installed system.
    """

    link: str
    code: str
    code_expires_at: datetime | None


class RemoteSessionList(Shape):
    """Sessions, the newest first."""

    items: list[RemoteSession]

    @classmethod
    def of(cls, found: Sequence[RemoteView]) -> Self:
        """As the store has them."""
        return cls(items=[RemoteSession.of(view) for view in found])


def values(view: RemoteView) -> dict[str, object]:
    """The fields of a session."""
    return {
        "id": view.public_id,
        "ticket": view.number,
        "system": view.system.public_id if view.system else None,
        "state": view.state,
        "asked": list(view.asked),
        "granted": list(view.granted),
        "made_by": view.made_by,
        "way": view.way,
        "made_at": view.made_at,
        "expires_at": view.expires_at,
        "opened_at": view.opened_at,
        "consented_at": view.consented_at,
        "ended_at": view.ended_at,
        "why": view.why,
        "visits": [Visit.of(visit) for visit in view.visits],
    }
