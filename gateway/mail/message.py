"""What a mail says, as values. SPEC 3.3 names the fields; `json.py` writes them out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.mail.address import Address


class Auto(StrEnum):
    """How a machine had a hand in the mail."""

    AUTO_REPLY = "auto-reply"
    AUTO_GENERATED = "auto-generated"
    BULK = "bulk"
    BOUNCE = "bounce"


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
    """A part that is not the text. `content` is decoded; `size` and `sha256` are of it."""

    filename: str
    content_type: str
    detected_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Interest:
    """Headers that rules ask for and SPEC 3.3 does not print."""

    authentication_results: tuple[str, ...] = ()
    is_list: bool = False
    precedence: str = ""
    auto_submitted: str = ""
    return_path: str | None = None
    sender: Address | None = None
    list_post: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A whole mail. Ids stand without brackets; `date` is aware UTC; `html` is sanitised."""

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
