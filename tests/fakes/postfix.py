"""A real Postfix of one's own on loopback: it relays the desk's mail, delivers to Maildirs, and bounces."""

import os
import pwd
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_MASTER = "127.0.0.1:{port} inet n - n - - smtpd\n" + "".join(
    f"{service} {kind} {private} {unprivileged} n {wakeup} {limit} {command}\n"
    for service, kind, private, unprivileged, wakeup, limit, command in (
        ("cleanup", "unix", "n", "-", "-", "0", "cleanup"),
        ("qmgr", "unix", "n", "-", "300", "1", "qmgr"),
        ("rewrite", "unix", "-", "-", "-", "-", "trivial-rewrite"),
        ("bounce", "unix", "-", "-", "-", "0", "bounce"),
        ("defer", "unix", "-", "-", "-", "0", "bounce"),
        ("trace", "unix", "-", "-", "-", "0", "bounce"),
        ("virtual", "unix", "-", "n", "-", "-", "virtual"),
        ("smtp", "unix", "-", "-", "-", "-", "smtp"),
        ("error", "unix", "-", "-", "-", "-", "error"),
        ("retry", "unix", "-", "-", "-", "-", "error"),
        ("anvil", "unix", "-", "-", "-", "1", "anvil"),
        ("proxymap", "unix", "-", "-", "-", "-", "proxymap"),
        ("postlog", "unix-dgram", "n", "-", "-", "1", "postlogd"),
    )
)
# Unknown users are taken at RCPT, so that the bounce is a mail of Postfix's own.
_MAIN = """compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/queue/log
maillog_file_prefixes = {root}
myhostname = mx.customer.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}
smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = texthash:{root}/users
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
message_size_limit = 60000000
transport_maps = texthash:{root}/transport
minimal_backoff_time = 1s
queue_run_delay = 1s
"""


def missing() -> str:
    """Why there can be no Postfix of one's own here; "" if there can."""
    if program() is None:
        return "there is no Postfix (package postfix)"
    return "" if os.getuid() == 0 else "Postfix must be started by root"


def program() -> str | None:
    """Where Postfix is; in /usr/sbin also for those who have that not in their path."""
    return shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class Greylist:
    """Decides for Postfix at RCPT (its policy protocol): each recipient is put off so many times."""

    times: int = 1
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def decide(self, recipient: str) -> str:
        with self._lock:
            self.asked.append(recipient)
            is_known = self.asked.count(recipient) > self.times
        return "dunno" if is_known else "451 4.7.1 Greylisted, please come again"

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        decide = self.decide

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                asked: dict[str, str] = {}
                for line in self.rfile:
                    name, _, value = line.decode().rstrip("\n").partition("=")
                    if name:
                        asked[name] = value
                        continue
                    self.wfile.write(f"action={decide(asked.get('recipient', ''))}\n\n".encode())
                    asked = {}

        return Handler


@dataclass
class Postfix:
    """Runs while its `with` block lasts: `users` at `domain` have Maildirs, `routes` lead further."""

    users: tuple[str, ...]
    greylist: Greylist
    domain: str = "customer.example"
    routes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="m4a-postfix-"))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> Self:
        self._write()
        self._control("start")
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(subprocess.SubprocessError):
            self._control("stop")
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        path = self.root / "queue" / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def mails(self, user: str) -> list[bytes]:
        """What lies in a user's Maildir, with the trace that Postfix put before each mail."""
        return [path.read_bytes() for path in sorted((self.root / "mail" / user / "new").glob("*"))]

    def route(self, domain: str, port: int) -> None:
        """Mail for another domain goes to this port of this machine."""
        self.routes[domain] = port
        self._write_routes()
        self._control("reload")

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as peer:
            return peer.recv(4) == b"220 "
        return False

    def _write(self) -> None:
        owner = pwd.getpwnam("postfix")
        self.root.chmod(0o755)  # its parts run as another user
        for name in ("queue", "data", "mail"):
            (self.root / name).mkdir()
        for name in ("data", "mail"):
            os.chown(self.root / name, owner.pw_uid, owner.pw_gid)
        (self.root / "users").write_text("".join(f"{u}@{self.domain} {u}/\n" for u in self.users))
        self._write_routes()
        (self.root / "master.cf").write_text(_MASTER.format(port=self.port))
        (self.root / "main.cf").write_text(
            _MAIN.format(
                root=self.root,
                domain=self.domain,
                policy=self.greylist.port,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
            )
        )

    def _write_routes(self) -> None:
        lines = [f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in self.routes.items()]
        (self.root / "transport").write_text("".join(lines))

    def _control(self, word: str) -> None:
        executable = program()
        assert executable is not None, "the tests need the package postfix"
        command = [executable, "-c", str(self.root), word]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{done.stderr}\n{self.log}"
