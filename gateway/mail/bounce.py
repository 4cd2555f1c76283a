"""Mail that tells of mail not delivered: reports after RFC 3464 first, then the many odd ones."""

import re
from dataclasses import replace

from gateway.mail import charsets
from gateway.mail.body import Body, collect
from gateway.mail.bouncetext import Told, reason_status, report_part, status_told, told_by
from gateway.mail.dsn import Report, precise_status, read_reports
from gateway.mail.headers import Headers, split_headers
from gateway.mail.message import Bounce
from gateway.mail.mime import Part, read_tree
from gateway.mail.references import parse_message_id

_DAEMON = re.compile(
    r"""
        ^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mdaemon|mail-?deliver\w*|mail-?admin\w*
        |post_master|mmdf|daemon|uucp|root|smtp[\w.-]*|bounces?|mta|mail|system)(?:[@+\\]|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DAEMON_NAME = re.compile(
    r"""
        mail(?:er)?[\s-]*(?:delivery|daemon|system|administrator)|delivery\s+subsystem|postmaster
        |postoffice|internet\s+mail\s+delivery
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SUBJECT = re.compile(
    r"""
        undeliver|failed\s+mail|mail\s+failed|loop\s+alert|returned\s+(?:mail|to\s+sender)
        |return(?:ed)?\s+(?:e?mail|message)|delivery[\s-]+(?:\w+\s+)?(?:status|fail|error|problem|report
        |notif|warning|incomplete|delayed|has\s+failed|unsuccess)|fail(?:ure|ed)\s+(?:notice|delivery
        |mail|to\s+deliver)|mail\s+(?:delivery|system|could\s+not|failure|error|not\s+deliver)
        |could\s+not\s+(?:be\s+)?(?:send|sent|deliver)|non[- ]?deliver|not\s+deliver
        |unable\s+to\s+deliver|unzustellbar|nicht\s+zugestellt|nicht\s+zustellbar|zustellung
        |[üu]bermittlung|non\s+remis|[ée]chec|no\s+se\s+(?:pudo|puede)\s+entregar|mensaje\s+no\s+entreg
        |mancata\s+consegna|user\s+unknown|message\s+(?:not\s+delivered|rejected|delivery|bounced)
        |bounced?\b|permanent\s+error|mailbox\s+(?:full|unavailable|quota)|rejected\s+(?:mail|posting)
        |warning:|error\s+(?:sending|in|message)|problem\s+delivering|address\s+(?:unknown|error|change)
        |nondeliverable|failure\b|エラー|配信|送信
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STRONG = re.compile(
    r"""
        (?:could\s*n.t|could\s+not|can\s*not|can.t|unable\s+to|was\s+not|not\s+able\s+to|failed\s+to
        |has\s+not\s+been|not\s+be(?:en)?|konnte\s+nicht|n'a\s+pas\s+pu)\s+(?:\S+\s+){0,6}?(?:deliver
        |zugestellt|reach|sen[dt]|complete|remis|[üu]bermittelt|process)|undeliver
        |delivery\s+(?:\S+\s+){0,4}fail|permanent\s+(?:fatal\s+)?(?:error|failure)|user\s+unknown
        |returned\s+(?:mail|to\s+sender|message|unopened)|qmail-send|mailbox\s+(?:is\s+)?full
        |not\s+delivered|bounced|fatal\s+error|rejected|duplicated\s+message-id
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OTHER_REPORTS = frozenset(("disposition-notification", "feedback-report", "tlsrpt"))
"""Reports of another kind (RFC 8098, 5965, 8460): that a mail was read, disliked, or that TLS failed."""
_ACTIONS = frozenset(("failed", "delayed", "delivered", "relayed", "expanded"))  # RFC 3464, 2.3.3
_QMAIL = re.compile(r"^<[^<>\s@]+@[^<>\s]+>:", re.MULTILINE)
_WHOLE = re.compile(r"[^@\s]+@[^@\s]+")


def find_bounce(tree: Part, body: Body, text: str) -> Bounce | None:
    """What the mail reports of a delivery, or None if it reports none."""
    headers = tree.headers
    if tree.parameters.get("report-type", "").lower() in _OTHER_REPORTS:
        return None
    reports = _reports(body) or _enclosed_reports(body)
    if reports and any(report.recipient or report.status for report in reports):
        return _from_report(_worst(reports), _told(headers, body, text), body, text)
    if not (body.reports or _is_suspect(tree, text)):
        return None
    told = _told(headers, body, text)
    says_nothing = not told.recipient and not told.status and not body.reports
    if says_nothing and tree.parameters.get("report-type", "").lower() != "delivery-status":
        return None
    inner = [report for report in read_reports(text[:50_000]) if "@" in report.recipient]
    if inner:
        return _from_report(_worst(inner), told, body, text)
    return Bounce(
        told.recipient.lower(), told.status, _action(told), told.diagnostic, _original_id(body, text)
    )


def _reports(body: Body) -> list[Report]:
    return [report for content in body.reports for report in read_reports(charsets.decode(content)[0])]


def _enclosed_reports(body: Body) -> list[Report]:
    """The reports in a report that a filter or a list has packed into another mail."""
    for content in body.returned:
        if b"delivery-status" in content[:65_536]:
            tree = read_tree(content, [])
            if _is_report(tree):
                return _reports(collect(tree, []))
    return []


def _is_suspect(tree: Part, text: str) -> bool:
    """Whether header and words speak for a report: a daemon that writes of failure, a failure's subject."""
    headers = tree.headers
    if "x-failed-recipients" in headers or _is_report(tree):
        return True
    sender = next(iter(headers.addresses("from")), None)
    is_daemon = sender is not None and bool(
        _DAEMON.match(sender.address or sender.name) or _DAEMON_NAME.search(sender.name)
    )
    is_null = headers.raw("return-path").replace(" ", "") == "<>"
    if "in-reply-to" in headers and not (is_daemon or is_null):
        return False
    is_named = _SUBJECT.search(headers.text("subject")) is not None
    if not (is_daemon or is_named):
        return False
    upper = report_part(text)
    is_strong = (
        _STRONG.search(upper) is not None
        or reason_status(upper) == "5.1.1"
        or _QMAIL.search(upper) is not None
    )
    return [is_daemon, is_named, is_null, is_strong].count(True) >= 2


def _is_report(tree: Part) -> bool:
    return tree.content_type == "multipart/report" and tree.parameters.get("report-type", "").lower() in (
        "",
        "delivery-status",
    )


def _told(headers: Headers, body: Body, text: str) -> Told:
    own = {
        a.address.lower()
        for name in ("from", "to", "cc", "reply-to", "return-path")
        for a in headers.addresses(name)
    }
    failed = headers.addresses("x-failed-recipients")
    told = told_by(text, not_these=frozenset(own))
    if failed:
        return replace(told, recipient=failed[0].address)
    if not told.recipient and (returned := _returned(body)) is not None and (to := returned.addresses("to")):
        return replace(told, recipient=to[0].address)
    return told


def _worst(reports: list[Report]) -> Report:
    """The recipient that failed; else the first that is named."""
    named = [report for report in reports if report.recipient] or reports
    return next((report for report in named if report.action == "failed"), named[0])


def _from_report(report: Report, told: Told, body: Body, text: str) -> Bounce:
    recipient = (
        report.recipient if _WHOLE.fullmatch(report.recipient) else (told.recipient or report.recipient)
    )
    status = _refined(report, told)
    return Bounce(
        recipient.lower(),
        status,
        report.action if report.action in _ACTIONS else _action(replace(told, status=status)),
        report.diagnostic or told.diagnostic,
        _original_id(body, text),
    )


def _refined(report: Report, told: Told) -> str:
    """The report's status; where it says only `failed`, the diagnostic's own."""
    if report.status and not report.status.endswith(".0.0"):
        return report.status
    return precise_status(report.diagnostic) or report.status or status_told(report.diagnostic) or told.status


def _action(told: Told) -> str:
    """What became of the mail where no report says it in RFC 3464's words.

    A status of 4.x.x alone is no delay: a server that gives up after days of trying names the last one.
    """
    if told.status.startswith("2"):
        return "delivered"
    return "delayed" if told.is_delay else "failed"


def _returned(body: Body) -> Headers | None:
    """The header of the mail that came back."""
    for content in body.returned:
        headers, _ = split_headers(content, 0, len(content), [])
        if "message-id" in headers or "to" in headers:
            return headers
    return None


def _original_id(body: Body, text: str) -> str:
    """The Message-ID of the mail that came back, from its header or from its copy in the text."""
    returned = _returned(body)
    if returned is not None and (found := parse_message_id(returned.raw("message-id"))):
        return found
    inside = re.search(r"^[ \t>]*message-id:\s*(<[^<>\s]{3,998}>)", text, re.IGNORECASE | re.MULTILINE)
    return parse_message_id(inside[1]) if inside else ""
