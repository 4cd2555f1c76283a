"""A probe through a real server: how far it comes, and how the connection is protected."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gateway.desk.deliverability import Task
from gateway.desk.dkimkeys import DkimView
from gateway.outbound.connection import Message
from gateway.outbound.probing import Probed, _public, find_facts, send_probe
from gateway.outbound.relayurl import parse_relay_url
from gateway.rules.deliverability import Dkim, Dmarc, Encryption, Ptr, Sending, Spf, Standing
from gateway.settings import load
from tests.fakes.certificate import Certificate
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.outgoing import KEY, QUICK, RAW, account_of, give_account
from tests.fakes.smtp_peer import Answer, Drop, Hang, SmtpPeer

MAIL = Message("probe@desk.example", "help@ours.example", RAW)
STANDING = Standing(Spf.MISSING, Dkim.NONE, Dmarc.MISSING, Ptr.UNKNOWN)


def probe(url: str) -> Probed:
    return send_probe(parse_relay_url(url), MAIL, ehlo_name="desk.example", timeouts=QUICK)


def test_a_probe_is_sent_once_and_the_session_ended(peer: SmtpPeer) -> None:
    assert probe(peer.url) == Probed(Sending.SENT, Encryption.LOCAL, "250 2.0.0 queued as 1")
    (mail,) = peer.mails
    assert (mail.mail_from, mail.rcpt_to, mail.raw) == (MAIL.mail_from, MAIL.rcpt_to, RAW)
    assert peer.commands[-1].upper() == "QUIT"


def test_a_server_that_is_not_there_is_told() -> None:
    found = probe("smtp://127.0.0.1:1")
    assert (found.sending, found.encryption, bool(found.said)) == (
        Sending.UNREACHABLE,
        Encryption.UNKNOWN,
        True,
    )


@pytest.mark.parametrize(
    ("step", "action", "sending"),
    [
        ("connect", Answer("554 go away"), Sending.UNREACHABLE),
        ("connect", Hang(), Sending.UNREACHABLE),
        ("mail", Answer("550 5.7.1 not you"), Sending.REFUSED),
        ("rcpt", Answer("450 4.2.0 later"), Sending.REFUSED),
        ("mail", Drop(), Sending.REFUSED),
        ("content", Answer("554 5.7.1 spam"), Sending.REFUSED),
        ("content", Drop(), Sending.REFUSED),
    ],
)
def test_what_the_server_says_is_kept(
    peer: SmtpPeer, step: str, action: Answer | Drop | Hang, sending: Sending
) -> None:
    peer.at(step, action)
    found = probe(peer.url)
    assert (found.sending, bool(found.said)) == (sending, True)
    if isinstance(action, Answer):
        assert action.line in found.said


def test_a_certificate_that_nobody_checked_is_told_apart(certificate: Certificate) -> None:
    with SmtpPeer(tls=certificate.server_context()) as peer:
        assert probe(peer.url).encryption is Encryption.UNVERIFIED
        assert probe(f"{peer.url}?starttls=require").sending is Sending.UNREACHABLE


def test_a_good_certificate_is_verified(trusted: Certificate) -> None:
    with SmtpPeer(tls=trusted.server_context(), implicit_tls=True) as peer:
        assert probe(peer.url).encryption is Encryption.VERIFIED


def test_signing_in_is_tried_and_its_failure_told(peer: SmtpPeer) -> None:
    peer.login = ("desk", "right")
    assert probe(peer.url.replace("://", "://desk:right@")).sending is Sending.SENT
    found = probe(peer.url.replace("://", "://desk:wrong@"))
    assert (found.sending, "535" in found.said, "wrong@" in found.said) == (Sending.SIGN_IN, True, False)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("10.0.0.1", ""),
        ("::1", ""),
        ("", ""),
    ],
)
def test_only_a_public_address_is_seen_by_others(address: str, public: str) -> None:
    assert _public(address) == public


def test_facts_are_what_server_and_dns_say(peer: SmtpPeer, tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, relay_url=peer.url, mail_domain="desk.example")
    task = Task("x", "help@ours.example", "probe@desk.example", "ours.example", RAW, None, ())
    asked: list[tuple[str, str, str]] = []

    def look_up(*, sender: str, author: str, host: str, keys: Sequence[DkimView]) -> Standing:
        asked.append((sender, author, host))
        return STANDING

    facts = find_facts(task, settings, look_up=look_up)
    assert asked == [("desk.example", "ours.example", "")]
    assert (facts.sending, facts.encryption, facts.spf) == (Sending.SENT, Encryption.LOCAL, Spf.MISSING)
    assert peer.mails[0].rcpt_to == "help@ours.example"


def test_without_any_server_there_is_nothing_to_send_by(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, relay_url="", mail_domain="desk.example")
    task = Task("x", "help@ours.example", "probe@desk.example", "ours.example", RAW, None, ())
    found = find_facts(task, settings, look_up=lambda **_: STANDING)
    assert (found.sending, found.said) == (Sending.NO_SERVER, "")


@pytest.fixture
def own(root: Path) -> Iterator[SmtpPeer]:
    """A mailbox's own server."""
    with SmtpPeer(login=("help", "right")) as running:
        yield running


@pytest.mark.parametrize(
    ("secret", "sending", "said"),
    [("right", Sending.SENT, "250"), ("hunter2", Sending.SIGN_IN, "did not accept user name")],
)
def test_a_mailbox_with_an_account_is_probed_by_that(
    own: SmtpPeer, peer: SmtpPeer, tmp_path: Path, secret: str, sending: Sending, said: str
) -> None:
    settings = load(
        data_dir=tmp_path, relay_url=peer.url, mail_domain="desk.example", secret_key=KEY.decode()
    )
    account = account_of(give_account(own.port, username="help", secret=secret))
    task = Task("x", "help@ours.example", "probe@desk.example", "ours.example", RAW, account, ())
    found = find_facts(task, settings, look_up=lambda **_: STANDING)
    assert (found.sending, said in found.said, peer.mails) == (sending, True, [])
    assert secret not in found.said


def test_an_accounts_token_that_cannot_be_had_is_told_as_a_failed_sign_in(
    own: SmtpPeer, tmp_path: Path, oauth: OAuthServer
) -> None:
    settings = load(data_dir=tmp_path, mail_domain="desk.example", secret_key=KEY.decode())
    oauth.error = "invalid_grant"
    token = {"auth": "xoauth2", "secret": "x", "token_url": oauth.url, "client_id": "us"}
    account = account_of(give_account(own.port, username="help", **token))
    task = Task("x", "help@ours.example", "probe@desk.example", "ours.example", RAW, account, ())
    found = find_facts(task, settings, look_up=lambda **_: STANDING)
    assert (found.sending, own.sessions) == (Sending.SIGN_IN, 0)
