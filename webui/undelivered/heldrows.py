"""Mails that are held back as the page shows them, every word ready."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _, ngettext
from gateway.store.holding import MOST_COUNTED
from gateway.store.queries.holding import HeldMailView
from webui.holding import reason
from webui.wording import moment


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A mail that is held back from one recipient; `has_others` if more on the page go to the same."""

    article: str
    ticket: int
    subject: str
    author: str
    recipient: str
    reason: str
    has_others: bool
    iso: str
    ago: str
    absolute: str


@dataclass(frozen=True, slots=True)
class HeldMail:
    """The oldest of them, and how many there are in all."""

    rows: tuple[HeldRow, ...]
    count: str
    may_release: bool


def held_mail(
    views: Sequence[HeldMailView], count: int, names: Mapping[str, str], now: datetime, *, may_release: bool
) -> HeldMail:
    """The section of the page; `names` are colleagues' by login."""
    alike = Counter(view.recipient for view in views)
    rows = tuple(_row(view, names, now, has_others=alike[view.recipient] > 1) for view in views)
    shown = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
    return HeldMail(rows, shown, may_release)


def done(arguments: Mapping[str, str]) -> str:
    """What was just done to them, from the address of the page; "" if nothing."""
    for what in ("released", "discarded"):
        count = arguments.get(what, "")
        if count.isdecimal() and len(count) <= 6:
            return _words(what, int(count))
    return ""


def _words(what: str, count: int) -> str:
    if what == "released":
        text = ngettext(
            "%(num)s mail released. It is being sent.", "%(num)s mails released. They are being sent.", count
        )
    else:
        text = ngettext(
            "%(num)s mail discarded. It stays in its ticket and is never sent.",
            "%(num)s mails discarded. They stay in their tickets and are never sent.",
            count,
        )
    return text % {"num": count}


def _row(view: HeldMailView, names: Mapping[str, str], now: datetime, *, has_others: bool) -> HeldRow:
    at = moment(view.held_at, now)
    return HeldRow(
        article=view.article,
        ticket=view.ticket,
        subject=view.subject or _("(no subject)"),
        author=names.get(view.author, view.author) if view.author else _("Automatic message"),
        recipient=view.recipient,
        reason=reason(view.reason),
        has_others=has_others,
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )
