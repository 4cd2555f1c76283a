"""What the relay counts, and its shape for Prometheus: numbers only, nothing of any session."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(slots=True)
class Tally:
    """Since the start of this relay."""

    joined: Counter[str] = field(default_factory=Counter)
    """By role."""
    closed: Counter[int] = field(default_factory=Counter)
    """By the code with which the relay closed."""
    ended: Counter[str] = field(default_factory=Counter)
    """Sessions by why."""
    turned_away: int = 0
    """Connections over a limit."""
    dropped: int = 0
    """Frames that might not pass at that moment."""
    outrun: int = 0
    """Viewers that lagged too far behind the others."""
    frames_to_viewers: int = 0
    bytes_to_viewers: int = 0
    frames_to_hosts: int = 0
    bytes_to_hosts: int = 0


@dataclass(frozen=True, slots=True)
class Present:
    """Right now."""

    connections: int
    sessions: int
    hosts: int
    viewers: int
    systems: int
    locked_sources: int
    notes_waiting: int


def as_text(tally: Tally, present: Present) -> bytes:
    """As Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(_Numbers(tally, present))
    return generate_latest(registry)


class _Numbers(Collector):
    """The counts in the shape of Prometheus."""

    def __init__(self, tally: Tally, present: Present) -> None:
        self._tally, self._present = tally, present

    def collect(self) -> Iterator[Metric]:
        """Each metric once."""
        now, tally = self._present, self._tally
        yield _gauge("connections", "Sockets that are open.", now.connections)
        yield _gauge("sessions", "Sessions that are held.", now.sessions)
        yield _gauge("hosts", "Hosts that are there.", now.hosts)
        yield _gauge("viewers", "Viewers that are there.", now.viewers)
        yield _gauge("systems", "Installed systems that are there.", now.systems)
        yield _gauge("locked_sources", "Sources locked out after wrong secrets.", now.locked_sources)
        yield _gauge("notes_waiting", "Notes that the database has not taken yet.", now.notes_waiting)
        yield _counter("joined", "Ends that came in, by role.", "role", tally.joined)
        yield _counter("closed", "Sockets that the relay closed, by code.", "code", tally.closed)
        yield _counter("ended", "Sessions that ended, by why.", "why", tally.ended)
        yield _counter("turned_away", "Connections over a limit.", "", {"": tally.turned_away})
        yield _counter("dropped_frames", "Frames that might not pass.", "", {"": tally.dropped})
        yield _counter("outrun_viewers", "Viewers too far behind the others.", "", {"": tally.outrun})
        frames = {"viewer": tally.frames_to_viewers, "host": tally.frames_to_hosts}
        carried = {"viewer": tally.bytes_to_viewers, "host": tally.bytes_to_hosts}
        yield _counter("frames", "Frames passed on, by who got them.", "to", frames)
        yield _counter("bytes", "Bytes of these frames.", "to", carried)


def _gauge(name: str, words: str, number: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"manage4all_relay_{name}", words, number)


def _counter(name: str, words: str, label: str, counts: Mapping[str, int] | Mapping[int, int]) -> Metric:
    family = CounterMetricFamily(f"manage4all_relay_{name}", words, labels=[label] if label else [])
    for value, number in counts.items():
        family.add_metric([str(value)] if label else [], number)
    return family
