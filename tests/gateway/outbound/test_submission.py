"""Sending many mails: sessions are kept, dead ones replaced, and nothing is said twice."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.mail.envelope import Envelope
from gateway.outbound import submission
from gateway.outbound.relayurl import Relay, Tls, parse_relay_url
from gateway.outbound.submission import Sender
from gateway.rules.retry import Deferred, Failed, Outcome, Sent
from tests.fakes.outgoing import QUICK, RAW
from tests.fakes.smtp_peer import Answer, Drop, Hang, SmtpPeer

ANN = Envelope("bounce@desk.example", ("ann@example.org",))


@pytest.fixture
def sender(peer: SmtpPeer) -> Iterator[Sender]:
    made = Sender(relay_url=peer.url, ehlo_name="desk.example", timeouts=QUICK)
    yield made
    made.close()


def send(sender: Sender, envelope: Envelope = ANN, *, relay_url: str = "") -> Outcome:
    account = parse_relay_url(relay_url) if relay_url else None
    return sender.send(
        envelope, RAW, account=account, has_time_for=lambda _: True, on_accepted=lambda _: None
    )


def test_mails_go_over_one_session_one_after_another(peer: SmtpPeer, sender: Sender) -> None:
    for _ in range(5):
        assert isinstance(send(sender), Sent)
    assert [mail.session for mail in peer.mails] == [1] * 5


def test_a_refused_recipient_does_not_end_the_session(peer: SmtpPeer, sender: Sender) -> None:
    peer.at("rcpt", Answer("550 5.1.1 no such user"))
    assert isinstance(send(sender), Failed)
    assert isinstance(send(sender), Sent)
    assert peer.sessions == 1


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_kept_session_that_died_is_replaced_before_the_content(
    step: str, peer: SmtpPeer, sender: Sender
) -> None:
    send(sender)
    peer.at(step, Drop())
    assert isinstance(send(sender), Sent)
    assert [mail.session for mail in peer.mails] == [1, 2]


def test_a_session_that_the_server_closed_while_idle_is_replaced(peer: SmtpPeer, sender: Sender) -> None:
    send(sender)
    peer.hang_up()
    assert isinstance(send(sender), Sent)
    assert peer.sessions == 2


def test_a_session_is_replaced_once_only(peer: SmtpPeer, sender: Sender) -> None:
    send(sender)
    peer.at("mail", Answer("421 4.3.2 closing", close=True), times=2)
    assert send(sender) == Deferred("421 4.3.2 closing")
    assert peer.sessions == 2


def test_after_the_content_began_nothing_is_sent_again(peer: SmtpPeer, sender: Sender) -> None:
    send(sender)
    peer.at("content", Drop(keep=True))
    assert isinstance(send(sender), Deferred)
    assert (len(peer.mails), peer.sessions) == (2, 1)


def test_an_idle_session_is_not_trusted(
    peer: SmtpPeer, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(sender)
    monkeypatch.setattr(submission, "IDLE_SECONDS", -1.0)  # waiting for a minute would prove no more
    send(sender)
    assert [mail.session for mail in peer.mails] == [1, 2]


def test_a_mailbox_with_its_own_server_uses_that(peer: SmtpPeer, sender: Sender) -> None:
    with SmtpPeer() as own:
        send(sender, relay_url=own.url)
        assert (len(own.mails), len(peer.mails)) == (1, 0)


def test_only_so_many_sessions_are_kept(sender: Sender) -> None:
    peers = [SmtpPeer() for _ in range(submission.MAX_SESSIONS + 1)]
    for peer in peers:
        with peer:
            send(sender, relay_url=peer.url)
    assert len(sender._sessions) == submission.MAX_SESSIONS


def test_without_a_server_it_is_put_off_and_says_so() -> None:
    outcome = send(Sender(relay_url="", ehlo_name="desk.example"))
    assert outcome == Deferred("No outgoing mail server is configured.", pause=timedelta(seconds=60))


@pytest.mark.parametrize("step", ["connect", "ehlo"])
@pytest.mark.parametrize(
    "action", [Answer("554 5.7.1 go away", close=True), Answer("421 busy", close=True), Drop()]
)
def test_a_refusal_before_the_mail_is_never_final(
    step: str, action: Answer | Drop, peer: SmtpPeer, sender: Sender
) -> None:
    peer.at(step, action, times=2)
    assert isinstance(send(sender), Deferred)


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with SmtpPeer() as gone:
        url = gone.url
    outcome = send(Sender(relay_url=url, ehlo_name="desk.example", timeouts=QUICK))
    assert isinstance(outcome, Deferred)
    assert "refused" in outcome.answer


def test_starttls_that_is_missing_puts_it_off(peer: SmtpPeer, sender: Sender) -> None:
    outcome = send(sender, relay_url=f"{peer.url}?starttls=require")
    assert isinstance(outcome, Deferred)
    assert "STARTTLS" in outcome.answer


@pytest.mark.parametrize("rcpt_to", ["", "ann", "ann@example.org>\r\nRCPT TO:<eve@example.org"])
def test_an_address_that_is_none_fails_without_a_word_to_the_server(
    rcpt_to: str, peer: SmtpPeer, sender: Sender
) -> None:
    assert isinstance(send(sender, Envelope("", (rcpt_to,))), Failed)
    assert peer.sessions == 0


def test_a_domain_outside_ascii_needs_no_extension() -> None:
    with SmtpPeer(extensions=()) as peer:
        sender = Sender(relay_url=peer.url, ehlo_name="desk.example", timeouts=QUICK)
        assert isinstance(send(sender, Envelope("", ("info@müller.de",))), Sent)
        sender.close()
        assert (peer.mails[0].mail_from, peer.mails[0].rcpt_to) == ("", "info@xn--mller-kva.de")


def test_a_server_that_kept_us_waiting_rests_while_others_are_served(
    peer: SmtpPeer, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "SLOW_SECONDS", 0.5)  # to wait for five would prove no more
    monkeypatch.setattr(submission, "REST_SECONDS", 1.5)
    with SmtpPeer() as hanging:
        hanging.at("rcpt", Hang())
        for _ in range(20):
            assert send(sender, relay_url=hanging.url) == Deferred("The server did not answer in time.")
            assert isinstance(send(sender), Sent)
        assert (hanging.sessions, len(peer.mails)) == (1, 20)
        time.sleep(1.6)
        assert isinstance(send(sender, relay_url=hanging.url), Sent)


def test_a_server_rests_no_shorter_than_it_kept_us_waiting(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "SLOW_SECONDS", 0.5)
    monkeypatch.setattr(submission, "REST_SECONDS", 0.0)
    with SmtpPeer() as hanging:
        hanging.at("content", Hang())
        send(sender, relay_url=hanging.url)
        assert isinstance(send(sender, relay_url=hanging.url), Deferred)
        time.sleep(QUICK.answer + 0.2)
        assert isinstance(send(sender, relay_url=hanging.url), Sent)


def test_a_server_that_refuses_at_once_does_not_rest(peer: SmtpPeer, sender: Sender) -> None:
    peer.at("rcpt", Answer("451 4.7.1 greylisted"))
    assert isinstance(send(sender), Deferred)
    assert isinstance(send(sender), Sent)


def test_closing_says_goodbye(peer: SmtpPeer, sender: Sender) -> None:
    send(sender)
    sender.close()
    assert peer.commands[-1].upper() == "QUIT"


def through_account(sender: Sender, relay: Relay) -> Outcome:
    return sender.send(ANN, RAW, account=relay, has_time_for=lambda _: True, on_accepted=lambda _: None)


def test_a_session_with_an_accounts_server_is_used_again_and_ended_soon(
    peer: SmtpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter, so that the test need not wait.
    monkeypatch.setattr(submission, "ACCOUNT_IDLE_SECONDS", 0.3)
    relay = Relay("localhost", peer.port, Tls.NEVER, reach=Reach(allows_private=True))
    sender = Sender(relay_url="", ehlo_name="desk.example", timeouts=QUICK)
    for _ in range(3):
        assert isinstance(through_account(sender, relay), Sent)
        assert sender.keeps(relay)
    assert peer.sessions == 1
    give_up_at = time.monotonic() + 5
    while sender.keeps(relay) and time.monotonic() < give_up_at:
        time.sleep(0.02)
    assert not sender.keeps(relay)
    assert isinstance(through_account(sender, relay), Sent)
    assert peer.sessions == 2
    sender.close()


def test_an_account_that_lets_nobody_in_is_no_outcome_of_the_mail(peer: SmtpPeer) -> None:
    relay = Relay("localhost", peer.port, Tls.REQUIRED, "me", "pw", reach=Reach(allows_private=True))
    with pytest.raises(ServerFault):
        through_account(Sender(relay_url=peer.url, ehlo_name="desk.example", timeouts=QUICK), relay)
    assert peer.mails == []


@pytest.mark.parametrize(
    ("said", "offer"), [("SIZE 1000", 1000), ("SIZE 0", 0), ("SIZE", 0), ("8BITMIME", 0), ("SIZE x", 0)]
)
def test_how_large_a_mail_may_be_is_told_once_a_greeting(said: str, offer: int) -> None:
    with SmtpPeer(extensions=(said,)) as peer:
        sender = Sender(relay_url=peer.url, ehlo_name="desk.example", timeouts=QUICK)
        assert sender.relay is not None
        assert sender.take_offer(sender.relay) is None
        for told in (offer, None):
            send(sender)
            assert sender.take_offer(sender.relay) == told
        sender.close()
