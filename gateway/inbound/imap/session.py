"""One signed-in connection to an IMAP server (RFC 9051), one folder open in it; each call within bounds.

Into a command go numbers, flags, and the names that an admin typed, which have no line ends. Never anything
that a mail says.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from imapclient import DELETED, SEEN

from gateway.desk.servers import reach as reaching
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.inbound.imap.guarded import GuardedClient
from gateway.inbound.imap.stopping import Stopped, Stopper
from gateway.store.servers import Auth, Security, Trouble

BLOCK_BYTES = 256 * 1024
"""A mail is fetched in pieces of this size."""

_ANSWER_BYTES = 1024 * 1024
_LIST_BYTES = 16 * 1024 * 1024
_GOODBYE_SECONDS = 2.0
_ITEM_BYTES = 1024  # what surrounds a literal in the answer
_THREAD_FIELDS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES)]<0.8192>"
_THREAD_BYTES = 8192
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Access:
    """Whom to talk to, and as whom; `secret` is the password, or the access token of XOAUTH2."""

    host: str
    port: int
    security: Security
    auth: Auth
    username: str
    secret: str


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as it was opened."""

    name: str
    uidvalidity: int
    uidnext: int
    mails: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of a mail before it is fetched; `arrived_at` is its INTERNALDATE."""

    size_bytes: int
    arrived_at: datetime | None


class ImapSession:
    """Signed in once made. Every call may raise ServerFault, and Stopped when told to stop."""

    def __init__(self, access: Access, *, reach: Reach, stopper: Stopper) -> None:
        self._reach, self._stopper = reach, stopper
        self.selected: Selected | None = None
        is_plain = access.security is Security.PLAIN
        connected = reaching.connect(access.host, access.port, reach, needs_loopback=is_plain)
        if access.security is Security.TLS:
            connected = reaching.protect(connected, access.host, reach)
        try:
            with translated():
                self._client = GuardedClient(connected, access.host, reach, stopper)
        except BaseException:
            connected.close()
            raise
        try:
            with self._bounded():
                if access.security is Security.STARTTLS:
                    self._protect()
                self._sign_in(access)
        except BaseException:
            self.drop()
            raise

    @property
    def can_idle(self) -> bool:
        """RFC 2177."""
        return self._has("IDLE")

    def select(self, name: str, *, readonly: bool) -> Selected:
        """Open a folder; FOLDER if there is none. `readonly` leaves every mark as it is."""
        with self._bounded(said=Trouble.FOLDER):
            found = self._open(name, readonly=readonly)
            selected = Selected(
                name, _number(found, b"UIDVALIDITY"), int(found.get(b"UIDNEXT", 0)), _number(found, b"EXISTS")
            )
        if not selected.uidnext:  # RFC 9051, 6.3.2 wants it; some old servers answer it to STATUS only
            selected = Selected(name, selected.uidvalidity, self.status(name).uidnext, selected.mails)
        self.selected = selected
        return selected

    def status(self, name: str) -> Selected:
        """A folder without opening it."""
        with self._bounded(said=Trouble.FOLDER):
            found = self._client.folder_status(name, ["UIDVALIDITY", "UIDNEXT", "MESSAGES"])
            return Selected(name, *(_number(found, key) for key in (b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES")))

    def list_uids(self, first: int, *, since: date | None = None) -> list[int]:
        """All UIDs from `first` on, ascending; with `since`, of mails that arrived that day or later."""
        self._client.dialogue.has_news = False
        with self._bounded(most_bytes=_LIST_BYTES):
            terms: list[Any] = ["UID", f"{first}:*", *(["SINCE", since] if since else [])]
            # "n:*" always names the last mail, also when n is beyond it (RFC 9051, 6.4.8).
            return sorted({uid for uid in self._client.search(terms) if first <= uid < 2**32})

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """Size and arrival of those of the mails that are there."""
        with self._bounded():
            found = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return {
            uid: Facts(item[b"RFC822.SIZE"], _moment(item.get(b"INTERNALDATE")))
            for uid, item in found.items()
            if uid in set(uids) and isinstance(item.get(b"RFC822.SIZE"), int)
        }

    def read(self, uids: Sequence[int], offset: int = 0) -> dict[int, bytes]:
        """The block at `offset` of each of the mails; a mail that ends before it has an empty one."""
        most = len(uids) * (BLOCK_BYTES + _ITEM_BYTES)
        with self._bounded(most_bytes=most):
            found = self._client.fetch(uids, [f"BODY.PEEK[]<{offset}.{BLOCK_BYTES}>"])
        return _bodies(found, uids, BLOCK_BYTES)

    def read_threads(self, uids: Sequence[int]) -> list[bytes]:
        """The header fields by which each of the mails hangs together with others."""
        with self._bounded(most_bytes=len(uids) * (_THREAD_BYTES + _ITEM_BYTES)):
            found = self._client.fetch(uids, [_THREAD_FIELDS])
        return list(_bodies(found, uids, _THREAD_BYTES).values())

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Set the Seen flag."""
        with self._bounded(said=Trouble.MARKING):
            self._client.add_flags(uids, [SEEN], silent=True)

    def delete(self, uids: Sequence[int]) -> None:
        """Delete; where the server cannot expunge single mails (RFC 4315), they stay marked as deleted.

        A plain EXPUNGE would take along what somebody else has marked.
        """
        with self._bounded(said=Trouble.MARKING):
            self._client.add_flags(uids, [DELETED], silent=True)
            if self._has("UIDPLUS"):
                self._client.uid_expunge(uids)

    def move(self, uids: Sequence[int], target: str) -> None:
        """Move (RFC 6851), or copy and delete; the target is made if there is none."""
        try:
            self._move(uids, target)
        except ServerFault as fault:
            if fault.ends_connection:
                raise
            with self._bounded(said=Trouble.MARKING):
                self._client.create_folder(target)
            self._move(uids, target)

    def _move(self, uids: Sequence[int], target: str) -> None:
        with self._bounded(said=Trouble.MARKING):
            if self._has("MOVE"):
                self._client.move(uids, target)
                return
            self._client.copy(uids, target)
        self.delete(uids)

    @property
    def has_news(self) -> bool:
        """Whether the server told of mails since they were last listed; IDLE will not tell it again."""
        return self._client.dialogue.has_news

    def begin_idle(self) -> None:
        """The server tells of news until `end_idle`; where `can_idle` is false, PROTOCOL."""
        with self._bounded():
            if not self.can_idle:  # also has the library ask for capabilities before, not in the midst of it
                raise ServerFault(Trouble.PROTOCOL)
            self._client.idle()

    def end_idle(self) -> None:
        """Back to commands."""
        with self._bounded():
            self._client.idle_done()

    def noop(self) -> None:
        """Ask for news."""
        with self._bounded():
            self._client.noop()

    def close(self) -> None:
        """Say goodbye if the server listens, and close."""
        with (
            suppress(ServerFault, Stopped),
            translated(),
            self._client.dialogue.bounded(most_bytes=_ANSWER_BYTES, seconds=_GOODBYE_SECONDS),
        ):
            self._client.logout()
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        with suppress(OSError):
            self._client.shutdown()

    def _open(self, name: str, *, readonly: bool) -> dict[bytes, Any]:
        try:
            found: dict[bytes, Any] = self._client.select_folder(name, readonly=readonly)
        except self._client.ReadOnlyError:  # then marking will fail, and say so
            found = self._client.select_folder(name, readonly=True)
        return found

    def _protect(self) -> None:
        if self._client.dialogue.state != "NONAUTH" or not self._has("STARTTLS"):
            raise ServerFault(Trouble.NO_TLS)  # signed in before TLS: somebody in between wants our mail
        self._client.starttls()

    def _sign_in(self, access: Access) -> None:
        if _CONTROL.search(access.username) or _CONTROL.search(access.secret):
            raise ServerFault(Trouble.LOGIN)
        try:
            self._authenticate(access)
        except ServerFault:
            raise
        except (self._client.Error, UnicodeError) as error:
            if isinstance(error, self._client.AbortError):
                raise
            said = str(error).replace(access.secret, "***")
            raise ServerFault(Trouble.LOGIN, _answer(said)) from None

    def _authenticate(self, access: Access) -> None:
        if access.auth is Auth.XOAUTH2:
            first = iter([f"user={access.username}\x01auth=Bearer {access.secret}\x01\x01"])
            # A refusal comes as a challenge, which wants an empty answer before the NO.
            self._client.sasl_login("XOAUTH2", lambda _challenge: next(first, ""))
        elif self._has("AUTH=PLAIN"):
            self._client.plain_login(access.username, access.secret)
        elif self._has("LOGINDISABLED"):
            raise ServerFault(Trouble.NO_TLS)
        else:
            self._client.login(access.username, access.secret)

    def _has(self, capability: str) -> bool:
        return bool(self._client.has_capability(capability))

    @contextmanager
    def _bounded(
        self, *, most_bytes: int = _ANSWER_BYTES, said: Trouble = Trouble.PROTOCOL
    ) -> Iterator[None]:
        """`said` is what a refusal by the server means here."""
        limits = self._client.dialogue.bounded(most_bytes=most_bytes, seconds=2 * self._reach.read_seconds)
        with translated(said), limits:
            yield

    @property
    def dialogue(self) -> Any:
        """What is underneath, for those who wait for several sessions at once."""
        return self._client.dialogue


def wait_for_news(sessions: Iterable[ImapSession], stopper: Stopper, seconds: float) -> None:
    """Until one of the servers says something, at most `seconds`; raises Stopped."""
    dialogues = [session.dialogue for session in sessions]
    if not any(dialogue.has_unread for dialogue in dialogues):
        stopper.wait([dialogue.sock for dialogue in dialogues], seconds)


@contextmanager
def translated(said: Trouble = Trouble.PROTOCOL) -> Iterator[None]:
    """Whatever the library raises as ServerFault: a server can make it stumble in any way it likes."""
    try:
        yield
    except (ServerFault, Stopped):
        raise
    except GuardedClient.AbortError as error:
        gone = "EOF" in str(error) or "socket error" in str(error)
        raise ServerFault(Trouble.DROPPED if gone else Trouble.PROTOCOL) from None
    except GuardedClient.Error as error:
        raise ServerFault(said, _answer(str(error)), ends_connection=False) from None
    except TimeoutError:
        raise ServerFault(Trouble.TIMEOUT) from None
    except OSError:
        raise ServerFault(Trouble.DROPPED) from None
    except Exception as error:  # noqa: BLE001 - see above
        raise ServerFault(Trouble.PROTOCOL, type(error).__name__) from None


def _bodies(found: dict[int, dict[bytes, Any]], uids: Sequence[int], most: int) -> dict[int, bytes]:
    """The one body that was asked for of each mail; none for those the server said nothing of."""
    wanted = set(uids)
    bodies: dict[int, bytes] = {}
    for uid, item in found.items():
        for key, value in item.items():
            if uid in wanted and key.startswith(b"BODY["):
                bodies[uid] = _as_bytes(value)
    if any(len(body) > most for body in bodies.values()):
        raise ServerFault(Trouble.TOO_MUCH)
    return bodies


def _as_bytes(value: object) -> bytes:
    """A body as the library's parser gives it: a short one of digits comes as a number, NIL as None."""
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode()


def _number(found: dict[bytes, Any], key: bytes) -> int:
    value = found.get(key)
    if not isinstance(value, int) or not 0 <= value < 2**63:
        raise ServerFault(Trouble.PROTOCOL, f"no {key.decode()}")
    return value


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _answer(text: str) -> str:
    """What the server said, without what the library puts around it."""
    said = re.search(r"b?['\"](.+?)['\"]\]?$", text)
    return said[1] if said else text.rpartition(": ")[2]
