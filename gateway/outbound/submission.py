"""Sending through the outgoing servers, over sessions kept open from one mail to the next."""

import smtplib
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
        self._relay_url = relay_url
        self._ehlo_name = ehlo_name
        self._timeouts = timeouts or Timeouts()
        self._sessions: OrderedDict[Relay, tuple[Connection, float]] = OrderedDict()
        self._resting: dict[Relay, tuple[float, str]] = {}

    def send(
        self,
        envelope: Envelope,
        raw: bytes,
        *,
        relay_url: str = "",
        has_time_for: Callable[[float], bool],
        on_accepted: Callable[[str], None],
    ) -> Outcome:
        """Hand one mail for one recipient to the mailbox's own server, or else to the installation's.

        `has_time_for(seconds)` is asked right before DATA and before the final dot; `on_accepted(answer)`
        runs right after the final 250, before any further command, and must not raise. A kept session that
        turns out dead before DATA is replaced once by a fresh one. A server that kept us waiting in vain is
        not asked again for a while: the mails of others wait behind its own.
        """
        (rcpt_to,) = envelope.rcpt_tos
        try:
            sender = writable_address(envelope.mail_from) if envelope.mail_from else ""
            message = Message(sender, writable_address(rcpt_to), raw)
        except Invalid as error:
            return Failed(error.public)
        url = relay_url or self._relay_url
        if not url:
            return _NO_RELAY
        return self._unless_resting(parse_relay_url(url), _Handover(message, has_time_for, on_accepted))

    def close(self) -> None:
        """Say goodbye to every server."""
        while self._sessions:
            self._sessions.popitem()[1][0].quit()

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
                fresh = Connection(relay, ehlo_name=self._ehlo_name, timeouts=self._timeouts)
                outcome = self._on(fresh, relay, handover)
        except (Lost, Refused, OSError, smtplib.SMTPException) as error:
            return Deferred(describe(error))
        return outcome

    def _on_kept(self, relay: Relay, handover: "_Handover") -> Outcome | None:
        """Send over the session that is still open; None if there is none or it had died meanwhile."""
        connection, used_at = self._sessions.pop(relay, (None, 0.0))
        if connection is None:
            return None
        if clock.monotonic() - used_at > IDLE_SECONDS:
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
        self._sessions[relay] = (connection, clock.monotonic())
        if len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)[1][0].drop()


@dataclass(frozen=True, slots=True)
class _Handover:
    """One mail to be handed over, with who is asked before and told after."""

    message: Message
    has_time_for: Callable[[float], bool]
    on_accepted: Callable[[str], None]
