"""One source for as long as we hold it: look into its folders, wait for news, look again."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway import log
from gateway.clock import monotonic
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.errors import DeskError
from gateway.inbound.imap import trial
from gateway.inbound.imap.fetching import FolderLook, Office
from gateway.inbound.imap.session import ImapSession, wait_for_news
from gateway.inbound.imap.setbacks import Setbacks
from gateway.inbound.imap.signingin import access_of, keyring_of
from gateway.inbound.imap.stopping import Stopped, Stopper
from gateway.store import imap
from gateway.store.imap import LeasedSource, SourceState, WhenDone
from gateway.store.sealed import Seal
from gateway.store.servers import Trouble
from gateway.store.session import transaction

IDLE_SECONDS = 60.0
"""RFC 2177 wants IDLE begun anew within 29 minutes. Routers forget a silent connection after five, and some
servers never tell: so after a minute we look by ourselves."""

POLL_SECONDS = 1.0
"""How often we ask a server without IDLE: its mails are to be tickets within two seconds, too."""

TRIAL_SECONDS = 60.0
_NOTE_SECONDS = 30.0
_SHORTEST_REST, _LONGEST_REST = timedelta(seconds=2), timedelta(minutes=5)
_LOGIN_REST, _LONGEST_LOGIN_REST = timedelta(minutes=1), timedelta(minutes=15)
_NEEDS_SOMEBODY = {Trouble.LOGIN, Trouble.TOKEN}
_log = log.get("imap")


@dataclass(slots=True)
class Watch:
    """Holds one source; `run` ends when stopped, after a trial, or by a fault, which it notes."""

    office: Office
    source: LeasedSource
    reach: Reach
    seal: Seal
    stopper: Stopper
    setbacks: dict[str, Setbacks]
    _sessions: dict[str, ImapSession] = field(default_factory=dict)
    _noted_at: float = float("-inf")
    _is_well: bool = False

    def run(self, *, once: bool = False) -> Trouble | None:
        """Watch until stopped; with `once`, until nothing new is left. What was wrong, if anything.

        The source is given back at the end, to rest for a while after a fault.
        """
        trouble, rest = None, None
        try:
            trouble = self._work(once=once)
            rest = timedelta(seconds=TRIAL_SECONDS) if self._is_trial else None
        except Stopped:
            pass
        except ServerFault as fault:
            trouble, rest = fault.trouble, self._note(fault)
        except DeskError as error:
            _log.warning("imap.put_off", source=self.source.id, error=type(error).__name__)
            trouble, rest = Trouble.OURS, _SHORTEST_REST
        finally:
            self._close(politely=trouble is None)
            self._give_back(rest)
        return trouble

    @property
    def _is_trial(self) -> bool:
        return self.source.state == SourceState.TRIAL

    def _work(self, *, once: bool) -> Trouble | None:
        if self._is_trial:
            self._try_out()
            return None
        while True:
            has_more, trouble = self._look()
            if has_more:
                continue
            if once:
                return trouble
            self._wait()

    def _try_out(self) -> None:
        counted = trial.count(self.source, lambda: self._session(self.source.folders[0], select=False))
        now = self.office.clock.now()
        with transaction() as db:
            if counted is not None:
                imap.note_trial(db, self.source, *counted, now=now)
            imap.note_checked(db, self.source, now=now)

    def _look(self) -> tuple[bool, Trouble | None]:
        """Each folder in turn: whether one has more, and what was wrong in one of them."""
        has_more = False
        faults: list[ServerFault] = []
        for name in self.source.folders:
            self.stopper.check()
            try:
                session = self._session(name)
                found = FolderLook(
                    self.office, self.source, session, self.setbacks.setdefault(name, Setbacks())
                ).run()
            except ServerFault as fault:
                if fault.trouble is not Trouble.FOLDER or fault.ends_connection:
                    raise
                faults.append(ServerFault(Trouble.FOLDER, name))
                continue
            has_more = has_more or found.has_more
            faults += found.troubles
        self._note_look(faults)
        return has_more, faults[0].trouble if faults else None

    def _wait(self) -> None:
        """For news, by IDLE if the server can; else for a moment."""
        sessions = [session for session in self._sessions.values() if session.selected]
        if not sessions or not all(session.can_idle for session in sessions):
            self.stopper.wait([], POLL_SECONDS if sessions else IDLE_SECONDS)
            for session in sessions:
                session.noop()
            return
        if any(session.has_news for session in sessions):
            return
        for session in sessions:
            session.begin_idle()
        wait_for_news(sessions, self.stopper, IDLE_SECONDS)
        for session in sessions:
            session.end_idle()

    def _session(self, name: str, *, select: bool = True) -> ImapSession:
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = self._sign_in()
        if select and session.selected is None:
            session.select(name, readonly=self.source.when_done == WhenDone.KEEP)
        return session

    def _sign_in(self) -> ImapSession:
        keyring = keyring_of(self.source, seal=self.seal, reach=self.reach, clock=self.office.clock)
        try:
            return ImapSession(access_of(keyring), reach=self.reach, stopper=self.stopper)
        except ServerFault as fault:
            # An access token may be withdrawn before its time.
            if fault.trouble is not Trouble.LOGIN or not keyring.forget_token():
                raise
            return ImapSession(access_of(keyring), reach=self.reach, stopper=self.stopper)
        finally:
            self.source = keyring.account

    def _note_look(self, faults: list[ServerFault]) -> None:
        """That all is well, or what is not: at once when it changes, else every half minute."""
        is_well = not faults
        if is_well is self._is_well and monotonic() - self._noted_at < _NOTE_SECONDS:
            return
        now = self.office.clock.now()
        with transaction() as db:
            if is_well:
                imap.note_checked(db, self.source, now=now)
            else:
                imap.note_trouble(db, self.source, faults[0].trouble, faults[0].detail, now=now)
        self._is_well, self._noted_at = is_well, monotonic()

    def _note(self, fault: ServerFault) -> timedelta:
        """Write the fault down; how long to rest, the longer the longer it has been going on."""
        now: datetime = self.office.clock.now()
        _log.warning("imap.failed", source=self.source.id, trouble=fault.trouble.value)
        since = now
        with suppress(DeskError), transaction() as db:
            since = imap.note_trouble(db, self.source, fault.trouble, fault.detail, now=now)
        if fault.trouble in _NEEDS_SOMEBODY:
            return min(max(_LOGIN_REST, (now - since) / 4), _LONGEST_LOGIN_REST)
        return min(max(_SHORTEST_REST, (now - since) / 4), _LONGEST_REST)

    def _give_back(self, rest: timedelta | None) -> None:
        until = self.office.clock.now() + rest if rest else None
        with suppress(DeskError), transaction() as db:  # else the lease runs out by itself
            imap.release(db, self.source, until=until)

    def _close(self, *, politely: bool) -> None:
        for session in self._sessions.values():
            if politely and not self.stopper.is_set:
                session.close()
            else:
                session.drop()
        self._sessions.clear()
