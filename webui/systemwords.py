"""Installed systems in words: whether one is there, what it grants, how one is added."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.store.queries.systems import SystemView
from webui import remotewords
from webui.office import office
from webui.wording import Moment, lasting, moment

PROGRAM = "manage4all-client"
BESIDE = 10
"""Systems that stand beside a ticket, those first that are there."""


@dataclass(frozen=True, slots=True)
class Line:
    """A system, every word ready. `seen` is when one that is away was last there, None for never.

    `unattended` is what it grants without asking, "" for nothing.
    """

    public_id: str
    name: str
    platform: str
    is_online: bool
    word: str
    seen: Moment | None
    unattended: str


def lines(found: Iterable[SystemView], now: datetime) -> tuple[Line, ...]:
    """Systems in words, those first that are there."""
    return tuple(sorted((line(one, now) for one in found), key=lambda one: not one.is_online))


def line(view: SystemView, now: datetime) -> Line:
    """A system in words."""
    is_online, seen_at = view.presence.is_online(now), view.presence.seen_at
    return Line(
        public_id=view.public_id,
        name=view.name,
        platform=view.platform,
        is_online=is_online,
        word=_("online") if is_online else _away(seen_at, now),
        seen=moment(seen_at, now) if seen_at and not is_online else None,
        unattended=remotewords.scopes(view.unattended),
    )


def _away(seen_at: datetime | None, now: datetime) -> str:
    if seen_at is None:
        return _("was never online")
    return _("offline for %(time)s") % {"time": lasting(now - seen_at)}


def command(code: str) -> str:
    """What is typed at the system to let it be a customer's."""
    return f"{PROGRAM} --enrol {office().settings.effective_base_url} {code}"
