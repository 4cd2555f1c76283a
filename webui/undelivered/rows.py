"""Mails that did not arrive as the page shows them, every word ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.store.queries.failures import FailedView
from webui.answers import in_words
from webui.remedies import is_to_change, next_step
from webui.wording import moment


@dataclass(frozen=True, slots=True)
class Row:
    """A mail that did not reach one recipient; `can_change` if somebody here wrote it.

    `is_to_change` where to send it again as it is would help nothing: there is no such address.
    """

    article: str
    ticket: int
    subject: str
    author: str
    recipient: str
    what: str
    answer: str
    step: str
    can_change: bool
    is_to_change: bool
    iso: str
    ago: str
    absolute: str


def rows(views: Sequence[FailedView], names: Mapping[str, str], now: datetime) -> list[Row]:
    """The rows of a page; `names` are colleagues' by login."""
    return [_row(view, names, now) for view in views]


def done(arguments: Mapping[str, str]) -> str:
    """What was just done, from the address of the page; "" if nothing."""
    if "resent" in arguments:
        return _("It is being sent again. If it fails once more, it will be back here.")
    return _("Dismissed. In its ticket it is shown as before.") if "dismissed" in arguments else ""


def _row(view: FailedView, names: Mapping[str, str], now: datetime) -> Row:
    at = moment(view.failed_at, now)
    came_back = view.state == "bounced"
    return Row(
        article=view.article,
        ticket=view.ticket,
        subject=view.subject or _("(no subject)"),
        author=names.get(view.author, view.author) if view.author else _("Automatic message"),
        recipient=view.recipient,
        what=_("Came back from") if came_back else _("Not delivered to"),
        answer=in_words(view.answer),
        step=next_step(view.answer),
        can_change=view.author is not None,
        is_to_change=view.author is not None and is_to_change(view.answer),
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )
