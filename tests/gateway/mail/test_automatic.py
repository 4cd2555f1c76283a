import pytest

from gateway.mail.automatic import classify, is_list
from gateway.mail.headers import Headers, split_headers
from gateway.mail.message import Auto


def headers(raw: str) -> Headers:
    octets = raw.encode()
    return split_headers(octets, 0, len(octets), [])[0]


@pytest.mark.parametrize(
    ("raw", "auto"),
    [
        ("From: ann@x.example\nSubject: printer", None),
        ("Auto-Submitted: no\nSubject: x", None),
        ("Precedence: normal", None),
        ("X-Auto-Response-Suppress: None", None),
        ("Auto-Submitted: auto-replied (vacation)", Auto.AUTO_REPLY),
        ("Auto-Submitted: auto-generated; type=x", Auto.AUTO_GENERATED),
        ("Auto-Submitted: auto-notified", Auto.AUTO_GENERATED),
        ("Precedence: bulk", Auto.BULK),
        ("Precedence: auto_reply", Auto.AUTO_REPLY),
        ("X-Precedence: auto_reply", Auto.AUTO_REPLY),
        ("X-Autoreply: yes", Auto.AUTO_REPLY),
        ("X-Autoreply: no", None),
        ("List-Id: <users.x.example>", Auto.BULK),
        ("List-Unsubscribe: <mailto:x@y.example>", Auto.BULK),
        ("Subject: Automatische Antwort: Drucker", Auto.AUTO_REPLY),
        ("Subject: Re: Out of Office: printer", Auto.AUTO_REPLY),
        ("Subject: Réponse automatique : imprimante", Auto.AUTO_REPLY),
        ("Subject: how do I set an automatic reply?", None),
        ("X-Auto-Response-Suppress: All", Auto.AUTO_GENERATED),
        ("X-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: a@b", Auto.AUTO_REPLY),
        ("X-MS-Exchange-Inbox-Rules-Loop: a@b", None),
        ("Return-Path: <>", Auto.AUTO_GENERATED),
        ("From: no-reply@shop.example", Auto.AUTO_GENERATED),
        ("Subject: Automatisk svar: skrivare", Auto.AUTO_REPLY),
        ("Subject: Frånvaro: semester", Auto.AUTO_REPLY),
        ("Subject: Afwezigheidsbericht", Auto.AUTO_REPLY),
        ("Subject: Fora do escritório", Auto.AUTO_REPLY),
        ("Subject: Fuori ufficio: stampante", Auto.AUTO_REPLY),
        ("Subject: Automatyczna odpowiedź: drukarka", Auto.AUTO_REPLY),
        ("Subject: Automatická odpověď: tiskárna", Auto.AUTO_REPLY),
        ("Subject: Automatikus válasz: nyomtató", Auto.AUTO_REPLY),
        ("Subject: Otomatik Yanıt: yazıcı", Auto.AUTO_REPLY),
        ("Subject: Răspuns automat: imprimantă", Auto.AUTO_REPLY),
        ("Subject: Αυτόματη απάντηση: εκτυπωτής", Auto.AUTO_REPLY),
        ("Subject: Автоматична відповідь: принтер", Auto.AUTO_REPLY),
        ("Subject: 자동 회신: 프린터", Auto.AUTO_REPLY),
        ("Subject: 自動回覆: 打印機", Auto.AUTO_REPLY),
        ("Subject: רד: מדפסת", None),
        ("Subject: Fuori servizio: stampante", None),
        ("X-Boxbe-Challenge: yes\nSubject: please confirm", Auto.AUTO_REPLY),
        ("From: noreplyworks@shop.example", None),
    ],
)
def test_machines_are_told_by_their_header(raw: str, auto: Auto | None) -> None:
    assert classify(headers(raw), report_type="") is auto


def test_a_receipt_is_an_auto_reply() -> None:
    assert classify(headers("Subject: Read: x"), report_type="disposition-notification") is Auto.AUTO_REPLY


@pytest.mark.parametrize("kind", ["feedback-report", "tlsrpt"])
def test_a_report_for_operators_is_no_reply(kind: str) -> None:
    assert classify(headers("Subject: Automatic reply"), report_type=kind) is Auto.AUTO_GENERATED


def test_a_list_shows_by_its_fields() -> None:
    assert is_list(headers("List-Post: <mailto:x@y.example>"))
    assert not is_list(headers("Subject: List-Post"))
