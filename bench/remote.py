"""A remote session beside TigerVNC, websockify and noVNC, in the same run.

    python bench/remote.py [--rounds 3] [--trials 40] [--seconds 5] [--parts key,mouse,…] [--unsealed]
    python bench/remote.py --slow [--rounds 3] [--trials 60]

To be installed by hand, on Debian and Ubuntu as root: `apt install xvfb chromium tigervnc-scraping-server
websockify` (X0tigervnc is the server that shows a screen that is there already, as our client does); noVNC
is the package @novnc/novnc that the product serves, put into place by `python tools/assets.py`.

Ours is the whole of it: web server, relay, manage4all-client on an Xvfb of 1920x1080, the viewer's page in
headless Chromium. Theirs is X0tigervnc on another Xvfb, websockify, and noVNC as it comes in a Chromium of
its own. Both stand all the time; each part is measured on one and then on the other, `--rounds` times.
Latencies go from an event in the page to the changed pixels on its canvas; ages of frames from the X server
to the canvas, by one clock. kB are those that the browser's WebSocket gets; CPU is that of what fetches and
encodes the screen, in per cent of a core. `--unsealed` adds our own once more, with a cipher that does
nothing on both ends.

`--slow`, as root on Linux: the customer's side runs in a network namespace behind a line of 5 Mbit/s, 60 ms
there and back, 1 % of the packets lost, with the kernel's own congestion control (it makes a difference: tell
it with the figures); all in namespaces that are made for it. A key is to be seen within the way and 60 ms
while a video plays. The line is a program (remote_line.py), as many kernels have no netem.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import sync_playwright
from remote_sides import BEHIND_A_LINE, BESIDE, Side, alone, needed, ours, slow_line, theirs

PRESSES = {"key": ("key", "patch"), "mouse": ("mouse", "patch"), "beside video": ("mouse", "patch+video")}
PRESSES |= {"page": ("mouse", "page"), "typing beside video": ("key", "patch+video")}
SCENES = ("typing", "scroll", "drag", "video")
FAST_PARTS = ("key", "mouse", "beside video", "page", *SCENES)
SLOW_PARTS = ("key", "typing beside video", "video")
SEALED_PARTS = ("key", "mouse")
TRIP_MS, ECHO_MS = 60, 60

_PAUSES_MS = {"page": (250, 450), "typing beside video": (150, 350)}
_SETTLE_SECONDS = 1.0


@dataclass
class Seen:
    """What a part has given on one side, over all rounds."""

    took_ms: list[float] = field(default_factory=list)
    ages_ms: list[float] = field(default_factory=list)
    missed: int = 0
    shown: int = 0
    drawn: int = 0
    kilobytes: float = 0.0
    cpu_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def cpu_percent(self) -> float:
        """Of one core."""
        return 100 * self.cpu_seconds / self.seconds

    @property
    def frames_a_second(self) -> float:
        """That were seen."""
        return self.shown / self.seconds

    @property
    def kilobytes_a_frame(self) -> float:
        """Of each that was seen."""
        return self.kilobytes / max(self.shown, 1)


def percentile(values: Sequence[float], share: float) -> float:
    """Not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else float("nan")


def press(side: Side, part: str, times: int, seen: Seen) -> None:
    """From an event to pixels."""
    kind, scene = PRESSES[part]
    side.show(scene)
    time.sleep(_SETTLE_SECONDS)
    pauses = _PAUSES_MS.get(part, (120, 250))
    used, began = side.cpu_seconds(), time.perf_counter()
    arguments = [kind, scene.split("+")[0], times, pauses]
    took = side.tab.evaluate("(given) => window.bench.press(...given)", arguments)
    seen.seconds += time.perf_counter() - began
    seen.cpu_seconds += side.cpu_seconds() - used
    seen.took_ms += [one for one in took if one is not None]
    seen.missed += took.count(None)
    side.show("nothing")


def watch(side: Side, scene: str, seconds: float, seen: Seen) -> None:
    """What is shown of something that moves by itself."""
    side.show(scene)
    time.sleep(_SETTLE_SECONDS)
    side.tab.evaluate("window.bench.watch()")
    used, began, since = side.cpu_seconds(), time.perf_counter(), time.time()
    time.sleep(seconds)
    told = side.tab.evaluate("window.bench.stop()")
    seen.seconds += time.perf_counter() - began
    until = time.time()
    seen.cpu_seconds += side.cpu_seconds() - used
    drawn = side.show("nothing")
    seen.shown += len(told["frames"])
    seen.drawn += sum(since <= at <= until for at in drawn.values())
    seen.kilobytes += told["bytes"] / 1000
    seen.ages_ms += [at - drawn[number] * 1000 for number, at in told["frames"] if number in drawn]


Book = dict[tuple[str, str], Seen]


def measure(sides: Sequence[Side], parts: Sequence[str], given: argparse.Namespace) -> Book:
    """All parts on all sides, by turns; whoever was first is last in the next round."""
    book = {(side.name, part): Seen() for side in sides for part in parts}
    for number in range(given.rounds):
        for part in parts:
            for side in sides if number % 2 == 0 else reversed(sides):
                if part in PRESSES:
                    press(side, part, given.trials, book[side.name, part])
                elif side.name != "unsealed":
                    watch(side, part, given.seconds, book[side.name, part])
        print(f"round {number + 1} of {given.rounds}", file=sys.stderr, flush=True)
    return book


@dataclass(frozen=True)
class Row:
    """A line of the table: what, of which part, and what is aimed at: at most, or from `least` on."""

    what: str
    part: str
    of: Callable[[Seen], float]
    aim: float
    least: bool = False
    absolute: bool = False


def _p50(seen: Seen) -> float:
    return percentile(seen.took_ms, 0.5)


def _p95(seen: Seen) -> float:
    return percentile(seen.took_ms, 0.95)


def _age(seen: Seen) -> float:
    return percentile(seen.ages_ms, 0.5)


def _cpu(seen: Seen) -> float:
    return seen.cpu_percent


FAST_ROWS = (
    Row("key to patch p50, ms", "key", _p50, 0.35),
    Row("key to patch p95, ms", "key", _p95, 0.45),
    Row("mouse to patch p50, ms", "mouse", _p50, 0.40),
    Row("mouse to patch p95, ms", "mouse", _p95, 0.60),
    Row("patch beside video p50, ms", "beside video", _p50, 0.50),
    Row("page swap p50, ms", "page", _p50, 0.75),
    Row("page swap p95, ms", "page", _p95, 0.90),
    Row("typing, age p50, ms", "typing", _age, 0.25),
    Row("typing, CPU, %", "typing", _cpu, 4.0, absolute=True),
    Row("scroll, shown of drawn", "scroll", lambda s: s.shown / s.drawn, 0.99, least=True, absolute=True),
    Row("scroll, kB a frame", "scroll", lambda s: s.kilobytes_a_frame, 0.05),
    Row("scroll, age p50, ms", "scroll", _age, 0.35),
    Row("scroll, CPU, %", "scroll", _cpu, 0.80),
    Row("drag, frames a second", "drag", lambda s: s.frames_a_second, 1.20, least=True),
    Row("drag, age p50, ms", "drag", _age, 0.50),
    Row("drag, kB a frame", "drag", lambda s: s.kilobytes_a_frame, 0.20),
    Row("drag, CPU, %", "drag", _cpu, 0.80),
    Row("video, frames a second", "video", lambda s: s.frames_a_second, 1.00, least=True),
    Row("video, age p50, ms", "video", _age, 0.70),
    Row("video, kB a second", "video", lambda s: s.kilobytes / s.seconds, 0.95),
    Row("video, CPU, %", "video", _cpu, 1.20),
)
SLOW_ROWS = (
    Row("key, nothing beside p50, ms", "key", _p50, 1.0),
    Row("key, nothing beside p95, ms", "key", _p95, TRIP_MS + ECHO_MS, absolute=True),
    Row("key beside video p50, ms", "typing beside video", _p50, 1.0),
    Row("key beside video p95, ms", "typing beside video", _p95, TRIP_MS + ECHO_MS, absolute=True),
    Row("video, frames a second", "video", lambda s: s.frames_a_second, 1.0, least=True),
    Row("video, age p50, ms", "video", _age, 1.0),
    Row("video, age p95, ms", "video", lambda s: percentile(s.ages_ms, 0.95), 1.0),
    Row("video, kB a second", "video", lambda s: s.kilobytes / s.seconds, 1.0),
)
SEALED_ROWS = (
    Row("key to patch p50, ms", "key", _p50, 1.05),
    Row("mouse to patch p50, ms", "mouse", _p50, 1.05),
)


def tell(rows: Sequence[Row], book: Book, mine: str, other: str) -> None:
    """The table; what is missed is marked."""
    print(f"{'':<30}{mine:>10}{other:>10}{'ratio':>8}{'aim':>10}")
    for row in rows:
        if (mine, row.part) not in book:
            continue
        one, two = row.of(book[mine, row.part]), row.of(book[other, row.part])
        ratio = one / two if two else float("nan")
        reached = one if row.absolute else ratio
        is_good = reached >= row.aim * 0.995 if row.least else reached <= row.aim
        aim = f"{'≥' if row.least else '≤'} {row.aim:g}{' abs.' if row.absolute else ''}"
        print(f"{row.what:<30}{one:>10.2f}{two:>10.2f}{ratio:>8.2f}{aim:>10}{'' if is_good else '  missed'}")
    missed = {key: seen.missed for key, seen in book.items() if seen.missed}
    if missed:
        print("never seen:", missed)


def main() -> None:
    """The command line."""
    asking = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asking.add_argument("--rounds", type=int, default=3)
    asking.add_argument("--trials", type=int, default=40)
    asking.add_argument("--seconds", type=float, default=5.0)
    asking.add_argument("--parts", type=lambda words: words.split(","))
    asking.add_argument("--unsealed", action="store_true")
    asking.add_argument("--slow", action="store_true")
    asking.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = asking.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with this, too
    if missing := needed():
        raise SystemExit(f"Not there: {', '.join(missing)}. What is needed stands at the head of this file.")
    if given.slow and not given.alone:
        alone([str(Path(__file__)), *sys.argv[1:], "--alone"])
    parts = given.parts or (SLOW_PARTS if given.slow else FAST_PARTS)
    where = BEHIND_A_LINE if given.slow else BESIDE
    with ExitStack() as stack:
        if given.slow:
            stack.enter_context(slow_line())
        playwright = stack.enter_context(sync_playwright())
        sides = [stack.enter_context(ours(playwright, where)), stack.enter_context(theirs(playwright, where))]
        book = measure(sides, parts, given)
        tell(SLOW_ROWS if given.slow else FAST_ROWS, book, "ours", "theirs")
        if given.unsealed:
            pair = [sides[0], stack.enter_context(ours(playwright, where, is_sealed=False))]
            tell(SEALED_ROWS, measure(pair, SEALED_PARTS, given), "ours", "unsealed")


if __name__ == "__main__":
    main()
