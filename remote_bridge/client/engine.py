"""Runs a session on a thread of its own: the main thread belongs to the face."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from remote_bridge.client import acts
from remote_bridge.client.acts import Act
from remote_bridge.client.desk import OpenDesk
from remote_bridge.client.desks import StopKey, TakeStopKey
from remote_bridge.client.face.face import Face
from remote_bridge.client.grant import Grant
from remote_bridge.client.links import BadLink, Link, find_relay
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.session import Session
from remote_bridge.client.transport import Refused, Transport
from remote_bridge.protocol.hello import Way

_ENCODERS = 2
_END_SECONDS = 5.0


class Engine:
    """`start` once the face is there; acts from any thread, also before."""

    def __init__(
        self,
        link: Link,
        open_desk: OpenDesk,
        take_stop_key: TakeStopKey,
        downloads: Path,
        *,
        way: Way = Way.CLIENT,
        grant: Grant | None = None,
    ) -> None:
        self._way, self._grant = way, grant
        self._link, self._open_desk, self._downloads = link, open_desk, downloads
        self._take_stop_key = take_stop_key
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None
        self._main: asyncio.Task[None] | None = None
        self.failure: str | None = None
        self.failed_by = ""
        """The kind of the failure, for a report: no word of anybody's."""

    def start(self, face: Face) -> None:
        """Connect, and keep the face informed."""
        self._thread = threading.Thread(target=self._run, args=(face,), name="session", daemon=True)
        self._thread.start()

    def act(self, act: Act) -> None:
        """What the customer does; nothing if the session is over."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._act, act)

    @property
    def has_begun(self) -> bool:
        """Whether the relay has ever let us in."""
        return self._session is not None and self._session.has_begun

    def regrant(self) -> None:
        """What is granted without asking has changed; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._regrant)

    def _regrant(self) -> None:
        if self._session is not None and self._session.has_begun:
            self._session.regrant()

    def stop(self) -> None:
        """The face is gone: whatever runs is over; waits until it is."""
        self.act(acts.End())
        if self._thread is not None:
            self._thread.join(_END_SECONDS)

    def _act(self, act: Act) -> None:
        if self._session is not None and self._session.has_begun:
            self._session.act(act)
        elif isinstance(act, acts.End) and self._main is not None:
            self._main.cancel()

    def _run(self, face: Face) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._main = self._loop.create_task(self._keep(face))
                self._loop.run_until_complete(self._main)
        except (BadLink, Refused, ScreenUnavailable) as error:
            self.failure, self.failed_by = str(error), type(error).__name__
            face.fail(self.failure)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _keep(self, face: Face) -> None:
        # Before anything of this computer is touched: without a support desk no key is to be taken.
        answers = [await asyncio.to_thread(find_relay, self._link)]

        def find() -> str:
            return answers.pop() if answers else find_relay(self._link)

        key: StopKey | None = None
        with ThreadPoolExecutor(_ENCODERS, "encoder") as pool:
            secret = self._link.secret
            session = Session(
                secret.link_key(),
                self._open_desk,
                face.show,
                self._downloads,
                pool,
                desk=urlsplit(self._link.base_url).netloc,
                grant=self._grant,
            )
            self._session = session
            try:
                key = self._take_stop_key(lambda: session.act(acts.End()))
                await Transport(find, secret, session, way=self._way).run()
            finally:
                session.end(None)
                if key is not None:
                    key.close()
