"""Opening a session: encryption and passwords first, and never a password where somebody may listen."""

import smtplib
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.outbound.answers import MAX_TEXT
from gateway.outbound.opening import Refused, describe, open_session, text_of
from gateway.outbound.relayurl import Relay, Tls, parse_relay_url
from gateway.store.servers import Auth, Trouble
from tests.fakes.authority import make_authority
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


def test_a_server_that_knows_login_only_is_signed_in_at() -> None:
    with SmtpPeer(login=("me", "pä:ss"), mechanisms="LOGIN") as peer:
        open_at(f"smtp://me:p%C3%A4%3Ass@127.0.0.1:{peer.port}").quit()
        assert peer.secrets == ["pä:ss"]
        with pytest.raises(smtplib.SMTPAuthenticationError):
            open_at(f"smtp://me:wrong@127.0.0.1:{peer.port}")


def at_account(peer: SmtpPeer, **changes: Any) -> Relay:
    made = Relay("localhost", peer.port, Tls.NEVER, reach=Reach(allows_private=True))
    return replace(made, **changes)


def open_account(relay: Relay) -> smtplib.SMTP:
    return open_session(relay, ehlo_name="desk.example", timeouts=QUICK)


def trouble(relay: Relay) -> ServerFault:
    with pytest.raises(ServerFault) as caught:
        open_account(relay)
    return caught.value


def test_an_accounts_server_on_this_machine_may_be_plain(peer: SmtpPeer) -> None:
    open_account(at_account(peer)).quit()
    assert [command.upper().split()[0] for command in peer.commands] == ["EHLO", "QUIT"]


def test_an_accounts_server_elsewhere_may_not(peer: SmtpPeer) -> None:
    relay = at_account(peer, host="192.0.2.1", user="me", password="pw")
    assert trouble(relay).trouble is Trouble.NO_TLS


def test_without_a_sign_in_an_accounts_server_is_in_ones_own_network(peer: SmtpPeer) -> None:
    assert trouble(at_account(peer, host="9.9.9.9", tls=Tls.REQUIRED)).trouble is Trouble.NO_LOGIN


def test_a_host_that_an_admin_named_is_not_in_our_network(peer: SmtpPeer) -> None:
    relay = at_account(peer, tls=Tls.REQUIRED, user="me", reach=Reach(allows_private=False))
    assert trouble(relay).trouble is Trouble.FORBIDDEN_HOST
    assert peer.sessions == 0


def test_an_account_never_signs_in_where_starttls_is_missing() -> None:
    with SmtpPeer(login=("me", "pw")) as peer:
        relay = at_account(peer, tls=Tls.REQUIRED, user="me", password="pw")
        assert trouble(relay).trouble is Trouble.NO_TLS
        assert peer.secrets == []


@pytest.mark.parametrize("tls", [Tls.REQUIRED, Tls.IMPLICIT])
def test_an_accounts_certificate_is_always_looked_at(tmp_path: Path, tls: Tls) -> None:
    for number, (found, changes) in enumerate(
        (
            (Trouble.CERTIFICATE_UNTRUSTED, {}),
            (Trouble.CERTIFICATE_EXPIRED, {"is_expired": True}),
            (Trouble.CERTIFICATE_NAME, {"names": ("other.example",)}),
        )
    ):
        authority = make_authority(tmp_path / str(number), **changes)  # type: ignore[arg-type]
        reach = Reach(allows_private=True, tls=authority.client_context() if changes else None)
        is_implicit = tls is Tls.IMPLICIT
        with SmtpPeer(tls=authority.server_context(), implicit_tls=is_implicit, login=("me", "pw")) as peer:
            relay = at_account(peer, tls=tls, user="me", password="pw", reach=reach)
            assert trouble(relay).trouble is found
            assert peer.secrets == []


@pytest.mark.parametrize("tls", [Tls.REQUIRED, Tls.IMPLICIT])
def test_an_account_signs_in_over_tls(tmp_path: Path, tls: Tls) -> None:
    authority = make_authority(tmp_path)
    reach = Reach(allows_private=True, tls=authority.client_context())
    is_implicit = tls is Tls.IMPLICIT
    with SmtpPeer(tls=authority.server_context(), implicit_tls=is_implicit, login=("me", "pw")) as peer:
        session = open_account(at_account(peer, tls=tls, user="me", password="pw", reach=reach))
        assert isinstance(session.sock, ssl.SSLSocket)
        session.quit()
        assert peer.secrets == ["pw"]


def test_a_token_signs_in_and_a_refused_one_is_answered_by_an_empty_line() -> None:
    with SmtpPeer(login=("me", ""), mechanisms="XOAUTH2") as peer:
        peer.accepts_token = lambda token: token == "good"
        by_token = at_account(peer, user="me", password="good", auth=Auth.XOAUTH2)
        open_account(by_token).quit()
        fault = trouble(replace(by_token, password="bad"))
        assert (fault.trouble, fault.detail) == (Trouble.LOGIN, "535 5.7.8 bad token")
        assert peer.secrets == ["good", "bad"]


@pytest.mark.parametrize(
    ("step", "action", "found"),
    [
        ("connect", Answer("421 4.3.2 too many", close=True), Trouble.BUSY),
        ("connect", Answer("554 5.7.1 go away", close=True), Trouble.PROTOCOL),
        ("connect", Hang(), Trouble.TIMEOUT),
        ("connect", Drop(), Trouble.DROPPED),
        ("connect", Answer("SSH-2.0-x"), Trouble.PROTOCOL),
        ("ehlo", Hang(), Trouble.TIMEOUT),
        ("auth", Answer("454 4.7.0 try later"), Trouble.BUSY),
        ("auth", Answer("535 5.7.139 disabled"), Trouble.LOGIN),
    ],
)
def test_what_is_wrong_with_an_accounts_server_has_a_name(
    step: str, action: Answer | Drop | Hang, found: Trouble
) -> None:
    with SmtpPeer(login=("me", "pw")) as peer:
        peer.at(step, action)
        fault = trouble(at_account(peer, user="me", password="pw"))
    assert fault.trouble is found
    assert "pw" not in fault.detail


def test_an_accounts_server_that_knows_no_sign_in_is_told_as_that(peer: SmtpPeer) -> None:
    assert trouble(at_account(peer, user="me", password="pw")).trouble is Trouble.LOGIN


def test_nobody_there_is_told_as_that() -> None:
    with SmtpPeer() as gone:
        pass
    assert trouble(at_account(gone)).trouble is Trouble.UNREACHABLE


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
