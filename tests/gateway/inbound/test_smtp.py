"""The SMTP door, on the wire."""

import socket
import struct
import time

import pytest
from sqlalchemy import update

from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.models import Account
from tests.fakes.dialogue import Dialogue
from tests.fakes.doors import FOREIGN, FORWARDING, NOON, SALES, SUPPORT, Kept, OpenDoors, RunningDoors

MAIL = b"Subject: no network\r\n\r\nSince this morning.\r\n"


def test_the_greeting_names_the_host_and_no_software(doors: RunningDoors) -> None:
    with doors.smtp() as client:
        assert client.expect("220 ").answer == "220 mx.in.example ESMTP"


def test_ehlo_offers_what_is_kept(smtp: Dialogue) -> None:
    offered = smtp.send("EHLO client.example").expect("250-mx.in.example").answer.split("\n")[1:]
    assert [line[4:] for line in offered] == [
        "PIPELINING",
        "SIZE 1048576",
        "8BITMIME",
        "SMTPUTF8",
        "ENHANCEDSTATUSCODES",
        "HELP",
    ]


def test_helo_is_answered_with_the_bare_name(smtp: Dialogue) -> None:
    assert smtp.send("HELO client.example").expect("250").answer == "250 mx.in.example"


def test_a_mail_is_kept_byte_for_byte_and_owed_a_ticket(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT).data(MAIL).expect("250 2.0.0 Kept as ")
    [intake] = kept.intakes()
    assert kept.only_mail() == MAIL
    assert (intake.account_id, intake.source, intake.mail_from) == (1, "smtp", "ann@example.org")
    assert intake.public_id in smtp.answer
    assert intake.size_bytes == len(MAIL)
    assert kept.offers() == [(1, 1, SUPPORT, "pending")]
    assert kept.owed() == [("file", intake.id)]
    assert kept.spooled() == []


def test_several_mails_go_through_one_connection(smtp: Dialogue, kept: Kept) -> None:
    for number in range(3):
        smtp.begin(SUPPORT).data(b"Subject: %d\r\n\r\n\r\n" % number).expect("250 2.0.0")
    smtp.send("QUIT").expect("221 2.0.0")
    assert smtp.is_closed()
    assert len(kept.intakes()) == 3


def test_a_pipelined_group_is_answered_in_order(smtp: Dialogue, kept: Kept) -> None:
    smtp.send_bytes(
        b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<nobody@desk.example>\r\n"
        b"RCPT TO:<support@desk.example>\r\nDATA\r\n"
    )
    smtp.expect("250 2.1.0").expect("550 5.1.1").expect("250 2.1.5").expect("354")
    smtp.send_bytes(MAIL + b".\r\nMAIL FROM:<bob@example.org>\r\nNOOP\r\nQUIT\r\n")
    smtp.expect("250 2.0.0 Kept").expect("250 2.1.0").expect("250 2.0.0").expect("221 2.0.0")
    assert kept.only_mail() == MAIL


def test_an_unknown_recipient_is_refused_at_rcpt(smtp: Dialogue) -> None:
    smtp.send("MAIL FROM:<ann@example.org>").expect("250 2.1.0")
    smtp.send("RCPT TO:<nobody@desk.example>").expect("550 5.1.1")
    smtp.send("RCPT TO:<>").expect("550 5.1.1")
    smtp.send("RCPT TO:<postmaster>").expect("550 5.1.1")
    smtp.send("DATA").expect("503 5.5.1")


def test_mail_to_a_suspended_account_is_to_be_tried_again(smtp: Dialogue) -> None:
    with session.transaction() as db:
        db.execute(update(Account).where(Account.id == 1).values(suspended_at=NOON))
    smtp.send("MAIL FROM:<ann@example.org>").expect("250 2.1.0")
    smtp.send(f"RCPT TO:<{SUPPORT}>").expect("450 4.2.1 This account is suspended.")


def test_mail_to_an_account_that_ends_is_refused_in_the_words_for_an_unknown_address(smtp: Dialogue) -> None:
    with session.transaction() as db:
        db.execute(update(Account).where(Account.id == 1).values(suspended_at=NOON, terminates_at=NOON))
    smtp.send("MAIL FROM:<ann@example.org>").expect("250 2.1.0")
    for address in ("nobody@desk.example", SUPPORT, FORWARDING):
        smtp.send(f"RCPT TO:<{address}>").expect("550 5.1.1 No such mailbox here")
    smtp.send(f"RCPT TO:<{FOREIGN}>").expect("250 2.1.5")


@pytest.mark.parametrize(
    "path",
    [
        "<SUPPORT@Desk.Example>",
        '<"support"@desk.example>',
        "<@relay.example,@other.example:support@desk.example>",
        "support@desk.example",
        f" <{FORWARDING}>",
    ],
)
def test_a_recipient_is_known_however_it_is_written(smtp: Dialogue, path: str) -> None:
    smtp.send("MAIL FROM:<ann@example.org>").expect("250 2.1.0")
    smtp.send(f"RCPT TO:{path}").expect("250 2.1.5")


@pytest.mark.parametrize("path", ["<a@b", "<a b@c>", "<@>", "<a@b@c>", '<"a@b>', "<", "<a@b>x"])
def test_a_broken_path_is_refused_for_good(smtp: Dialogue, path: str) -> None:
    smtp.send(f"MAIL FROM:{path}").expect("553 5.1.3")


def test_bytes_that_are_no_utf8_make_no_address(smtp: Dialogue) -> None:
    smtp.send_bytes(b"MAIL FROM:<m\xfcller@example.org>\r\n").expect("553 5.1.3")


def test_an_address_in_utf8_is_kept(smtp: Dialogue, kept: Kept) -> None:
    smtp.send("MAIL FROM:<jürgen@müller.example> SMTPUTF8 BODY=8BITMIME").expect("250 2.1.0")
    smtp.send(f"RCPT TO:<{SUPPORT}>").expect("250 2.1.5")
    smtp.data("Subject: Grüße\r\n\r\nÄ\r\n".encode()).expect("250 2.0.0")
    assert kept.intakes()[0].mail_from == "jürgen@müller.example"


def test_a_null_reverse_path_is_taken(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT, mail_from="").data(MAIL).expect("250 2.0.0")
    assert kept.intakes()[0].mail_from == ""


def test_two_mailboxes_of_one_account_make_one_intake(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT, SALES).data(MAIL).expect("250 2.0.0")
    assert len(kept.intakes()) == 1
    assert kept.offers() == [(1, 1, SUPPORT, "pending"), (1, 2, SALES, "pending")]


def test_one_mailbox_under_two_addresses_makes_one_intake_with_two_offers(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT, FORWARDING).data(MAIL).expect("250 2.0.0")
    assert len(kept.intakes()) == 1
    assert [offer[1] for offer in kept.offers()] == [1, 1]


def test_two_accounts_get_an_intake_each_of_the_same_blob(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT, FOREIGN).data(MAIL).expect("250 2.0.0")
    first, second = kept.intakes()
    assert (first.account_id, second.account_id) == (1, 2)
    assert first.raw_sha256 == second.raw_sha256
    assert len(kept.owed()) == 2


def test_one_recipient_too_many_is_put_off(smtp: Dialogue) -> None:
    smtp.begin(*[SUPPORT] * 5).send(f"RCPT TO:<{SALES}>").expect("452 4.5.3")
    smtp.data(MAIL).expect("250 2.0.0")


def test_an_empty_message_is_a_message(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT).data(b"").expect("250 2.0.0")
    assert kept.only_mail() == b""


def test_transparency_dots_are_undone(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT).data(b"..one\r\n...\r\n.two\r\n..\r\nthree.\r\n").expect("250 2.0.0")
    assert kept.only_mail() == b".one\r\n..\r\ntwo\r\n.\r\nthree.\r\n"


def test_long_lines_nul_and_eight_bit_are_kept_byte_for_byte(smtp: Dialogue, kept: Kept) -> None:
    odd = b"Subject: x\r\n\r\n" + b"y" * 300_000 + b"\0\xff\xfe" + b"z" * 300_000 + b"\r\n"
    smtp.begin(SUPPORT).data(odd).expect("250 2.0.0")
    assert kept.only_mail() == odd


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n\n.\r\r\n", b"\r\n\0.\n"]
)
def test_nothing_but_crlf_dot_crlf_ends_the_data(smtp: Dialogue, kept: Kept, end: bytes) -> None:
    smuggled = b"MAIL FROM:<x@example.org>\r\nRCPT TO:<sales@desk.example>\r\nDATA\r\nSubject: y\r\n\r\n"
    smtp.begin(SUPPORT).data(b"Subject: x\r\n\r\nhi" + end + smuggled).expect("550 5.6.0")
    smtp.send("NOOP").expect("250 2.0.0")
    assert kept.intakes() == []
    assert kept.offers() == [(1, 1, SUPPORT, "refused")]
    assert kept.spooled() == []


def test_a_declared_size_over_the_limit_is_refused_at_mail(smtp: Dialogue) -> None:
    smtp.send("MAIL FROM:<ann@example.org> SIZE=1048577").expect("552 5.3.4")
    smtp.send("MAIL FROM:<ann@example.org> SIZE=1048576").expect("250 2.1.0")


def test_a_mail_over_the_limit_is_refused_when_it_ends(smtp: Dialogue, kept: Kept) -> None:
    line = b"x" * 998 + b"\r\n"
    smtp.begin(SUPPORT, FOREIGN).data(line * 1100).expect("552 5.3.4")
    assert kept.intakes() == []
    assert [offer[3] for offer in kept.offers()] == ["refused", "refused"]
    assert kept.spooled() == []
    smtp.begin(SUPPORT).data(MAIL).expect("250 2.0.0")


def test_a_mail_of_exactly_the_limit_is_taken(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT).data(b"x" * (1024 * 1024 - 2) + b"\r\n").expect("250 2.0.0")
    assert kept.intakes()[0].size_bytes == 1024 * 1024


def test_a_command_line_that_is_too_long_is_refused_and_swallowed(smtp: Dialogue) -> None:
    smtp.send("NOOP " + "x" * 2000).expect("500 5.5.2")
    smtp.send("NOOP " + "x" * 1_000_000).expect("500 5.5.2")
    smtp.send("NOOP").expect("250 2.0.0")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", "500 5.5.2"),
        ("FROB", "500 5.5.1"),
        ("\xff\xfe", "500 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("DATA now", "501 5.5.4"),
        (f"RCPT TO:<{SUPPORT}>", "503 5.5.1"),
        ("MAIL FROM:<a@example.org> FUTURE=1", "555 5.5.4"),
        ("MAIL FROM:<a@example.org> BODY=BINARYMIME", "501 5.5.4"),
        ("MAIL FROM:<a@example.org> SIZE=²", "553 5.1.3"),
        ("MAIL", "501 5.5.4"),
        ("EHLO", "501 5.5.4"),
        ("VRFY support@desk.example", "252 2.5.0"),
        ("VRFY", "501 5.5.4"),
        ("EXPN staff", "502 5.5.1"),
        ("AUTH PLAIN AHgAeA==", "502 5.5.1"),
        ("STARTTLS", "454 4.7.0"),
        ("BDAT 10 LAST", "500 5.5.1"),
        ("HELP", "214 2.0.0"),
        ("RSET", "250 2.0.0"),
        ("noop", "250 2.0.0"),
    ],
)
def test_every_answer_bears_an_enhanced_status(smtp: Dialogue, line: str, answer: str) -> None:
    smtp.send(line).expect(answer)


def test_rset_forgets_the_mail(smtp: Dialogue) -> None:
    smtp.begin(SUPPORT).send("RSET").expect("250 2.0.0")
    smtp.send("DATA").expect("503 5.5.1")
    smtp.begin(SUPPORT).send("MAIL FROM:<b@example.org>").expect("503 5.5.1")


def test_mail_before_the_greeting_is_refused(doors: RunningDoors) -> None:
    with doors.smtp() as client:
        client.expect("220").send("MAIL FROM:<ann@example.org>").expect("503 5.5.1")


def test_a_client_that_hangs_up_in_the_middle_leaves_no_mail(doors: RunningDoors, kept: Kept) -> None:
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).send("DATA").expect("354").send_bytes(MAIL * 10_000)
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).send("DATA").expect("354").send_bytes(MAIL)
        linger = struct.pack("ii", 1, 0)
        client._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)  # closes with a reset
    doors.tell()
    doors.wait()
    assert kept.intakes() == []
    assert kept.spooled() == []


def test_a_client_that_hangs_up_after_the_dot_leaves_one_mail(doors: RunningDoors, kept: Kept) -> None:
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).data(MAIL)
    _wait_for(lambda: len(kept.intakes()) == 1)
    assert kept.only_mail() == MAIL


def test_a_client_that_only_closes_its_side_gets_every_answer(doors: RunningDoors, kept: Kept) -> None:
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).data(MAIL).finish_sending().expect("250 2.0.0 Kept")
        assert client.is_closed()
    assert kept.only_mail() == MAIL


def test_nearly_full_disk_puts_mail_off(settings: Settings, open_doors: OpenDoors) -> None:
    doors = open_doors(settings.with_values(min_free_bytes=1 << 60))
    with doors.smtp() as client:
        client.greet().send("MAIL FROM:<ann@example.org>").expect("452 4.3.1")


def test_a_fault_of_the_disk_puts_mail_off(smtp: Dialogue, blobs: BlobStore, kept: Kept) -> None:
    smtp.begin(SUPPORT)
    blobs.spool_dir.rmdir()
    smtp.send("DATA").expect("451 4.3.0")
    blobs.spool_dir.mkdir()
    smtp.data(MAIL).expect("250 2.0.0")


def test_too_many_connections_are_told_to_come_later(settings: Settings, open_doors: OpenDoors) -> None:
    doors = open_doors(settings.with_values(smtp_max_connections=1))
    with doors.smtp() as first:
        first.greet()
        with doors.smtp() as second:
            second.expect("421 4.7.0")
            assert second.is_closed()
        first.send("QUIT").expect("221")
        assert first.is_closed()
    with doors.smtp() as third:
        third.greet()


def test_a_client_that_talks_nonsense_is_told_to_go(smtp: Dialogue) -> None:
    for _ in range(20):
        smtp.send("GET / HTTP/1.1").expect("500")
    smtp.send("Host: x").expect("421 4.7.0")
    assert smtp.is_closed()


def _wait_for(condition: object) -> None:
    assert callable(condition)
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def test_who_brought_a_mail_is_kept_for_the_check_of_its_sender(smtp: Dialogue, kept: Kept) -> None:
    smtp.send("HELO relay.client.example").expect("250")
    smtp.begin(SUPPORT).data(MAIL).expect("250")
    [intake] = kept.intakes()
    assert (intake.client_ip, intake.helo) == ("127.0.0.1", "relay.client.example")


def test_an_odd_name_in_the_greeting_is_kept_as_far_as_it_can_be(smtp: Dialogue, kept: Kept) -> None:
    smtp.send_bytes(b"EHLO a\xff\xc3\xa4 b" + b"x" * 400 + b"\r\n").expect("250")
    smtp.begin(SUPPORT).data(MAIL).expect("250")
    [intake] = kept.intakes()
    assert intake.helo.startswith("a???")
    assert len(intake.helo) == 255
