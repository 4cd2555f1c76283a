"""The LMTP door, on the wire."""

from tests.fakes.dialogue import Dialogue
from tests.fakes.doors import FOREIGN, SALES, SUPPORT, Kept, RunningDoors

MAIL = b"Subject: no network\r\n\r\nSince this morning.\r\n"


def test_each_recipient_that_was_taken_is_answered(lmtp: Dialogue, kept: Kept) -> None:
    lmtp.send("MAIL FROM:<>").expect("250 2.1.0")
    for rcpt_to, answer in [(SUPPORT, "250"), ("nobody@x.example", "550"), (FOREIGN, "250"), (SALES, "250")]:
        lmtp.send(f"RCPT TO:<{rcpt_to}>").expect(answer)
    lmtp.data(MAIL).expect("250 2.0.0").expect("250 2.0.0").expect("250 2.0.0")
    lmtp.send("NOOP").expect("250 2.0.0 OK")
    assert [intake.source for intake in kept.intakes()] == ["lmtp", "lmtp"]
    assert [offer[2] for offer in kept.offers()] == [SUPPORT, SALES, FOREIGN]


def test_each_recipient_is_told_of_a_refusal(lmtp: Dialogue, kept: Kept) -> None:
    lmtp.begin(SUPPORT, FOREIGN).data(b"bare\nline\r\n").expect("550 5.6.0").expect("550 5.6.0")
    lmtp.send("NOOP").expect("250 2.0.0 OK")
    assert [offer[3] for offer in kept.offers()] == ["refused", "refused"]


def test_data_without_a_recipient_is_refused(lmtp: Dialogue) -> None:
    lmtp.begin().send("DATA").expect("503 5.5.1")


def test_only_lhlo_greets(doors: RunningDoors) -> None:
    with doors.lmtp() as client:
        client.expect("220 ")
        client.send("EHLO client.example").expect("500 5.5.1")
        client.send("HELO client.example").expect("500 5.5.1")
        client.send("MAIL FROM:<>").expect("503 5.5.1")
        assert "LHLO" in client.answer
        client.send("LHLO client.example").expect("250-mx.in.example")
        assert "250-PIPELINING" in client.answer


def test_smtp_does_not_know_lhlo(doors: RunningDoors) -> None:
    with doors.smtp() as client:
        client.expect("220 ").send("LHLO client.example").expect("500 5.5.1")


def test_the_server_next_door_is_nobody_whose_address_says_anything(lmtp: Dialogue, kept: Kept) -> None:
    lmtp.begin(SUPPORT).data(MAIL).expect("250")
    [intake] = kept.intakes()
    assert (intake.client_ip, intake.helo) == ("", "")
