"""The remote sessions of a ticket, every word ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.rules.remote import in_groups
from gateway.store.queries.remote import RemoteView
from webui import remotewords
from webui.office import office
from webui.wording import Moment, moment


@dataclass(frozen=True, slots=True)
class Line:
    """A session as the ticket shows it, every word ready; `detail` is what is told of one that is over.

    `code` is what is said on the phone, "" once it holds no more; `is_open`: its link was not opened yet.
    `hint` is what there is to know of a system that has not come yet.
    """

    public_id: str
    state: str
    word: str
    scopes: str
    who: str
    at: Moment
    code: str
    code_until: Moment | None
    is_on: bool
    is_open: bool
    hint: str
    detail: str


def address() -> str:
    """Where the digits are typed, as one says it on the phone."""
    return f"{office().settings.effective_base_url.partition('://')[2]}/remote"


def lines(
    found: Sequence[RemoteView], codes: Mapping[str, str], names: Mapping[str, str], now: datetime
) -> tuple[Line, ...]:
    """Sessions in words, those first that have not ended; `codes` are by public id, `names` by login."""
    told = (_line(one, codes.get(one.public_id, ""), names, now) for one in found)
    return tuple(sorted(told, key=lambda one: not one.is_on))


def _line(seen: RemoteView, code: str, names: Mapping[str, str], now: datetime) -> Line:
    return Line(
        public_id=seen.public_id,
        state=seen.state.value,
        word=remotewords.state_of(seen),
        scopes=remotewords.scopes(seen.granted or seen.asked),
        who=names.get(seen.made_by, seen.made_by),
        at=moment(seen.made_at, now),
        code=in_groups(code),
        code_until=moment(seen.code_expires_at, now) if code and seen.code_expires_at else None,
        is_on=seen.is_on,
        is_open=seen.opened_at is None and seen.system is None,
        hint=_hint(seen, now),
        detail=remotewords.how_it_ended(seen),
    )


def _hint(seen: RemoteView, now: datetime) -> str:
    if seen.system is None or seen.opened_at is not None or not seen.is_on:
        return ""
    if seen.system.presence.is_online(now):
        return _("It is online and is being asked.")
    until = moment(seen.expires_at, now).absolute
    return _("It is offline. It is asked as soon as it is back, until %(until)s.") % {"until": until}
