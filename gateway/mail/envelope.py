"""What MAIL FROM and RCPT TO said (RFC 5321), as opposed to what the header claims."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """Who brought a mail by SMTP: its IP address and the name it gave; empty on every other way in."""

    ip: str = ""
    helo: str = ""


NO_CLIENT = Client()


@dataclass(frozen=True, slots=True)
class Envelope:
    """`mail_from == ""` is the null reverse-path (RFC 5321, 4.5.5); addresses bear no brackets."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    client: Client = NO_CLIENT

    @property
    def is_null_reverse_path(self) -> bool:
        """Whether nobody may be answered automatically."""
        return not self.mail_from


def strip_path(path: str) -> str:
    """The address in an SMTP path: brackets and a source route (`<@a,@b:user@c>`) taken off."""
    inner = path.strip()
    if inner.startswith("<") and inner.endswith(">"):
        inner = inner[1:-1].strip()
    if inner.startswith("@") and ":" in inner:
        inner = inner.split(":", 1)[1]
    return inner
