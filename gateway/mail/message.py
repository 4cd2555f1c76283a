"""What a mail says, as values. SPEC 3.3 names the fields; `json.py` writes them out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.mail.address import Address
from gateway.mail.invitation import Invitation

REMOTE_SOURCE = "data-remote-src"
"""Where sanitised HTML keeps the address of a picture in the Internet, which nothing loads by itself."""


class Auto(StrEnum):
    """How a machine had a hand in the mail."""

    AUTO_REPLY = "auto-reply"
    AUTO_GENERATED = "auto-generated"
    BULK = "bulk"
    BOUNCE = "bounce"


class Protection(StrEnum):
    """How a mail is signed or encrypted, as it says itself: nothing is verified."""

    NONE = ""
    SMIME_SIGNED = "smime-signed"
    PGP_SIGNED = "pgp-signed"
    SMIME_ENCRYPTED = "smime-encrypted"
    PGP_ENCRYPTED = "pgp-encrypted"

    @property
    def is_encrypted(self) -> bool:
        """Whether it can be read only with a key that the desk does not have."""
        return self.value.endswith("-encrypted")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery status, fields named as in RFC 3464; "" where the report does not say."""

    recipient: str
    status: str
    action: str
    diagnostic: str
    original_message_id: str


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A part that is not the text. `content` is decoded; `size` and `sha256` are of it.

    `title` is what to call it where `filename` is empty: an attached mail by its subject; mostly "".
    """

    filename: str
    content_type: str
    detected_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str
    content: bytes
    title: str = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """Headers that rules ask for and SPEC 3.3 does not print."""

    authentication_results: tuple[str, ...] = ()
    is_list: bool = False
    precedence: str = ""
    auto_submitted: str = ""
    return_path: str | None = None
    sender: Address | None = None
    received_count: int = 0
    x_loop: tuple[str, ...] = ()
    list_post: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A whole mail. Ids stand without brackets; `date` is aware UTC; `html` is sanitised.

    `protection` and `invitation` are for the desk; SPEC 3.3 does not print them.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    from_: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    subject: str
    text: str
    html: str | None
    reply_text: str
    attachments: tuple[ParsedAttachment, ...]
    auto: Auto | None
    bounce: Bounce | None
    defects: tuple[str, ...]
    headers_of_interest: Interest
    protection: Protection = Protection.NONE
    invitation: Invitation | None = None
