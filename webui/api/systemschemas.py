"""Installed systems as the API takes and gives them, field by field."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from gateway.rules.remote import Scope
from gateway.store.queries.systems import SystemView
from webui.api.schemas import Shape


class SystemPatch(Shape):
    """What may be changed of a system."""

    name: str


class System(Shape):
    """An installed system of a customer, and whether it is there.

    `unattended` is what was granted at the system without asking; `seen_at` when it was last heard of.
    """

    id: str
    customer: str
    name: str
    platform: str
    online: bool
    seen_at: datetime | None
    unattended: list[Scope]
    enrolled_at: datetime

    @classmethod
    def of(cls, view: SystemView, now: datetime) -> Self:
        """As the store has it."""
        return cls(
            id=view.public_id,
            customer=view.customer,
            name=view.name,
            platform=view.platform,
            online=view.presence.is_online(now),
            seen_at=view.presence.seen_at,
            unattended=list(view.unattended),
            enrolled_at=view.enrolled_at,
        )


class SystemList(Shape):
    """Systems by name."""

    items: list[System]

    @classmethod
    def of(cls, found: Iterable[SystemView], now: datetime) -> Self:
        """As the store has them."""
        return cls(items=[System.of(view, now) for view in found])


class EnrolCode(Shape):
    """A code by which one program becomes a system of the customer, and the command that does it there.

    Shown once: asked for again with the same `Idempotency-Key`, both are "".
    """

    code: str
    command: str
    expires_at: datetime | None
