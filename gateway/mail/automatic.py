"""Machines' mail told apart by its header (RFC 3834, RFC 2369, and custom): auto-replies, notices, bulk."""

import re

from gateway.mail.headers import Headers
from gateway.mail.message import Auto

_REPLY_SUBJECT = re.compile(
    r"""
        ^(?:(?:re|aw|fwd?|sv|antw)\s*:\s*)*(?:auto(?:matic|mated|matische|matisch)?[\s:_-]*(?:reply
        |response|respond|answer|antwort)|autoreply|automatische\s+(?:antwort|abwesenheits\w*
        |e-?mail-?antwort)|out\s+of\s+(?:the\s+)?office|out\s+of\s+office\s+autoreply
        |abwesenheits(?:notiz|nachricht|meldung|info|benachrichtigung|assistent)|abwesend\b
        |abwesenheit\s*:|r[ée]ponse\s+automatique|absence\s+du\s+bureau|message\s+d'absence
        |respuesta\s+autom[áa]tica|fuera\s+de\s+la\s+oficina|risposta\s+automatica
        |resposta\s+autom[áa]tica|automatisch\s+antwoord|automatiskt\s+svar|autosvar
        |automaattinen\s+vastaus|afwezig|i\s+am\s+(?:currently\s+)?out\s+of|automatick[áa]\s+odpov
        |autoodpowied|自動応答|自动回复|自動返信|автоответ|автоматический\s+ответ
        |automatisk\s+(?:svar|frav[æe]r)|frav[æe]r(?:ende|sbesked|smelding)?(?:\s*:|\s*$)|ute\s+av\s+kontoret
        |fr[åa]nvarande\b|fr[åa]nvaro(?:meddelande|\s*:)|ikke\s+p[åa]\s+kontoret|poissa\s+toimistosta
        |afwezigheids(?:bericht|melding)|fora\s+d[oe]\s+escrit[óo]rio|aus[êe]ncia\s+(?:do|tempor)
        |fuori\s+(?:sede|ufficio)|assenza\s+dall'ufficio|resposta\s+autom[àa]tica|ausente\s+de\s+la\s+oficina
        |automatyczna\s+odpowied|poza\s+biurem|automatick[áa]\s+odpove|mimo\s+kancel[áa][řr]
        |automatikus\s+v[áa]lasz|otomatik\s+yan[ıi]t|r[ăa]spuns\s+automat|automatski\s+odgovor
        |samodejni\s+odgovor|αυτόματη\s+απάντηση|автоматична\s+відповідь|автоматичен\s+отговор
        |trả\s+lời\s+tự\s+động|balasan\s+otomatis|자동\s*(?:회신|응답)|부재중|自動回覆|不在(?:辦公室|办公室|通知)
        |رد\s+تلقائي|תשובה\s+אוטומטית)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VACATION_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-autoresponder",
    "x-vacation",
)
_LIST_HEADERS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "list-subscribe",
    "list-owner",
    "x-mailing-list",
    "x-mailman-version",
    "mailing-list",
    "feedback-id",
    "x-campaign",
    "x-campaignid",
    "x-list",
    "x-listname",
)
_REPLY_PRECEDENCE = frozenset(("auto_reply", "auto-reply", "autoreply"))
_BULK_PRECEDENCE = frozenset(("bulk", "list", "junk"))
_FOR_OPERATORS = frozenset(("feedback-report", "tlsrpt"))
"""RFC 5965 (somebody called a mail of ours spam) and RFC 8460: no delivery failed."""
# Filters that answer every first mail and want it confirmed.
_CHALLENGE_HEADERS = ("x-boxbe-challenge", "x-spamarrest-challenge", "x-tmda-confirm", "x-challenge-response")
_NOBODY = re.compile(
    r"""
        ^(?:no-?reply|do-?not-?reply|nicht-?antworten|ne-?pas-?repondre|mailer-daemon
        |postmaster)(?:[+@.-]|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def classify(headers: Headers, *, report_type: str) -> Auto | None:
    """What kind of machine wrote this, None for a person; bounces are judged elsewhere, before."""
    if report_type == "disposition-notification":
        return Auto.AUTO_REPLY
    if report_type in _FOR_OPERATORS:
        return Auto.AUTO_GENERATED
    submitted = _word(headers.raw("auto-submitted"))
    if submitted == "auto-replied" or is_auto_reply(headers):
        return Auto.AUTO_REPLY
    precedence = headers.raw("precedence").strip().lower()
    if is_list(headers) or precedence in _BULK_PRECEDENCE:
        return Auto.BULK
    if submitted not in ("", "no") or _is_generated(headers):
        return Auto.AUTO_GENERATED
    return None


def is_auto_reply(headers: Headers) -> bool:
    """Whether someone's mail program answered for them."""
    if headers.raw("precedence").strip().lower() in _REPLY_PRECEDENCE:
        return True
    if any(
        _word(headers.raw(name)) not in ("", "no", "0", "false")
        for name in _VACATION_HEADERS
        if name in headers
    ):
        return True
    if headers.raw("x-precedence").strip().lower() in _REPLY_PRECEDENCE:
        return True
    if any(name in headers for name in _CHALLENGE_HEADERS):
        return True
    if "x-ms-exchange-inbox-rules-loop" in headers and "x-auto-response-suppress" in headers:
        return True
    return _REPLY_SUBJECT.match(headers.text("subject")) is not None


def is_list(headers: Headers) -> bool:
    """Whether it came through a mailing list or a mass mailer."""
    return any(name in headers for name in _LIST_HEADERS)


def _is_generated(headers: Headers) -> bool:
    """Signs of a program that speaks for nobody."""
    if "x-auto-response-suppress" in headers and _word(headers.raw("x-auto-response-suppress")) != "none":
        return True
    if (
        headers.raw("return-path").replace(" ", "") == "<>"
        or "x-loop" in headers
        or "x-failed-recipients" in headers
    ):
        return True
    return any(_NOBODY.match(address.address) for address in headers.addresses("from")[:1])


def _word(value: str) -> str:
    """The first word of a value, lower case, without comments and parameters."""
    return re.split(r"[;\s(]", value.strip().lower(), maxsplit=1)[0]
