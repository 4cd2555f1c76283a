"""What a bounce says in prose: servers that know no RFC 3464 write to people, each in its own way."""

import re
from dataclasses import dataclass

from gateway.mail.dsn import enhanced_status, precise_status, reply_code

MAX_REPORT_CHARS = 20_000
_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*"
_BOUNDS = re.compile(
    r"""
        (?:^|\n)[ \t>]*(?:-{2,}\s*(?:below[ ]this[ ]line|this[ ]is[ ]a[ ]copy|included[ ]is[ ]a[ ]copy
        |original[ ]message|unsent[ ]message|the[ ]header|transcript[ ]of[ ]the[ ]original
        |message[ ]header|returned[ ]message|the[ ]unsent|forwarded[ ]message|begin)
        |(?:the[ ])?original[ ](?:message|mail)[ ](?:as[ ])?(?:follows|headers?)
        |message[ ]headers?[ ]follow|(?:your
        |the)[ ](?:original[ ])?message(?:[ ]headers?)?[ ](?:follows?|is[ ](?:attached|included|below))
        |received:[ ](?:from|by|\()|return-path:[ ]*<|unsent[ ]message|first[ ]\d+[ ](?:lines|bytes)
        |the[ ]text[ ]you[ ]sent[ ]follows|text[ ]of[ ](?:the[ ])?message|-[ ]?original[ ]message)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PATTERNS = tuple(
    re.compile(pattern.replace("ADDR", f"({_ADDRESS})"), re.IGNORECASE | re.MULTILINE | re.VERBOSE)
    for pattern in (
        r"^[ \t]*<ADDR>(?:[ \t]*\([^)\n]*\))?[ \t]*:",
        r"""
            (?:following[ ](?:e-?mail[ ])?(?:address|recipient)\w*|permanent[ ](?:fatal
            |delivery)[ ]errors|not[ ](?:be[ ])?(?:delivered|reached?)[ ]to|not[ ]reach
            |delivery[ ]to)[^\n]*(?:\n[^\n@]{0,80}){0,4}\n[ \t]*<?ADDR
        """,
        r"""
            ^[ \t]*(?:final-recipient|original-recipient|error-for|rcpt[ ]to|failed[ ]recipient
            |failed[ ]address|recipient|unknown[ ]user|addressee)s?[ \t]*:[^\n]*?ADDR
        """,
        r"""
            (?:originally[ ]addressed[ ]to|message[ ]was[ ]addressed,|delivery[ ]to|mail[ ]to
            |message[ ]to|sent[ ]to|rcpt[ ]to|addressed[ ]to|invalid[ ]user|unknown[ ]user
            |allowed[ ]size|user[ ]unknown)[ \t]*:?[ \t]*[<\[\"'(]?ADDR
        """,
        r"""
            (?:recipient|user|address|mailbox|account)[ \t]*[:=]?[ \t]*[<\[\"'(]ADDR[>\]\"')]
        """,
        r"^[ \t]*(?:to|user|address|mailbox|e-?mail)s?[ \t]*:[ \t]*<?ADDR",
        r"^[ \t]*(?:[45]\d\d[ \t]+)?<?ADDR>?[ \t]*(?:\.{3}|:|\n|\(|on[ ])",
        r"<ADDR>",
        r"(?<![\w.!#$%&'*+/=?^`{|}~-])ADDR",  # only where a run begins: else it costs quadratic time
    )
)
_QUOTE_MARKS = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)
_NOT_RECIPIENTS = re.compile(
    r"^(?:mailer-daemon|postmaster|abuse|mail-?daemon|support|noreply|no-reply)@", re.IGNORECASE
)
_SENDER_BEFORE = re.compile(r"\b(?:message|mail)[ \t]+from:?[ \t]*<?\Z", re.IGNORECASE)
_DELAYED = re.compile(
    r"""
        not\s+yet\s+been\s+delivered|has\s+been\s+delayed|delivery\s+attempts\s+will\s+continue
        |will\s+(?:continue|keep)\s+(?:to\s+)?(?:try|retry)|will\s+(?:be\s+retried|retry)|still\s+undelivered
        |warning\s+(?:message\s+)?only|delayed\s+\d+\s+hours|noch\s+nicht\s+zugestellt
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FINAL = re.compile(r"permanent|giving\s+up|given\s+up|gave\s+up|(?<![\d.])5\.\d{1,3}\.\d", re.IGNORECASE)
_STILL_TRYING = "4.4.7"
_REASONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern, re.IGNORECASE | re.VERBOSE))
    for status, pattern in (
        (
            "5.1.1",
            r"""
            user\s+unknown|unknown\s+user|no\s+such\s+(?:user|recipient|mailbox|address|account|local)
            |user\s+(?:\S+\s+)?(?:does\s*n.t|does\s+not|not)\s+(?:exist|found|known)|(?:recipient
            |address|account|mailbox)\s+(?:\S+\s+)?(?:does\s*n.t|does\s+not)\s+exist
            |recipient\s+(?:address\s+)?(?:rejected|unknown|not\s+found)|unknown\s+(?:recipient|address
            |account|mailbox|local)|invalid\s+(?:recipient|mailbox|address|user)
            |mailbox\s+(?:not\s+found|unavailable|unknown|does)|no\s+(?:mailbox|account)\s+(?:here|by
            |with|for)|not\s+(?:a\s+(?:valid|known)|listed\s+in|our\s+customer)|address\s+(?:unknown
            |not\s+found)|n'existe\s+pas|unbekannt|existiert\s+nicht|couldn't\s+be\s+found
            |wasn't\s+found|isn't\s+a\s+known|no\s+user
        """,
        ),
        (
            "5.2.2",
            r"""
            (?:mailbox|inbox|quota|account|storage)\s+(?:\S+\s+){0,3}?(?:full|exceeded|over)
            |over\s*quota|\bexceed\w*+\s+(?:\S+\s+){0,3}quota|quota\s+exceed|insufficient\s+(?:disk|storage
            |system)|mailbox.{0,20}full|disk\s+(?:quota|full|space)|postfach\s+(?:ist\s+)?voll
        """,
        ),
        (
            "5.2.1",
            r"""
            (?:account|mailbox|user|address)\s+(?:\S+\s+){0,3}?(?:disabled|inactive|suspended
            |deactivated|expired|locked|blocked)|not\s+active
        """,
        ),
        (
            "5.3.4",
            r"""
            too\s+(?:large|big)|size\s+(?:limit|exceed)|\bexceed\w*+\s+(?:\S+\s+){0,4}(?:size|limit)
            |maximum\s+(?:\S+\s+){0,2}size
        """,
        ),
        (
            "5.1.2",
            r"""
            host\s+(?:unknown|not\s+found)|unknown\s+host|(?:domain
            |host)\s+(?:\S+\s+){0,3}?(?:not\s+found|does\s+not\s+exist)|name\s+service\s+error
            |unrout(?:e)?able|no\s+mx|bad\s+destination\s+(?:system|host)|dns\s+(?:error|lookup)
        """,
        ),
        (
            "5.7.1",
            r"""
            spam|policy|blocked|black-?list|blocklist|rejected|refused|denied|not\s+(?:permitted
            |authori[sz]ed|allowed)|(?<!anti)(?<!anti-)virus|relay
        """,
        ),
        (
            "4.4.7",
            r"""
            retry\s+time(?:out)?|delivery\s+time\s+expired|message\s+expired|too\s+long
            |could\s+not\s+be\s+delivered\s+(?:for|within)|undeliverable\s+for
        """,
        ),
        (
            "4.4.1",
            r"""
            tim(?:ed|e)[\s-]*out|connection\s+(?:refused|closed|reset)|no\s+(?:answer|route|response)
            |unreachable
        """,
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """What prose tells of a failed delivery; "" where it does not. `is_delay`: it is still being tried."""

    recipient: str
    status: str
    diagnostic: str
    is_delay: bool = False


def told_by(text: str, *, not_these: frozenset[str]) -> Told:
    """Whom a report in prose is about, and why. `not_these` are addresses of the report's own header."""
    upper = _QUOTE_MARKS.sub("", report_part(text))
    recipient, at = _recipient(upper, not_these)
    near = upper[at : at + 1200] if recipient else upper
    status = status_told(near) or status_told(upper)
    is_delay = _DELAYED.search(upper) is not None and not _FINAL.search(upper)
    if status[:1] != "4" and is_delay:
        status = f"4{status[1:]}" if status else _STILL_TRYING
    return Told(recipient, status, _diagnostic(near), is_delay)


def report_part(text: str) -> str:
    """The report without the returned mail below it."""
    beginning = text[:MAX_REPORT_CHARS]
    bound = _BOUNDS.search(beginning, 1)
    upper = beginning[: bound.start()] if bound else beginning
    return upper if upper.strip() else beginning


def _recipient(upper: str, not_these: frozenset[str]) -> tuple[str, int]:
    """The address that the report's words point at; one of the report's own only if there is no other."""
    own = ("", 0)
    for pattern in _PATTERNS:
        for match in pattern.finditer(upper):
            if _SENDER_BEFORE.search(upper, max(0, match.start(1) - 20), match.start(1)):
                continue
            address = match[1].rstrip(".").strip("'")
            if address.lower() not in not_these and not _NOT_RECIPIENTS.match(address):
                return address, match.start()
            if not own[0] and not address.lower().startswith("mailer-daemon"):
                own = address, match.start()
    return own


def status_told(text: str) -> str:
    """A status code: as written, else after the words, else after the SMTP reply."""
    if found := precise_status(text):
        return found
    reason = reason_status(text)
    if reason:
        return _temporary(reason, text)
    if found := enhanced_status(text):
        return found
    code = reply_code(text)
    return f"{code[0]}.0.0" if code else ""


def reason_status(text: str) -> str:
    """The status code that the words of a diagnostic mean, or ""."""
    return next((status for status, pattern in _REASONS if pattern.search(text)), "")


def _temporary(status: str, text: str) -> str:
    """A 4xx reply makes the failure a passing one."""
    return f"4{status[1:]}" if reply_code(text).startswith("4") and status[0] == "5" else status


def _diagnostic(near: str) -> str:
    """The stretch around the failure, on one line."""
    lines = [line.strip() for line in near.split("\n")]
    block: list[str] = []
    for line in lines:
        if not line and block and (enhanced_status(" ".join(block)) or reason_status(" ".join(block))):
            break
        if line:
            block.append(line)
        if len(block) > 8:
            break
    return " ".join(block)[:500]
