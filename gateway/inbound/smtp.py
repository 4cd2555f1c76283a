"""The SMTP door: mail for mailboxes of ours, from anybody."""

from gateway.errors import DeskError, MalformedMessage, TooLarge
from gateway.inbound import networks, replies
from gateway.inbound.conversation import Conversation
from gateway.inbound.dotted import DottedData
from gateway.inbound.limits import BLOCK_BYTES
from gateway.inbound.paths import NULL_PATH, read_path
from gateway.mail.envelope import NO_CLIENT, Client, Envelope
from gateway.store.blobs import Spool


class SpoolingSMTP(Conversation):
    """Data goes to a spool file block by block; a 250 after it means that the mail is durable.

    aiosmtpd reads data by lines, refuses long ones, and holds a mail in memory.
    """

    greeting_word = "EHLO"

    async def smtp_HELO(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.1."""
        await self._greet(arg, extended=False)

    async def smtp_EHLO(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.1; AUTH is not on offer: we take mail for our own mailboxes only."""
        await self._greet(arg, extended=True)

    async def _greet(self, name: str | None, *, extended: bool) -> None:
        if not name or self.session is None:
            await self.push(replies.BAD_ARGUMENT)
            return
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session.extended_smtp = extended
        self.session.host_name = name
        lines = [self.hostname, *(self._extensions() if extended else ())]
        for line in lines[:-1]:
            self._say(f"250-{line}")
        self._say(f"250 {lines[-1]}")

    def _extensions(self) -> list[str]:
        tls = ["STARTTLS"] if self.tls_context is not None and self._tls_protocol is None else []
        size = f"SIZE {self._door.settings.max_message_bytes}"
        return ["PIPELINING", size, *tls, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "HELP"]

    async def check_helo_needed(self, helo: str = "") -> bool:
        """Whether the client has yet to greet; it is told."""
        return await super().check_helo_needed(helo or self.greeting_word)

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """RFC 3207; aiosmtpd forgets all that came before, also what was sent in plain text behind it."""
        if self._tls_protocol is not None:
            await self.push(replies.NOT_IMPLEMENTED)
        else:
            await super().smtp_STARTTLS(arg or "")

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Not on offer."""
        await self.push(replies.NOT_IMPLEMENTED)

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Nobody learns here which addresses there are."""
        await self.push(replies.CANNOT_VERIFY if arg else replies.BAD_ARGUMENT)

    async def smtp_HELP(self, arg: str | None) -> None:
        """Points to the standard."""
        await self.push(replies.HELP)

    async def smtp_QUIT(self, arg: str | None) -> None:
        """Good-bye."""
        await self._end(replies.BYE)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return read_path(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.4: 354 only when there is somewhere to put it, 250 only when it is safe."""
        envelope, answer = self._complete_envelope(arg)
        if envelope is None:
            await self.push(answer)
            return
        try:
            spool = self._door.acceptor.spool()
        except DeskError as error:
            await self.push(self._door.refusal(error))
            return
        try:
            await self._take(envelope, spool)
        finally:
            self._set_post_data_state()  # type: ignore[no-untyped-call]

    def _complete_envelope(self, arg: str | None) -> tuple[Envelope | None, str]:
        """What was said so far, or None and the answer that says what is missing."""
        said = self.envelope
        if arg:
            return None, replies.BAD_ARGUMENT
        if said is None or not said.mail_from:
            return None, replies.MAIL_FIRST
        if not said.rcpt_tos:
            return None, replies.NO_RECIPIENTS
        mail_from = "" if said.mail_from == NULL_PATH else said.mail_from
        return Envelope(mail_from, tuple(said.rcpt_tos), self._client()), ""

    def _client(self) -> Client:
        """Who is at the other end: what SPF goes by."""
        if self.session is None:
            return NO_CLIENT
        peer: object = self.session.peer
        host = peer[0] if isinstance(peer, tuple) and peer else ""
        helo = "".join(char if "!" <= char <= "~" else "?" for char in self.session.host_name or "")
        return Client(networks.plain(host), helo)

    async def _take(self, envelope: Envelope, spool: Spool) -> None:
        """Receive a mail, then keep or refuse it."""
        await self.push(replies.SEND_DATA)
        try:
            refused = await self._receive(spool)
        except BaseException:
            spool.discard()
            raise
        self._is_keeping = True
        try:
            if refused is None:
                answer = await self._door.keep(envelope, spool)
            else:
                spool.discard()
                answer = await self._door.refuse(envelope, refused)
        finally:
            self._is_keeping = False
        self._reset_timeout()
        await self._answer_data(answer, envelope)

    async def _answer_data(self, answer: str, envelope: Envelope) -> None:
        await self.push(answer)

    async def _receive(self, spool: Spool) -> DeskError | None:
        """Everything up to the final dot goes into the spool; why it cannot be taken, if so."""
        self._is_receiving = True
        data, refused = DottedData(), None
        while not data.ended:
            block = await self._reader.read(BLOCK_BYTES)
            if not block:
                raise ConnectionResetError("gone in the middle of data")
            self._reset_timeout()
            content = data.feed(block)
            if refused is None:
                refused = self._spool(spool, content, is_malformed=data.is_malformed)
        self._unread[:0] = data.rest
        self._is_receiving = False
        return refused

    def _spool(self, spool: Spool, content: bytes, *, is_malformed: bool) -> DeskError | None:
        if is_malformed:
            return MalformedMessage(detail="bare CR or LF")
        if spool.size_bytes + len(content) > self._door.settings.max_message_bytes:
            return TooLarge(detail="while reading")
        try:
            spool.write(content)
        except DeskError as error:
            return error
        return None
