"""A raw mail becomes a value. Whatever arrives can be read somehow: nothing here raises."""

import hashlib
import re
from collections.abc import Callable

from gateway.mail import automatic
from gateway.mail.address import MAX_ADDRESSES, Address
from gateway.mail.allowance import shared
from gateway.mail.body import Body, Enclosure, Segment, collect
from gateway.mail.bounce import find_bounce
from gateway.mail.headers import Headers, parse_date
from gateway.mail.html import cids_of
from gateway.mail.invitation import Invitation, read_invitation
from gateway.mail.message import Auto, Bounce, Interest, ParsedAttachment, ParsedMail
from gateway.mail.mime import KEPT_WHOLE, Part, read_tree
from gateway.mail.quoteblocks import hands_on
from gateway.mail.references import parse_message_id, parse_message_ids
from gateway.mail.shown import show

DetectType = Callable[[bytes], str]
MAX_DEFECTS = 50
MAX_CALENDARS = 3
MAX_DETECTED = 1000  # files whose type is asked of libmagic, which takes its time
_LIST_POST = re.compile(r"\s*<mailto:([^>?]{1,320})", re.IGNORECASE)  # RFC 2369, 3.4


def parse(raw: bytes, *, detect_type: DetectType) -> ParsedMail:
    """The mail in `raw`. Never raises: what was odd is in `defects`. `detect_type` names a content's type."""
    defects: list[str] = []
    raw = _with_line_ends(raw, defects)
    with shared(defects):
        tree = read_tree(raw, defects)
        body = collect(tree, defects)
    with shared(defects):  # the mail's own header does not suffer from what its parts spent
        return _mail(tree, body, defects, detect_type)


def _with_line_ends(raw: bytes, defects: list[str]) -> bytes:
    """Mail with CR alone, or CR CR LF, as line ends is mail too."""
    head = raw[:65_536]
    if b"\r\r\n" in head:
        defects.append("line ends are CR CR LF")
        return raw.replace(b"\r\r\n", b"\r\n")
    if b"\r" in head and b"\n" not in head:
        defects.append("line ends are CR alone")
        return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


def _mail(tree: Part, body: Body, defects: list[str], detect_type: DetectType) -> ParsedMail:
    headers = tree.headers
    subject = headers.text("subject")
    shown = show(body.segments, defects, hands_on=hands_on(subject))
    sender = _sender(headers)
    date = parse_date(headers.raw("date"))
    if date is None:
        defects.append("date is missing" if not headers.raw("date") else "date cannot be read")
    if sender is None:
        defects.append("sender is missing")
    if headers.count("from") > 1:
        defects.append("several From fields: the first sender counts")
    reply_to, to, cc = (headers.addresses(name) for name in ("reply-to", "to", "cc"))
    if max(len(reply_to), len(to), len(cc)) >= MAX_ADDRESSES:
        defects.append("too many addresses: not all of them were read")
    if len(body.enclosures) > MAX_DETECTED:
        defects.append("too many files: not all of their types were looked at")
    bounce = find_bounce(tree, body, shown.text)
    return ParsedMail(
        message_id=parse_message_id(headers.raw("message-id")),
        in_reply_to=parse_message_ids(" ".join(headers.all_raw("in-reply-to"))),
        references=parse_message_ids(" ".join(headers.all_raw("references"))),
        from_=sender,
        reply_to=reply_to,
        to=to,
        cc=cc,
        date=date,
        subject=subject,
        text=shown.text,
        html=shown.html,
        reply_text=shown.reply_text,
        attachments=_attachments(body.enclosures, body.segments, detect_type),
        auto=_auto(tree, bounce),
        bounce=bounce,
        defects=tuple(dict.fromkeys(defects))[:MAX_DEFECTS],
        headers_of_interest=_interest(headers),
        protection=body.protection,
        invitation=_invitation(body),
    )


def _sender(headers: Headers) -> Address | None:
    """Who wrote: the first in From who can be written to, else in Sender (RFC 5322, 3.6.2)."""
    named = headers.addresses("from")
    if found := next((a for a in named if "@" in a.address), None):
        return found
    sent = headers.addresses("sender")
    whole = next((a for a in sent if "@" in a.address), None)
    if named and (named[0].address or whole is None):
        return named[0]
    return whole or next(iter(sent), None)


def _invitation(body: Body) -> Invitation | None:
    """What the first readable calendar part asks for."""
    found = (read_invitation(content, method=method) for content, method in body.calendars[:MAX_CALENDARS])
    return next(filter(None, found), None)


def _attachments(
    enclosures: list[Enclosure], segments: list[Segment], detect_type: DetectType
) -> tuple[ParsedAttachment, ...]:
    shown = (
        frozenset().union(*(cids_of(s.html) for s in segments if s.html is not None))
        if segments
        else frozenset()
    )
    looked_at = enclosures[:MAX_DETECTED]
    return (
        *(_attachment(enclosure, shown, detect_type) for enclosure in looked_at),
        *(_attachment(enclosure, shown, _not_looked_at) for enclosure in enclosures[MAX_DETECTED:]),
    )


def _not_looked_at(_content: bytes) -> str:
    return KEPT_WHOLE


def _attachment(enclosure: Enclosure, shown: frozenset[str], detect_type: DetectType) -> ParsedAttachment:
    content = enclosure.content
    is_shown = bool(enclosure.content_id) and enclosure.content_id in shown
    return ParsedAttachment(
        filename=enclosure.filename,
        content_type=enclosure.content_type,
        detected_type=detect_type(content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=is_shown or enclosure.disposition == "inline",
        content_id=enclosure.content_id,
        content=content,
        title=enclosure.title,
    )


def _auto(tree: Part, bounce: Bounce | None) -> Auto | None:
    if bounce is not None:
        return Auto.BOUNCE
    return automatic.classify(tree.headers, report_type=tree.parameters.get("report-type", "").lower())


def _interest(headers: Headers) -> Interest:
    senders = headers.addresses("sender")
    return_path = headers.raw("return-path")
    return Interest(
        authentication_results=headers.all_raw("authentication-results"),
        is_list=automatic.is_list(headers),
        precedence=headers.raw("precedence").lower(),
        auto_submitted=headers.raw("auto-submitted").lower(),
        return_path=return_path.strip("<> ") if "return-path" in headers else None,
        sender=senders[0] if senders else None,
        received_count=headers.count("received"),
        x_loop=headers.all_raw("x-loop"),
        list_post=match[1] if (match := _LIST_POST.match(headers.raw("list-post"))) else "",
    )
