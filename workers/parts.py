"""What this floor adds to `serve`."""

import contextlib
from functools import cache, partial
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from gateway.cli.parts import Part, Stage
from gateway.settings import Settings
from gateway.store import session
from gateway.store.outbox import Topic
from workers import embedded

if TYPE_CHECKING:
    from workers.wake import Bell

_PRELOAD = ("workers.worker", "workers.scheduler", "workers.wake")

_FILING = (
    Topic.FILE,
    Topic.SCAN,
    Topic.PREVIEW,
    Topic.GUESTS,
    Topic.ACT,
    Topic.DUE,
    Topic.REPORT,
    Topic.EXPORT,
    Topic.ERASE,
    Topic.WIPE,
)
"""Whoever files mail does the rest when nothing waits to be filed: no process more."""


def parts(settings: Settings) -> list[Part]:
    """The embedded queue server unless the operator has one, the workers, the scheduler."""
    return [
        *([] if settings.redis_url else [_queue_server(settings)]),
        _workers(settings, _FILING, settings.file_workers),
        _workers(settings, (Topic.DELIVER, Topic.CERTIFY), settings.deliver_workers),
        Part(
            "scheduler",
            ("scheduler",),
            preload=_PRELOAD,
            rehearse=partial(_ask, settings),
            main=partial(_schedule, settings),
        ),
    ]


def _queue_server(settings: Settings) -> Part:
    main = partial(embedded.run_server, settings)
    return Part("queue", ("queue-server",), 1, partial(embedded.answers, settings), Stage.QUEUE, main=main)


def _workers(settings: Settings, topics: tuple[Topic, ...], count: int) -> Part:
    queues = tuple(word for topic in topics for word in ("--queue", topic.value))
    main = partial(_work, settings, topics)
    return Part(f"worker-{topics[0].value}", ("worker", *queues), count, preload=_PRELOAD, main=main)


def _work(settings: Settings, topics: tuple[Topic, ...]) -> None:
    from workers.worker import run

    bell = _bell(settings)
    session.configure(settings.effective_database_url, wake=bell, announce=bell.announce)
    run(settings, topics)


def _schedule(settings: Settings) -> None:
    from workers.scheduler import run

    bell = _bell(settings)
    session.configure(settings.effective_database_url, wake=bell, announce=bell.announce)
    run(settings)


def _ask(settings: Settings) -> None:
    """Make the bell that all ring, and ask what the scheduler asks; the queue server may be away."""
    from gateway.store import holding, imap
    from gateway.store.queries.heartbeats import are_watched
    from workers.queues import connect, queue_of
    from workers.scheduler import forget_counts

    with session.reading() as db:
        are_watched(db)
        holding.is_watched(db)
        imap.has_sources(db)
    forget_counts()

    _bell(settings)
    with contextlib.suppress(RedisError), connect(settings) as connection:
        _ = queue_of(Topic.FILE, connection).count


@cache
def _bell(settings: Settings) -> "Bell":
    """It connects at the first ring, and may be carried over a fork."""
    from workers.wake import make_wake

    return make_wake(settings)
