"""Sending mail as a patient mail server does: until the door says 250 or refuses for good."""

import smtplib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

Address = Callable[[], tuple[str, int]]
"""Where the door is now."""

_RETRY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Mail:
    """An envelope with its content."""

    rcpt_tos: tuple[str, ...]
    raw: bytes
    mail_from: str = "sender@customer.example"
    lmtp: bool = False


@dataclass
class Post:
    """Sends mails over several connections at once; counts what the door said."""

    smtp: Address
    lmtp: Address
    connections: int = 8
    give_up_seconds: float = 120.0
    offered: int = 0
    put_off: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def send(self, mails: Iterable[Mail]) -> None:
        """Send all; returns when each is accepted or refused for good."""
        waiting: SimpleQueue[Mail] = SimpleQueue()
        for mail in mails:
            waiting.put(mail)
        threads = [threading.Thread(target=self._work, args=(waiting,)) for _ in range(self.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert waiting.empty(), "not all mails could be sent in time"

    def _work(self, waiting: "SimpleQueue[Mail]") -> None:
        sessions: dict[bool, smtplib.SMTP] = {}
        give_up_at = time.monotonic() + self.give_up_seconds
        while time.monotonic() < give_up_at:
            try:
                mail = waiting.get_nowait()
            except Empty:
                break
            if not self._send_one(mail, sessions):
                waiting.put(mail)
                time.sleep(_RETRY_SECONDS)
        for session in sessions.values():
            session.close()

    def _send_one(self, mail: Mail, sessions: dict[bool, smtplib.SMTP]) -> bool:
        """Whether the mail is done with."""
        try:
            if mail.lmtp not in sessions:
                sessions[mail.lmtp] = self._connect(lmtp=mail.lmtp)
            session = sessions[mail.lmtp]
            refused = session.sendmail(mail.mail_from, mail.rcpt_tos, mail.raw)
            for _ in range(len(mail.rcpt_tos) - len(refused) - 1 if mail.lmtp else 0):
                self._further_answer(session)
        except smtplib.SMTPResponseException as error:
            return self._answered(error.smtp_code, str(error.smtp_error), sessions, mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return self._answered(code, str(words), sessions, mail)
        except (OSError, smtplib.SMTPException):
            sessions.pop(mail.lmtp, None)
            return False
        self._count(len(mail.rcpt_tos) - len(refused), list(map(str, refused.values())))
        return True

    def _further_answer(self, session: smtplib.SMTP) -> None:
        """LMTP answers once for each recipient (RFC 2033 section 4.2); smtplib reads the first alone."""
        code, words = session.getreply()
        if code != 250:
            raise smtplib.SMTPResponseException(code, words)

    def _answered(self, code: int, words: str, sessions: dict[bool, smtplib.SMTP], mail: Mail) -> bool:
        session = sessions.pop(mail.lmtp, None)
        if session is not None:
            session.close()
        with self._lock:
            (self.put_off if code < 500 else self.refused).append(f"{code} {words}")
        return code >= 500

    def _count(self, accepted: int, refused: Sequence[str]) -> None:
        with self._lock:
            self.offered += accepted
            self.refused.extend(refused)

    def _connect(self, *, lmtp: bool) -> smtplib.SMTP:
        host, port = (self.lmtp if lmtp else self.smtp)()
        session = smtplib.LMTP(host, port) if lmtp else smtplib.SMTP(host, port, timeout=30)
        session.ehlo("client.example")
        return session
