"""What all connections of one listener share: the way in, the limits, and who is connected."""

import asyncio
import ssl
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from aiosmtpd.smtp import Envelope as SmtpEnvelope
from aiosmtpd.smtp import Session

from gateway import clock, log
from gateway.errors import DeskError, MalformedMessage
from gateway.inbound import replies
from gateway.inbound.accept import Acceptor
from gateway.inbound.limits import IDLE_SECONDS
from gateway.inbound.paths import NULL_PATH
from gateway.inbound.sources import Sources
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store.blobs import Spool
from gateway.store.intake import Source

_log = log.get("inbound")


class Connected(Protocol):
    """A connection, as far as whoever closes the door needs to know it."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be lost if it ended now."""
        ...

    def dismiss(self, answer: str) -> None:
        """Say good-bye and close, unless a mail is being made durable: its sender is told first."""


@dataclass  # no slots: aiosmtpd looks at every member, and __weakref__ of such a class raises before 3.11.4
class Door:
    """aiosmtpd's handler. What takes long happens in `threads`; the loop is never held."""

    settings: Settings
    acceptor: Acceptor
    threads: Executor
    source: Source
    sources: Sources
    tls: ssl.SSLContext | None = None
    idle_seconds: float = IDLE_SECONDS
    sessions: set[Connected] = field(default_factory=set)
    is_closing: bool = False

    async def handle_MAIL(
        self,
        _server: object,
        session: Session,
        envelope: SmtpEnvelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Begin a mail, unless there would be no room for it or its bringer has brought enough."""
        if not self.sources.may_begin(self.source_of(session)):
            _log.info("mail.too_many", source=self.source.value)
            return replies.TOO_MANY_MAILS
        try:
            self.acceptor.check_space()
        except DeskError as error:
            return self.refusal(error)
        envelope.mail_from = address
        return replies.SENDER_OK

    async def handle_RCPT(
        self,
        _server: object,
        _session: Session,
        envelope: SmtpEnvelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take a recipient that is ours."""
        if len(envelope.rcpt_tos) >= self.settings.smtp_max_recipients:
            return replies.TOO_MANY_RECIPIENTS
        try:
            is_known = await self._is_known(address)
        except DeskError as error:
            return self.refusal(error)
        if not is_known:
            return replies.UNKNOWN_RECIPIENT
        envelope.rcpt_tos.append(address)
        return replies.RECIPIENT_OK

    def source_of(self, session: Session) -> str:
        """Whose limits hold for a client, "" for none."""
        peer: Any = session.peer  # declared a text, and a pair of host and port in fact
        return self.sources.of(peer[0] if isinstance(peer, tuple) else "")

    async def keep(self, envelope: Envelope, spool: Spool) -> str:
        """Accept a mail that was received whole; the answer. Goes on when the client has gone."""
        kept = asyncio.get_running_loop().run_in_executor(self.threads, self._keep, envelope, spool)
        return await asyncio.shield(kept)

    async def refuse(self, envelope: Envelope, error: DeskError) -> str:
        """Note that a mail was refused for good, or put off; the answer."""
        if error.smtp.startswith("5"):
            record = partial(self._record, envelope, error)
            await asyncio.get_running_loop().run_in_executor(self.threads, record)
        return self.refusal(error)

    def refusal(self, error: DeskError) -> str:
        """The answer to an expected failure, which is logged."""
        _log.info("mail.refused", source=self.source.value, answer=error.smtp, detail=error.detail)
        return replies.reply_to(error)

    async def _is_known(self, address: str) -> bool:
        if address == NULL_PATH:
            return False
        if self.acceptor.remembered(address) is not None:
            return True
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, self.acceptor.find_recipient, address) is not None

    def _keep(self, envelope: Envelope, spool: Spool) -> str:
        with spool:
            try:
                refs = self.acceptor.accept(envelope, spool, source=self.source, now=clock.now())
            except DeskError as error:
                return self.refusal(error)
            except Exception:  # noqa: BLE001 - the edge
                _log.exception("mail.unforeseen", source=self.source.value)
                return replies.OUR_FAULT
        return replies.kept(refs)

    def _record(self, envelope: Envelope, error: DeskError) -> None:
        """Write the refusal into the ledger; it is given all the same when that fails."""
        reason = "malformed" if isinstance(error, MalformedMessage) else "too-large"
        try:
            self.acceptor.refuse(envelope, source=self.source, reason=reason, now=clock.now())
        except Exception:  # noqa: BLE001 - the refusal stands
            _log.exception("mail.refusal_not_recorded", source=self.source.value)
