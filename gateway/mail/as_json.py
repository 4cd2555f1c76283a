"""A parsed mail in the shape that `manage4all parse` prints (SPEC 3.3)."""

from collections.abc import Iterable

from gateway.mail.address import Address
from gateway.mail.message import Bounce, ParsedAttachment, ParsedMail


def to_json(parsed: ParsedMail, *, file: str) -> dict[str, object]:
    """Values that `json.dumps` takes, fields in the order of the contract."""
    return {
        "file": file,
        "message_id": parsed.message_id,
        "in_reply_to": list(parsed.in_reply_to),
        "references": list(parsed.references),
        "from": _address(parsed.from_) if parsed.from_ is not None else None,
        "reply_to": _addresses(parsed.reply_to),
        "to": _addresses(parsed.to),
        "cc": _addresses(parsed.cc),
        "date": parsed.date.isoformat().replace("+00:00", "Z") if parsed.date is not None else None,
        "subject": parsed.subject,
        "text": parsed.text,
        "html": parsed.html,
        "reply_text": parsed.reply_text,
        "attachments": [_attachment(attachment) for attachment in parsed.attachments],
        "auto": parsed.auto.value if parsed.auto is not None else None,
        "bounce": _bounce(parsed.bounce) if parsed.bounce is not None else None,
        "defects": list(parsed.defects),
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _addresses(addresses: Iterable[Address]) -> list[dict[str, str]]:
    return [_address(address) for address in addresses]


def _attachment(attachment: ParsedAttachment) -> dict[str, object]:
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "detected_type": attachment.detected_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
        "content_id": attachment.content_id,
    }


def _bounce(bounce: Bounce) -> dict[str, str]:
    return {
        "recipient": bounce.recipient,
        "status": bounce.status,
        "action": bounce.action,
        "diagnostic": bounce.diagnostic,
        "original_message_id": bounce.original_message_id,
    }
