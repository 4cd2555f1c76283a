"""Opening a session: encryption and passwords first, and never a password where somebody may listen."""

import smtplib
import ssl
from dataclasses import replace

import pytest

from gateway.outbound.answers import MAX_TEXT
from gateway.outbound.opening import Refused, describe, open_session, text_of
from gateway.outbound.relayurl import parse_relay_url
from tests.fakes.certificate import Certificate
from tests.fakes.outgoing import QUICK
from tests.fakes.smtp_peer import Answer, Drop, Hang, SmtpPeer


def open_at(url: str) -> smtplib.SMTP:
    return open_session(parse_relay_url(url), ehlo_name="desk.example", timeouts=QUICK)


def test_we_say_who_we_are(peer: SmtpPeer) -> None:
    open_at(peer.url).quit()
    assert peer.commands[0] == "ehlo desk.example"


def test_a_server_without_ehlo_is_greeted_with_helo(peer: SmtpPeer) -> None:
    peer.at("ehlo", Answer("500 what?"))
    with pytest.raises(smtplib.SMTPHeloError):
        open_at(peer.url)
    assert [command.split()[0].upper() for command in peer.commands] == ["EHLO", "HELO"]


def test_starttls_is_used_where_it_is_offered_whatever_the_certificate(certificate: Certificate) -> None:
    with SmtpPeer(tls=certificate.server_context()) as peer:
        session = open_at(peer.url)
        assert isinstance(session.sock, ssl.SSLSocket)
        session.quit()


def test_starttls_that_must_be_is_refused_where_it_is_not_offered(peer: SmtpPeer) -> None:
    with pytest.raises(Refused, match="STARTTLS"):
        open_at(f"{peer.url}?starttls=require")
    assert not any(command.upper().startswith("MAIL") for command in peer.commands)


def test_starttls_that_must_be_wants_a_good_certificate(certificate: Certificate) -> None:
    with SmtpPeer(tls=certificate.server_context()) as peer, pytest.raises(ssl.SSLCertVerificationError):
        open_at(f"{peer.url}?starttls=require")


def test_starttls_that_must_be_succeeds_with_a_good_certificate(trusted: Certificate) -> None:
    with SmtpPeer(tls=trusted.server_context()) as peer:
        open_at(f"{peer.url}?starttls=require").quit()
        assert [c.upper().split()[0] for c in peer.commands] == ["EHLO", "STARTTLS", "EHLO", "QUIT"]


def test_smtps_is_encrypted_from_the_start_and_verified(trusted: Certificate) -> None:
    with SmtpPeer(tls=trusted.server_context(), implicit_tls=True) as peer:
        session = open_at(peer.url)
        assert isinstance(session.sock, ssl.SSLSocket)
        session.quit()


def test_smtps_with_a_strange_certificate_is_no_session(certificate: Certificate) -> None:
    with SmtpPeer(tls=certificate.server_context(), implicit_tls=True) as peer, pytest.raises(ssl.SSLError):
        open_at(peer.url)


def test_starttls_that_is_refused_is_not_passed_over(certificate: Certificate) -> None:
    with SmtpPeer(tls=certificate.server_context()) as peer:
        peer.at("starttls", Answer("454 not now"))
        with pytest.raises(smtplib.SMTPResponseException):
            open_at(peer.url)


def test_a_password_goes_over_loopback_also_unencrypted() -> None:
    with SmtpPeer(login=("me", "pä:ss")) as peer:
        open_at(f"smtp://me:p%C3%A4%3Ass@127.0.0.1:{peer.port}").quit()
        assert peer.secrets == ["pä:ss"]


def test_a_password_never_goes_over_the_net_unencrypted() -> None:
    with SmtpPeer(login=("me", "pw")) as peer:
        relay = replace(parse_relay_url(f"smtp://me:pw@127.0.0.1:{peer.port}"), host="0.0.0.0")
        with pytest.raises(Refused, match="not encrypted"):
            open_session(relay, ehlo_name="desk.example", timeouts=QUICK)
        assert peer.secrets == []


def test_a_wrong_password_is_told_with_the_servers_words() -> None:
    with SmtpPeer(login=("me", "pw")) as peer, pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        open_at(f"smtp://me:wrong@127.0.0.1:{peer.port}")
    assert describe(caught.value) == "535 5.7.8 wrong password"


def test_a_server_that_knows_no_sign_in_is_told_as_that(peer: SmtpPeer) -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError):
        open_at(f"smtp://me:pw@127.0.0.1:{peer.port}")


@pytest.mark.parametrize("step", ["connect", "ehlo"])
def test_a_server_that_hangs_or_hangs_up_is_left(step: str) -> None:
    for action, words in ((Hang(), "did not answer in time"), (Drop(), "unexpectedly closed")):
        with SmtpPeer() as peer:
            peer.at(step, action)
            with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)) as caught:
                open_at(peer.url)
        assert words in describe(caught.value)


def test_a_greeting_that_refuses_is_told() -> None:
    with SmtpPeer() as peer:
        peer.at("connect", Answer("554 no service here", close=True))
        with pytest.raises(smtplib.SMTPConnectError) as caught:
            open_at(peer.url)
    assert describe(caught.value) == "554 no service here"


def test_an_answer_becomes_one_bounded_line() -> None:
    assert text_of((250, b"first\nsecond \xff")) == "250 first second \N{REPLACEMENT CHARACTER}"
    assert len(text_of((550, b"x" * 5000))) == MAX_TEXT


def test_faults_are_told_in_words() -> None:
    assert describe(TimeoutError()) == "The server did not answer in time."
    assert describe(ConnectionRefusedError()) == "ConnectionRefusedError"
    assert describe(OSError("no route")) == "no route"
