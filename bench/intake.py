"""How fast mail is taken, beside Postfix and the least an aiosmtpd door must do, in the same run.

    python bench/intake.py --driver PATH_TO_smtp_load.py --corpus FOLDER [--rounds 3] [--rate 20] [-k 10]

The corpus has a manifest.jsonl and its mails in new/. Started are: the product's door (two processes on
one socket, a database and a blob store of their own), Postfix on a loopback port with a durable queue and
delivery to discard (left out where it is not installed or we are not root), and two bare aiosmtpd
processes that write, sync, rename, sync the directory. Rounds are interleaved, because machines drift;
medians and their ratios to Postfix are printed, and one JSON line.
"""

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway import clock
from gateway.desk import mailboxes, people
from gateway.inbound.listeners import listen
from gateway.settings import Settings
from gateway.store import migrate, session

_PROCESSES = 2
_START_SECONDS = 60.0
_SMALL_BYTES = 20_000
_MASTER = "127.0.0.1:{port} inet n - n - - smtpd\n" + "".join(
    f"{service} {kind} {private} - n {wakeup} {limit} {command}\n"
    for service, kind, private, wakeup, limit, command in (
        ("cleanup", "unix", "n", "-", "0", "cleanup"),
        ("qmgr", "unix", "n", "300", "1", "qmgr"),
        ("rewrite", "unix", "-", "-", "-", "trivial-rewrite"),
        ("bounce", "unix", "-", "-", "0", "bounce"),
        ("defer", "unix", "-", "-", "0", "bounce"),
        ("discard", "unix", "-", "-", "-", "discard"),
        ("error", "unix", "-", "-", "-", "error"),
        ("anvil", "unix", "-", "-", "1", "anvil"),
        ("proxymap", "unix", "-", "-", "-", "proxymap"),
        ("postlog", "unix-dgram", "n", "-", "1", "postlogd"),
    )
)
_MAIN = """compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = yardstick.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = discard
relay_transport = discard
message_size_limit = 60000000
mailbox_size_limit = 0
smtpd_client_connection_count_limit = 0
maillog_file = {root}/queue/log
maillog_file_prefixes = {root}
"""


@dataclass(frozen=True)
class Run:
    """What is asked for."""

    driver: Path
    corpus: Path
    rounds: int
    rate: float
    connections: int

    def load(self, port: int, *options: str) -> dict[str, Any]:
        """One pass of the load driver; what it measured. No mail may fail."""
        command = [sys.executable, str(self.driver), str(self.corpus), f"127.0.0.1:{port}", *options]
        told: dict[str, Any] = json.loads(subprocess.check_output(command))
        if told["failures"]:
            raise SystemExit(f"mails failed: {told['first_failure']}")
        return told


def main() -> None:
    """Start everything, measure in turns, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--driver", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("-k", dest="connections", type=int, default=10)
    run = Run(**vars(parser.parse_args()))
    with ExitStack() as started:
        root = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="bench-intake-")))
        root.chmod(0o755)
        ports = {
            "product": started.enter_context(product(root / "product", _recipients(run.corpus))),
            "aiosmtpd": started.enter_context(yardstick(root / "aiosmtpd")),
        }
        if shutil.which("postfix") and os.geteuid() == 0:
            ports["postfix"] = started.enter_context(postfix(root / "postfix"))
        report(measure(run, ports))


def measure(run: Run, ports: Mapping[str, int]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For each kind of load and each server what the rounds measured; the first mails warm up."""
    closed = ("-k", str(run.connections))
    kinds = {
        "mixed": closed,
        "small": (*closed, "--max-size", str(_SMALL_BYTES)),
        f"at {run.rate:g}/s": ("-k", str(2 * run.connections), "--rate", str(run.rate), "-n", "300"),
    }
    for port in ports.values():
        run.load(port, *closed, "-n", "100")
    return {
        kind: _interleaved(run, ports, options, rounds=run.rounds if kind in {"mixed", "small"} else 1)
        for kind, options in kinds.items()
    }


def _interleaved(
    run: Run, ports: Mapping[str, int], options: Sequence[str], *, rounds: int
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ports}
    for _ in range(rounds):
        for name, port in ports.items():
            found[name].append(run.load(port, *options))
    return found


def report(found: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> None:
    """Medians as a table, and everything as one JSON line."""
    summary: dict[str, dict[str, dict[str, float]]] = {}
    for kind, servers in found.items():
        for name, rounds in servers.items():
            medians = {
                key: statistics.median(r[key] for r in rounds) for key in ("msgs_s", "p50", "p95", "max")
            }
            summary.setdefault(kind, {})[name] = medians
        limit = summary[kind].get("postfix", summary[kind]["aiosmtpd"])["msgs_s"]
        for name, medians in summary[kind].items():
            medians["ratio"] = round(medians["msgs_s"] / limit, 2)
            row = "  ".join(f"{key} {value:8.2f}" for key, value in medians.items())
            print(f"{kind:8} {name:9} {row}")
    print(json.dumps(summary))


def _recipients(corpus: Path) -> set[str]:
    with (corpus / "manifest.jsonl").open(encoding="utf-8") as manifest:
        return {json.loads(line)["rcpt"] for line in manifest}


@contextmanager
def product(root: Path, addresses: set[str]) -> Iterator[int]:
    """Two processes of `manage4all smtp` on one socket."""
    settings = Settings(data_dir=root)
    session.configure(settings.effective_database_url)
    migrate.upgrade()
    now = clock.now()
    with session.transaction() as db:
        account = people.create_account(
            db, login="bench", email="bench@example.org", name="", password_hash="-", now=now
        )
        for address in addresses:
            mailboxes.add(db, account.id, address, mail_domain=settings.mail_domain, now=now)
    session.dispose()
    with listen("127.0.0.1", 0) as listener:
        fd = listener.fileno()
        command = [sys.executable, "-m", "gateway.cli.main", "smtp", "--smtp-fd", str(fd)]
        environment = {**settings.environment(), "M4A_LOG_LEVEL": "ERROR"}
        with _processes(command, _PROCESSES, fds=(fd,), environment=environment):
            yield _ready(listener.getsockname()[1])


@contextmanager
def yardstick(root: Path) -> Iterator[int]:
    """Two processes of bare aiosmtpd, each with a socket of its own on one port."""
    root.mkdir()
    with socket.socket() as holder:  # holds the port; listens to nobody
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        command = [sys.executable, __file__, "--yardstick", str(root), str(port)]
        with _processes(command, _PROCESSES):
            yield _ready(port)


@contextmanager
def postfix(root: Path) -> Iterator[int]:
    """An instance of its own: durable queue, delivery to discard."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    for folder in ("etc", "queue", "data"):
        (root / folder).mkdir(parents=True)
    shutil.chown(root / "data", "postfix")
    (root / "etc" / "main.cf").write_text(_MAIN.format(root=root))
    (root / "etc" / "master.cf").write_text(_MASTER.format(port=port))
    control = ["postfix", "-c", str(root / "etc")]
    subprocess.run([*control, "start"], check=True, stderr=subprocess.DEVNULL)
    try:
        yield _ready(port)
    finally:
        subprocess.run([*control, "abort"], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def _processes(
    command: Sequence[str],
    count: int,
    *,
    fds: tuple[int, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    running = [subprocess.Popen(command, pass_fds=fds, env=environment) for _ in range(count)]
    try:
        time.sleep(3)  # all of them, not only the first that greets
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(15)


def _ready(port: int) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
                if peer.recv(100).startswith(b"220"):
                    return port
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing greets on port {port}")


class _Keeper:
    """The least a door must do: the mail under its hash, file and directory synced."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._directory = os.open(root, os.O_RDONLY)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        if not isinstance(content, bytes):
            raise TypeError("decoded data")
        target = self._root / hashlib.sha256(content).hexdigest()
        fresh = f"{target}.{os.getpid()}"
        with open(fresh, "wb", buffering=0) as file:  # noqa: ASYNC230, PTH123 - inline, as cheap as it gets
            file.write(content)
            os.fsync(file.fileno())
        os.replace(fresh, target)  # noqa: PTH105
        os.fsync(self._directory)
        return "250 OK"


async def _keep(root: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    keeper = _Keeper(root)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=60 << 20, enable_SMTPUTF8=True, loop=loop),
        "127.0.0.1",
        port,
        reuse_port=True,
        backlog=512,
    )
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--yardstick"]:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        asyncio.run(_keep(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        main()
