"""For those who run it: is the process up, can it work, what are its numbers."""

import contextlib
import hmac
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from gateway.errors import DeskError, NotFound, Unavailable
from gateway.store import binding
from gateway.store.queries import health
from gateway.store.queries.health import Numbers
from gateway.store.session import reading
from webui import origins
from webui.office import office

blueprint = Blueprint("ops", __name__)

_PATIENCE_SECONDS = 1.0
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers; touches nothing else."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether every part that is needed can be reached; 503 names those that cannot."""
    failed = [name for name, is_well in look_around().items() if not is_well]
    answer = jsonify({"failed": failed})
    answer.status_code = 503 if failed else 200
    return answer


def look_around() -> dict[str, bool]:
    """Each part that is needed, and whether it can be reached now."""
    checks: dict[str, Callable[[], object]] = {
        "database": _ask_database,
        "queue": _ask_queue,
        "blobs": _ask_blobs,
    }
    return {name: _succeeds(ask) for name, ask in checks.items()}


@blueprint.get("/metrics")
def metrics() -> Response:
    """The numbers for Prometheus; for this machine alone, or for who holds the operator's token."""
    if not _may_see_numbers():
        raise NotFound
    with binding.everywhere(), reading() as db:
        numbers = health.count(db, now=office().clock.now())
    registry = CollectorRegistry()
    registry.register(_Numbers(numbers))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Numbers(Collector):
    """The counts in the shape of Prometheus."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        """Each metric once."""
        n = self._numbers
        families = (
            ("manage4all_outbox_rows", "Work that is owed.", "topic", n.outbox),
            ("manage4all_offers", "Mails offered, by what became of them.", "fate", n.offers),
            ("manage4all_deliveries", "Mails to recipients, by state.", "state", n.deliveries),
        )
        for name, words, label, counts in families:
            family = GaugeMetricFamily(name, words, labels=[label])
            for value, number in counts.items():
                family.add_metric([value], number)
            yield family
        yield GaugeMetricFamily(
            "manage4all_outbox_overdue_seconds", "How long the oldest work waits.", n.oldest_due_seconds
        )


def _may_see_numbers() -> bool:
    """By the operator's token; without one, from this machine and not on behalf of another (a proxy here)."""
    token = office().settings.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    is_forwarded = any(name in request.headers for name in _FORWARDED)
    return origins.is_loopback(request.remote_addr) and not is_forwarded


def _succeeds(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (DeskError, OSError):
        return False
    return True


def _ask_database() -> None:
    with reading() as db:
        health.ping(db)


def _ask_blobs() -> None:
    with office().blobs.spool() as spool:
        spool.write(b"ready?")


def _ask_queue() -> None:
    client = Redis.from_url(
        office().settings.effective_redis_url,
        socket_timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with contextlib.closing(client):
            client.ping()
    except RedisError as error:
        raise Unavailable(detail="queue") from error
