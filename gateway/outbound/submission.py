"""Sending through the outgoing servers, over sessions kept open from one mail to the next."""

import smtplib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway import clock
from gateway.errors import Invalid
from gateway.mail.addressing import writable_address
from gateway.mail.envelope import Envelope
from gateway.outbound.connection import Connection, Lost, Message
from gateway.outbound.opening import Refused, Timeouts, describe
from gateway.outbound.relayurl import Relay, parse_relay_url
from gateway.rules.retry import Deferred, Failed, Outcome

MAX_SESSIONS = 8
IDLE_SECONDS = 60.0
ACCOUNT_IDLE_SECONDS = 1.0
"""How long a session with a mailbox's own server is kept: its few connections are for all processes."""
SLOW_SECONDS = 5.0
"""A server that put a mail off after keeping us waiting for so long rests."""
REST_SECONDS = 60.0
"""The shortest rest; a longer wait makes one as long: no server takes more than half of the time."""
_NO_RELAY = Deferred("No outgoing mail server is configured.", pause=timedelta(seconds=60))


class Sender:
    """Sends mails one after another; `relay_url` is the installation's outgoing server, "" if it has none.

    Not for several threads at once.
    """

    def __init__(self, *, relay_url: str, ehlo_name: str, timeouts: Timeouts | None = None) -> None:
        self.relay = parse_relay_url(relay_url) if relay_url else None
        self.ehlo_name = ehlo_name
        self._timeouts = timeouts or Timeouts()
        self._sessions: OrderedDict[Relay, _Kept] = OrderedDict()
        self._lock = threading.Lock()  # for the sessions: some are ended by a timer
        self._resting: dict[Relay, tuple[float, str]] = {}
        self._offers: dict[Relay, int] = {}

    def send(
        self,
        envelope: Envelope,
        raw: bytes,
        *,
        account: Relay | None = None,
        has_time_for: Callable[[float], bool],
        on_accepted: Callable[[str], None],
    ) -> Outcome:
        """Hand one mail for one recipient to the server of the mailbox's `account`, or the installation's.

        `has_time_for(seconds)` is asked right before DATA and before the final dot; `on_accepted(answer)`
        runs right after the final 250, before any further command, and must not raise. A kept session that
        turns out dead before DATA is replaced once by a fresh one. A server that kept us waiting in vain is
        not asked again for a while: the mails of others wait behind its own. ServerFault: with the server of
        an account no session comes about.
        """
        (rcpt_to,) = envelope.rcpt_tos
        try:
            sender = writable_address(envelope.mail_from) if envelope.mail_from else ""
            message = Message(sender, writable_address(rcpt_to), raw)
        except Invalid as error:
            return Failed(error.public)
        relay = account or self.relay
        if relay is None:
            return _NO_RELAY
        return self._unless_resting(relay, _Handover(message, has_time_for, on_accepted))

    def keeps(self, relay: Relay) -> bool:
        """Whether a session with this server is open."""
        with self._lock:
            return relay in self._sessions

    def take_offer(self, relay: Relay) -> int | None:
        """The largest mail that the server takes (0: any), if it has been greeted since this was asked."""
        return self._offers.pop(relay, None)

    def close(self) -> None:
        """Say goodbye to every server."""
        while (kept := self._pop_oldest()) is not None:
            kept.connection.quit()

    def _unless_resting(self, relay: Relay, handover: "_Handover") -> Outcome:
        began_at = clock.monotonic()
        until, answer = self._resting.get(relay, (began_at, ""))
        if began_at < until:
            return Deferred(answer)
        self._resting.pop(relay, None)
        outcome = self._over(relay, handover)
        ended_at = clock.monotonic()
        if isinstance(outcome, Deferred) and ended_at - began_at >= SLOW_SECONDS:
            self._resting[relay] = ended_at + max(REST_SECONDS, ended_at - began_at), outcome.answer
        return outcome

    def _over(self, relay: Relay, handover: "_Handover") -> Outcome:
        try:
            outcome = self._on_kept(relay, handover)
            if outcome is None:
                fresh = Connection(relay, ehlo_name=self.ehlo_name, timeouts=self._timeouts)
                self._offers[relay] = fresh.max_message_bytes
                outcome = self._on(fresh, relay, handover)
        except (Lost, Refused, OSError, smtplib.SMTPException) as error:
            return Deferred(describe(error))
        return outcome

    def _on_kept(self, relay: Relay, handover: "_Handover") -> Outcome | None:
        """Send over the session that is still open; None if there is none or it had died meanwhile."""
        with self._lock:
            kept = self._sessions.pop(relay, None)
        if kept is None:
            return None
        kept.stop_timer()
        connection = kept.connection
        if clock.monotonic() - kept.used_at > IDLE_SECONDS:
            connection.drop()
            return None
        try:
            return self._on(connection, relay, handover)
        except Lost:
            return None

    def _on(self, connection: Connection, relay: Relay, handover: "_Handover") -> Outcome:
        outcome = connection.send(
            handover.message, has_time_for=handover.has_time_for, on_accepted=handover.on_accepted
        )
        if connection.is_open:
            self._keep(relay, connection)
        return outcome

    def _keep(self, relay: Relay, connection: Connection) -> None:
        timer = None
        if relay.reach is not None:
            timer = threading.Timer(ACCOUNT_IDLE_SECONDS, self._expire, (relay,))
            timer.daemon = True
        with self._lock:
            self._sessions[relay] = _Kept(connection, clock.monotonic(), timer)
            is_crowded = len(self._sessions) > MAX_SESSIONS
        if timer is not None:
            timer.start()
        if is_crowded and (oldest := self._pop_oldest()) is not None:
            oldest.connection.drop()

    def _pop_oldest(self) -> "_Kept | None":
        with self._lock:
            kept = self._sessions.popitem(last=False)[1] if self._sessions else None
        if kept is not None:
            kept.stop_timer()
        return kept

    def _expire(self, relay: Relay) -> None:
        """End a session that nobody has used for a while; runs in its timer, and for that one alone."""
        with self._lock:
            kept = self._sessions.get(relay)
            if kept is None or kept.timer is not threading.current_thread():
                return
            del self._sessions[relay]
        kept.connection.quit()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A session that is open; it has a timer where the server is a mailbox's own."""

    connection: Connection
    used_at: float
    timer: threading.Timer | None

    def stop_timer(self) -> None:
        """It is in use, or ended by another."""
        if self.timer is not None:
            self.timer.cancel()


@dataclass(frozen=True, slots=True)
class _Handover:
    """One mail to be handed over, with who is asked before and told after."""

    message: Message
    has_time_for: Callable[[float], bool]
    on_accepted: Callable[[str], None]
