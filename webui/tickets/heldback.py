"""Why an answer was held back, in words: what others have said and done since the ticket was opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.rules.status import ArticleKind
from gateway.store.queries.differences import Difference
from webui.tickets import events
from webui.wording import Moment, moment

_COMPOSER = "composer"


@dataclass(frozen=True, slots=True)
class SinceMessage:
    """A message that has come since."""

    id: str
    name: str
    label: str
    beginning: str
    at: Moment


@dataclass(frozen=True, slots=True)
class SinceEvent:
    """Something that was done since."""

    words: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Since:
    """All of it; `first` is the place of the first message in the page, or that of the composer."""

    messages: tuple[SinceMessage, ...]
    events: tuple[SinceEvent, ...]
    first: str


def shown(difference: Difference | None, names: Mapping[str, str], now: datetime) -> Since | None:
    """What is shown of a difference, nothing of none; `names` are by login."""
    if not difference:
        return None
    messages = tuple(
        SinceMessage(
            article.public_id,
            names.get(article.author or "", article.author or article.from_ or _("unknown sender")),
            _("Note") if article.kind is ArticleKind.NOTE else "",
            article.beginning,
            moment(article.created_at, now),
        )
        for article in difference.articles
    )
    told = tuple(SinceEvent(events.in_words(one, names), moment(one.at, now)) for one in difference.events)
    return Since(messages, told, f"m-{messages[0].id}" if messages else _COMPOSER)
