"""The LMTP door (RFC 2033): for the mail server next door."""

from gateway.inbound import replies
from gateway.inbound.smtp import SpoolingSMTP
from gateway.mail.envelope import NO_CLIENT, Client, Envelope


class SpoolingLMTP(SpoolingSMTP):
    """SMTP with another greeting, and an answer for each recipient after the data."""

    greeting_word = "LHLO"

    async def smtp_LHLO(self, arg: str | None) -> None:
        """RFC 2033, 4.1."""
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str | None) -> None:
        """Not a command of LMTP."""
        await self._complain(replies.UNKNOWN_COMMAND)

    async def smtp_EHLO(self, arg: str | None) -> None:
        """Not a command of LMTP."""
        await self._complain(replies.UNKNOWN_COMMAND)

    def _client(self) -> Client:
        """The server next door, which has sent nothing itself."""
        return NO_CLIENT

    async def _answer_data(self, answer: str, envelope: Envelope) -> None:
        """RFC 2033, 4.2: in the order of the recipients that were accepted."""
        for _ in envelope.rcpt_tos:
            await self.push(answer)
