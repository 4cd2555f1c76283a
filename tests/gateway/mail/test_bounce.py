import pytest

from gateway.mail.message import Auto, Bounce, ParsedMail
from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type

HEAD = (
    "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: help@desk.example\r\n"
    "Subject: Undelivered Mail\r\n"
)
REPORT = (
    HEAD
    + "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
    "--B\r\n\r\nYour mail could not be delivered.\r\n"
    "--B\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n"
    "--B\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    "Message-ID: <one@desk.example>\r\nTo: bob@x.example\r\n\r\n--B--\r\n"
)


def read(raw: str) -> ParsedMail:
    return parse(raw.encode(), detect_type=detect_type)


def report(status: str) -> Bounce:
    found = read(REPORT.format(status=status)).bounce
    assert found is not None
    return found


def test_a_report_after_rfc_3464_is_read() -> None:
    status = "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; Bob@x.example\r\n"
    status += "Action: failed\r\nStatus: 5.1.1\r\n"
    assert report(status) == Bounce(
        "bob@x.example", "5.1.1", "failed", report(status).diagnostic, "one@desk.example"
    )


def test_of_several_recipients_the_failed_one_is_named() -> None:
    ok = "Final-Recipient: rfc822; a@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
    assert (
        report(ok + "Final-Recipient: rfc822; b@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n").recipient
        == "b@x.example"
    )
    assert report(ok).action == "delayed"


def test_a_bare_failed_is_made_precise_by_the_diagnostics_own_code() -> None:
    base = "Final-Recipient: rfc822; b@x.example\r\nAction: failed\r\nStatus: 5.0.0\r\n"
    assert report(base + "Diagnostic-Code: smtp; 550 5.7.1 no\r\n").status == "5.7.1"
    assert report(base + "Diagnostic-Code: smtp; 550 user unknown\r\n").status == "5.0.0"


def test_without_a_status_the_diagnostics_words_count() -> None:
    base = "Final-Recipient: rfc822; b@x.example\r\nAction: failed\r\n"
    assert report(base + "Diagnostic-Code: smtp; 550 user unknown\r\n").status == "5.1.1"


def test_a_report_without_a_usable_recipient_takes_the_returned_mails() -> None:
    assert (
        report("Final-Recipient: x400; /C=GB/S=bob\r\nAction: failed\r\nStatus: 5.1.1\r\n").recipient
        == "bob@x.example"
    )
    assert report("nothing\r\n").recipient == "bob@x.example"


def test_prose_of_a_daemon_is_a_bounce() -> None:
    text = (
        "\r\nI wasn't able to deliver your message.\r\n\r\n<bob@x.example>:\r\nno mailbox (#5.1.1)\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <two@desk.example>\r\n"
    )
    mail = read(HEAD + text)
    assert mail.auto is Auto.BOUNCE
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.status) == ("bob@x.example", "5.1.1")
    assert mail.bounce.original_message_id == "two@desk.example"


def test_a_report_in_plain_text_is_read_as_one() -> None:
    mail = read(
        HEAD + "\r\nfailed\r\n\r\nFinal-Recipient: rfc822; b@x.example\r\nAction: failed\r\nStatus: 5.2.2\r\n"
    )
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.status) == ("b@x.example", "5.2.2")


def test_a_report_packed_into_another_mail_is_found() -> None:
    status = "Final-Recipient: rfc822; b@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    outer = "Content-Type: multipart/mixed; boundary=O\r\n\r\n--O\r\nContent-Type: message/rfc822\r\n\r\n"
    mail = read(HEAD + outer + REPORT.format(status=status) + "\r\n--O--\r\n")
    assert mail.bounce is not None
    assert mail.bounce.recipient == "b@x.example"


def test_failed_recipients_in_the_header_are_believed() -> None:
    mail = read(HEAD + "X-Failed-Recipients: bob@x.example\r\n\r\nretry time not reached for any host\r\n")
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.status) == ("bob@x.example", "4.4.7")
    assert mail.bounce.action == "failed"


@pytest.mark.parametrize(
    "raw",
    [
        "From: ann@x.example\r\nSubject: printer\r\n\r\nMy mail to bob@x.example could not be delivered\r\n",
        "From: ann@x.example\r\nSubject: Re: Delivery problem\r\nIn-Reply-To: <a@b>\r\n\r\nnot delivered\r\n",
        "From: root@x.example\r\nSubject: nightly report\r\n\r\nall jobs done\r\n",
        "From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\nhello\r\n",
    ],
)
def test_people_who_write_about_delivery_are_no_bounces(raw: str) -> None:
    assert read(raw).bounce is None


@pytest.mark.parametrize(
    ("kind", "auto"),
    [
        ("feedback-report", Auto.AUTO_GENERATED),
        ("disposition-notification", Auto.AUTO_REPLY),
        ("tlsrpt", Auto.AUTO_GENERATED),
    ],
)
def test_reports_of_another_kind_are_no_bounces_whatever_they_say(kind: str, auto: Auto) -> None:
    status = "Final-Recipient: rfc822; bob@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    mail = read(REPORT.replace("report-type=delivery-status", f"report-type={kind}").format(status=status))
    assert (mail.auto, mail.bounce) == (auto, None)


def test_a_delay_is_no_failure() -> None:
    status = "Final-Recipient: rfc822; bob@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    assert report(status).action == "delayed"


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (
            "A permanent error. These failed:\r\n\r\n  b@x.example\r\n    retry timeout exceeded",
            "failed",
        ),
        ("<b@x.example>:\r\nbusy [#4.1.9]\r\nI'm not going to try again.", "failed"),
        ("It was not delivered to <b@x.example>: 452 4.2.2 mailbox full", "failed"),
        ("Not yet been delivered: <b@x.example>: 452 4.2.2 mailbox full", "delayed"),
        (
            "Could not deliver to <b@x.example> for 4 hours.\r\nIt will be retried until it is 5 days old.",
            "delayed",
        ),
        ("WARNING MESSAGE ONLY\r\n<b@x.example>: not delivered, still undelivered after 4 hours", "delayed"),
    ],
)
def test_a_passing_reason_is_a_delay_only_while_it_is_still_being_tried(words: str, action: str) -> None:
    found = read(f"{HEAD}\r\n{words}\r\n").bounce
    assert found is not None
    assert (found.recipient, found.action) == ("b@x.example", action)


@pytest.mark.parametrize(
    ("said", "action"),
    [("expired", "failed"), ("Failed", "failed"), ("relayed", "relayed"), ("expanded (list)", "expanded")],
)
def test_an_action_that_rfc_3464_does_not_know_is_a_failure(said: str, action: str) -> None:
    status = f"Final-Recipient: rfc822; bob@x.example\r\nAction: {said}\r\nStatus: 4.4.1\r\n"
    assert report(status).action == action


def test_a_report_without_an_action_that_tells_of_success_is_no_failure() -> None:
    assert report("Final-Recipient: rfc822; bob@x.example\r\nStatus: 2.0.0\r\n").action == "delivered"
