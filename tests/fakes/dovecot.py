"""A real Dovecot of one's own on loopback: its users, its mails, its certificate, with or without IDLE."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from imaplib import IMAP4, Time2Internaldate
from pathlib import Path
from typing import Self

from tests.fakes.authority import Authority

USER, PASSWORD = "help@ours.example", "imap secret"

_CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_login_user = {login}
{group}
mail_location = maildir:{root}/mail/%n
namespace inbox {{
  inbox = yes
  separator = /
}}
first_valid_uid = 0
first_valid_gid = 0
disable_plaintext_auth = no
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
{tls}
{capability}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
{oauth}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={root}/mail/%n
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  {chroot}
}}
"""
_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2.conf
}}
"""
_OAUTH_CONFIG = """
introspection_mode = auth
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


def program() -> str | None:
    """Where Dovecot is; in /usr/sbin also for those who have that not in their path."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class Dovecot:
    """Runs while its `with` block lasts. `introspection_url` knows tokens; `authority` gives it TLS."""

    has_idle: bool = True
    authority: Authority | None = None
    introspection_url: str = ""
    users: Mapping[str, str] = field(default_factory=lambda: {USER: PASSWORD})

    def __post_init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="m4a-dovecot-"))
        self.port, self.tls_port = _free_port(), _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._write()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def log(self) -> str:
        path = self.root / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        executable = program()
        assert executable is not None, "the tests need the package dovecot-imapd"
        self._process = subprocess.Popen([executable, "-F", "-c", str(self.root / "conf")])
        deadline = time.monotonic() + 20
        while not self._answers():
            if time.monotonic() > deadline:
                self.stop()
                raise AssertionError(self.log)
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def client(self, user: str = USER) -> IMAP4:
        """Signed in, for a test to look or to put mails in."""
        client = IMAP4("127.0.0.1", self.port)
        client.login(user, self.users[user])
        return client

    def append(self, *raws: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into a folder, which is made if need be."""
        moment = Time2Internaldate(at or time.time())
        with self.client() as client:
            if folder != "INBOX":
                client.create(f'"{folder}"')
            for raw in raws:
                answer, said = client.append(f'"{folder}"', "", moment, raw)
                assert answer == "OK", said

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """What FETCH says of each mail's flags."""
        with self.client() as client:
            _, said = client.select(f'"{folder}"', readonly=True)
            if said == [b"0"]:
                return []
            _, found = client.fetch("1:*", "(FLAGS)")
            return [line for line in found if isinstance(line, bytes)]

    def seen(self, folder: str = "INBOX") -> int:
        return sum(b"\\Seen" in line for line in self.flags(folder))

    def count(self, folder: str = "INBOX") -> int:
        with self.client() as client:
            answer, said = client.select(f'"{folder}"', readonly=True)
            return int(said[0] or 0) if answer == "OK" else -1

    def fill(self, raws: list[bytes]) -> None:
        """Lay many mails into INBOX at once, as a delivery does."""
        folder = self.maildir / "new"
        stamp = int(time.time())
        for number, raw in enumerate(raws):
            path = folder / f"{stamp}.M{number:06}.test"
            path.write_bytes(raw)
            self._give(path)

    def forget_uids(self) -> None:
        """What an administrator does who moves a mailbox: all UIDs are new, under a new UIDVALIDITY."""
        self.stop()
        for path in self.maildir.glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is made of the second
        self.start()

    @property
    def maildir(self) -> Path:
        return self.root / "mail" / USER.partition("@")[0]

    def _answers(self) -> bool:
        with suppress(OSError, IMAP4.error):
            self.client().logout()
            return True
        return False

    def _write(self) -> None:
        self.root.chmod(0o755)  # its sign-in runs as another user
        for name in ("run", "state", "mail"):
            (self.root / name).mkdir()
        (self.root / "users").write_text("".join(f"{u}:{{PLAIN}}{p}\n" for u, p in self.users.items()))
        (self.root / "oauth2.conf").write_text(_OAUTH_CONFIG.format(url=self.introspection_url))
        (self.root / "conf").write_text(self._config())
        for part in ("cur", "new", "tmp"):
            (self.maildir / part).mkdir(parents=True)
        for path in ((self.root / "mail"), *(self.root / "mail").rglob("*")):
            self._give(path)

    def _config(self) -> str:
        is_root = os.getuid() == 0
        me = getpass.getuser()
        owner = pwd.getpwnam("dovecot" if is_root else me)
        idle = "imap_capability =\n" if self.has_idle else f"imap_capability = {_WITHOUT_IDLE}\n"
        return _CONFIG.format(
            root=self.root,
            internal="dovecot" if is_root else me,
            login="dovenull" if is_root else me,
            group="" if is_root else f"default_internal_group = {os.getgid()}",
            chroot="" if is_root else "chroot =",
            owner=owner.pw_uid,
            owner_group=owner.pw_gid,
            port=self.port,
            tls_port=self.tls_port if self.authority else 0,
            tls=self._tls(),
            capability=idle if not self.has_idle else "",
            oauth=_OAUTH.format(root=self.root) if self.introspection_url else "",
        )

    def _tls(self) -> str:
        if self.authority is None:
            return "ssl = no"
        cert, key = self.authority.server
        return f"ssl = yes\nssl_cert = <{cert}\nssl_key = <{key}"

    def _give(self, path: Path) -> None:
        if os.getuid() == 0:
            owner = pwd.getpwnam("dovecot")
            os.chown(path, owner.pw_uid, owner.pw_gid)


_WITHOUT_IDLE = "IMAP4rev1 LITERAL+ UIDPLUS MOVE NAMESPACE AUTH=PLAIN"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
