"""What this floor adds to `serve`."""

from functools import partial

from gateway.cli.parts import Part, Stage
from gateway.settings import Settings
from gateway.store.outbox import Topic
from workers.embedded import answers

_PRELOAD = ("workers.worker", "workers.scheduler", "workers.wake")


def parts(settings: Settings) -> list[Part]:
    """The embedded queue server unless the operator has one, the workers, the scheduler."""
    embedded = Part("queue", ("queue-server",), 1, partial(answers, settings), Stage.QUEUE)
    return [
        *([] if settings.redis_url else [embedded]),
        # Whoever files mail has a look at what it brought when nothing waits to be filed: no process more.
        _workers((Topic.FILE, Topic.SCAN, Topic.PREVIEW), settings.file_workers),
        _workers((Topic.DELIVER,), settings.deliver_workers),
        Part("scheduler", ("scheduler",), preload=_PRELOAD),
    ]


def _workers(topics: tuple[Topic, ...], count: int) -> Part:
    queues = tuple(word for topic in topics for word in ("--queue", topic.value))
    return Part(f"worker-{topics[0].value}", ("worker", *queues), count, preload=_PRELOAD)
