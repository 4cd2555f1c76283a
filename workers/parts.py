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
        _workers(Topic.FILE, settings.file_workers),
        _workers(Topic.DELIVER, settings.deliver_workers),
        Part("scheduler", ("scheduler",), preload=_PRELOAD),
    ]


def _workers(topic: Topic, count: int) -> Part:
    return Part(f"worker-{topic.value}", ("worker", "--queue", topic.value), count, preload=_PRELOAD)
