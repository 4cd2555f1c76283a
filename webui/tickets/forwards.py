"""The message that the composer hands on: whose it is, and which of its files may go along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.rules.status import ArticleKind
from gateway.store.queries.articles import ArticleView, AttachmentView, TicketDetail
from webui.tickets import attached
from webui.tickets.forms import Composer
from webui.wording import Moment, moment, size


@dataclass(frozen=True, slots=True)
class Choice:
    """A file that goes along if it is ticked; `closed` says why it cannot be."""

    id: str
    name: str
    size: str
    size_bytes: int
    closed: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The message, every word ready; `original` is the mail as it came, None where that stays closed.

    `size_bytes` is what its text adds to a mail.
    """

    id: str
    who: str
    at: Moment
    files: tuple[Choice, ...]
    original: Choice | None
    size_bytes: int


def may_be_forwarded(article: ArticleView) -> bool:
    """Whether a message may leave the desk again: notes never do, and what was taken back has not."""
    return article.kind is not ArticleKind.NOTE and not article.is_withdrawn


def newest(detail: TicketDetail) -> str:
    """The public id of the message to forward where none is named: the last that came in, else of ours."""
    offered = [article for article in detail.articles if may_be_forwarded(article)]
    came_in = [article for article in offered if article.kind is ArticleKind.INBOUND]
    return next((article.public_id for article in reversed(came_in or offered)), "")


def find_source(detail: TicketDetail, public_id: str) -> ArticleView | None:
    """The message of the ticket with this id that may be forwarded, None where there is none."""
    offered = (a for a in detail.articles if a.public_id == public_id)
    return next((article for article in offered if may_be_forwarded(article)), None)


def shown(
    source: ArticleView, composer: Composer, now: datetime, size_of: Callable[[str], int]
) -> Forwarding:
    """The message with its files, ticked as the composer has them; `size_of` tells how large a blob is."""
    return Forwarding(
        id=source.public_id,
        who=source.from_.name or source.from_.address,
        at=moment(source.created_at, now),
        files=tuple(_choice(view, file, composer) for view, file in attached.told(source.attachments)),
        original=_original(source, composer, size_of),
        size_bytes=len(source.text.encode()),
    )


def _choice(view: AttachmentView, file: attached.File, composer: Composer) -> Choice:
    is_wanted = composer.forwarded is None or view.public_id in composer.forwarded
    return Choice(file.id, file.name, file.size, view.size_bytes, file.closed, is_wanted and view.is_open)


def _original(source: ArticleView, composer: Composer, size_of: Callable[[str], int]) -> Choice | None:
    if source.raw_sha256 is None or not source.is_raw_open:
        return None
    size_bytes = size_of(source.raw_sha256)
    return Choice("", "", size(size_bytes), size_bytes, "", composer.with_original)
