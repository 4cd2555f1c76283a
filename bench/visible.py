"""From the mail's way in to the visible ticket, beside the least a Python desk must do, in the same run.

    python bench/visible.py --driver PATH_TO_smtp_load.py --reference PATH_TO_reference_pipeline.py \
        --corpus FOLDER [--rounds 3] [-k 10] [--rate 20] [--rated 400]

The corpus has a manifest.jsonl and its mails in new/. Started are the whole product (`manage4all serve`, all
parts, its own data directory) and the reference (two processes, no accounts, no threading, no sanitising).
Flat out: mails a second from the first MAIL FROM to the last visible ticket. At a fixed rate: the time from
a mail's 250 to its ticket, seen from outside by reading the database every 2 ms. Rounds are interleaved,
because machines drift. Printed are medians, their ratio, and the product's memory (PSS) idle and at its peak.
"""

import argparse
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_LOOK_SECONDS = 0.002
_LONGEST_SECONDS = 900.0
_RCPT = "support@desk.example"


@dataclass(frozen=True, slots=True)
class Desk:
    """Something that takes mail: where, and the query for the times its tickets became visible."""

    name: str
    address: str
    database: Path
    accepted: str
    visible: str
    pids: tuple[int, ...]


@dataclass
class Watch:
    """Sees tickets appear in a database; `seen_at` has the wall time for each row."""

    desk: Desk
    seen_at: dict[int, float] = field(default_factory=dict)
    peak_mib: float = 0.0

    def until(self, count: int) -> None:
        """Look until so many are visible."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        with closing(sqlite3.connect(f"file:{self.desk.database}?mode=ro", uri=True, timeout=30)) as db:
            while len(self.seen_at) < count and time.monotonic() < deadline:
                rows = db.execute(self.desk.visible).fetchall()
                now = time.time()
                for (row,) in rows:
                    self.seen_at.setdefault(row, now)
                time.sleep(_LOOK_SECONDS if count <= 2000 else 0.25)


def main() -> None:
    """Run all rounds and print what came out."""
    given = _arguments()
    flat: dict[str, list[float]] = {}
    delays: dict[str, list[tuple[float, float]]] = {}
    memory: list[tuple[float, float]] = []
    for _ in range(given.rounds):
        for start in (_product, _reference):
            with (
                tempfile.TemporaryDirectory(dir=given.directory) as folder,
                start(given, Path(folder)) as desk,
            ):
                idle = pss(desk.pids)
                flat.setdefault(desk.name, []).append(_flat_out(given, desk))
                if desk.name == "product":
                    memory.append((idle, pss(desk.pids)))
            with (
                tempfile.TemporaryDirectory(dir=given.directory) as folder,
                start(given, Path(folder)) as desk,
            ):
                delays.setdefault(desk.name, []).append(_rated(given, desk))
    _print(flat, delays, memory)


def _print(
    flat: dict[str, list[float]],
    delays: dict[str, list[tuple[float, float]]],
    memory: list[tuple[float, float]],
) -> None:
    rate = {name: statistics.median(found) for name, found in flat.items()}
    p50 = {name: statistics.median(d[0] for d in found) for name, found in delays.items()}
    p95 = {name: statistics.median(d[1] for d in found) for name, found in delays.items()}
    for name, found in flat.items():
        rounds = " ".join(f"{value:.1f}" for value in found)
        print(f"{name:10} flat out {rate[name]:7.1f} tickets/s ({rounds})")
        print(f"{name:10} 250 to visible p50 {p50[name]:6.1f} ms  p95 {p95[name]:6.1f} ms")
    result = {
        "flat_out_ratio": round(rate["product"] / rate["reference"], 2),
        "p50_ms": round(p50["product"], 1),
        "p95_ms": round(p95["product"], 1),
        "p50_ratio": round(p50["product"] / p50["reference"], 2),
        "idle_pss_mib": round(statistics.median(m[0] for m in memory), 1),
        "loaded_pss_mib": round(statistics.median(m[1] for m in memory), 1),
    }
    print(json.dumps(result))


def _flat_out(given: argparse.Namespace, desk: Desk) -> float:
    count = len((given.corpus / "manifest.jsonl").read_text().splitlines())
    watch = Watch(desk)
    watcher = threading.Thread(target=watch.until, args=(count,))
    began = time.time()
    watcher.start()
    _drive(given, desk, "-k", str(given.k))
    watcher.join()
    assert len(watch.seen_at) == count, f"{len(watch.seen_at)} of {count} visible"
    return count / (max(watch.seen_at.values()) - began)


def _rated(given: argparse.Namespace, desk: Desk) -> tuple[float, float]:
    """Median and 95th percentile, in ms, from the moment of acceptance to visibility."""
    watch = Watch(desk)
    watcher = threading.Thread(target=watch.until, args=(given.rated,))
    watcher.start()
    _drive(given, desk, "-k", "10", "-n", str(given.rated), "--rate", str(given.rate))
    watcher.join()
    with closing(sqlite3.connect(desk.database, timeout=30)) as db:
        accepted = dict(db.execute(desk.accepted).fetchall())
    waits = sorted(1000 * (watch.seen_at[row] - accepted[row]) for row in watch.seen_at)
    return waits[len(waits) // 2], waits[int(len(waits) * 0.95)]


def _drive(given: argparse.Namespace, desk: Desk, *options: str) -> None:
    command = [sys.executable, given.driver, given.corpus, desk.address, "--rcpt", _RCPT, *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _product(_given: argparse.Namespace, folder: Path) -> Iterator[Desk]:
    program = str(Path(sys.executable).parent / "manage4all")
    ports = {"M4A_WEB_PORT": "0", "M4A_SMTP_PORT": "0", "M4A_LMTP_PORT": "off", "M4A_RELAY_PORT": "0"}
    env = {**os.environ, **ports, "M4A_DATA_DIR": str(folder), "M4A_LOG_LEVEL": "WARNING"}
    create = [
        "account",
        "create",
        "--login",
        "bench",
        "--email",
        "b@desk.example",
        "--password-stdin",
        "--json",
    ]
    made = subprocess.run(
        [program, *create], env=env, input=b"correct horse\n", capture_output=True, check=True
    )
    account = json.loads(made.stdout)["id"]
    subprocess.run(
        [program, "mailbox", "add", "--account", account, "--address", _RCPT],
        env=env,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with running([program, "serve"], env):
        endpoints = folder / "run" / "endpoints.json"
        _wait(endpoints.exists)
        time.sleep(2)
        pids = json.loads((folder / "run" / "pids.json").read_text())
        yield Desk(
            "product",
            json.loads(endpoints.read_text())["smtp"],
            folder / "manage4all.db",
            "SELECT id, (julianday(received_at) - 2440587.5) * 86400.0 FROM intake",
            "SELECT id FROM intake WHERE filed_at IS NOT NULL",
            tuple(pid for part in pids.values() for pid in part),
        )


@contextmanager
def _reference(given: argparse.Namespace, folder: Path) -> Iterator[Desk]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running([sys.executable, str(given.reference), str(folder), str(port)], dict(os.environ)):
        _wait(lambda: _answers(port))
        yield Desk(
            "reference",
            f"127.0.0.1:{port}",
            folder / "ref.db",
            "SELECT id, t_accept FROM inbox",
            "SELECT id FROM inbox WHERE t_visible IS NOT NULL",
            (),
        )


@contextmanager
def running(command: list[str], env: dict[str, str]) -> Iterator[None]:
    """A program that runs while the block lasts."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as peer:
            return peer.recv(3) == b"220"
    except OSError:
        return False


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("it did not start")
        time.sleep(0.05)


def pss(pids: tuple[int, ...]) -> float:
    """MiB of these processes and their children, what they share counted once."""
    parents = _parents()
    everybody = {pid for pid in parents if _has_ancestor(pid, set(pids), parents)}
    return sum(_pss_of(pid) for pid in everybody) / 1024


def _parents() -> dict[int, int]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return found


def _has_ancestor(pid: int, wanted: set[int], parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid in wanted:
            return True
        pid = parents.get(pid, 0)
    return False


def _pss_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--driver", type=Path, required=True)
    reader.add_argument("--reference", type=Path, required=True)
    reader.add_argument("--corpus", type=Path, required=True)
    reader.add_argument("--directory", type=Path, help="where data directories are made")
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--rate", type=float, default=20)
    reader.add_argument("--rated", type=int, default=400)
    reader.add_argument("-k", type=int, default=10)
    return reader.parse_args()


if __name__ == "__main__":
    main()
