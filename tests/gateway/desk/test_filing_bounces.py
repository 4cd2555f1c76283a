"""Bounces: which are believed without our token, and which change nothing."""

import pytest

from gateway.mail.tokens import message_id
from gateway.rules.status import Status
from gateway.store.intake import Fate
from tests.world import ANN, BOB, DOMAIN, SUPPORT, World, mail


def report(
    original: str,
    *,
    recipient: str = ANN,
    action: str = "failed",
    kind: str = "delivery-status",
    sender: str = "MAILER-DAEMON@mx.example",
) -> bytes:
    return (
        f"From: {sender}\r\nTo: support@ours.example\r\nSubject: Undelivered\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.acme.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\n\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def sent(world: World) -> str:
    """The Message-ID of our answer in ticket 1, which is closed."""
    world.receive(mail())
    world.reply(1)
    world.move(1, Status.CLOSED)
    return world.detail(1).articles[-1].message_id or ""


def state(world: World) -> tuple[str, Status]:
    detail = world.detail(1)
    return detail.articles[1].deliveries[0].state, detail.ticket.status


def test_a_report_that_names_our_mail_and_its_recipient_counts_without_token(world: World, sent: str) -> None:
    received = world.receive(report(sent.upper(), recipient=ANN.upper()), mail_from="")
    assert (received.fate, received.number) == (Fate.FOLLOW_UP, 1)
    assert state(world) == ("bounced", Status.OPEN)


def test_reports_that_nobody_can_have_made_in_good_faith_change_nothing_and_are_filed(
    world: World, sent: str
) -> None:
    public_id = sent.split(".")[1]
    forged = [
        report(message_id(world.stranger.key, public_id, DOMAIN)),
        report(message_id(world.ours.key, "a" * 24, DOMAIN)),
        report(f"m.{public_id}.{'a' * 16}@{DOMAIN}"),
        report(sent, recipient=BOB),
        report("anything@else.example"),
    ]
    fates = [world.receive(raw, mail_from="").fate for raw in forged]
    assert set(fates) == {Fate.TICKET}
    assert state(world) == ("queued", Status.CLOSED)


def test_a_stranger_who_quotes_our_mail_changes_nothing(world: World, sent: str) -> None:
    assert world.receive(report(sent), mail_from="eve@evil.example").fate is Fate.TICKET
    assert state(world) == ("queued", Status.CLOSED)


def test_a_forged_report_from_the_customers_own_domain_raises_nothing(world: World, sent: str) -> None:
    raw = report(sent, recipient=BOB, sender="MAILER-DAEMON@acme.example")
    assert world.receive(raw, mail_from="").number == 1
    assert state(world) == ("queued", Status.CLOSED)


def test_a_report_to_another_account_changes_nothing(world: World, sent: str) -> None:
    world.receive(report(sent), "help@stranger.example", mail_from="")
    assert state(world) == ("queued", Status.CLOSED)


@pytest.mark.parametrize("kind", ["disposition-notification", "feedback-report"])
def test_a_receipt_or_a_complaint_is_no_bounce(world: World, sent: str, kind: str) -> None:
    world.receive(report(sent, kind=kind), SUPPORT, mail_from="")
    assert state(world) == ("queued", Status.CLOSED)


def test_a_delay_is_in_its_ticket_and_changes_nothing(world: World, sent: str) -> None:
    assert world.receive(report(sent, action="delayed"), mail_from="").number == 1
    assert state(world) == ("queued", Status.CLOSED)
