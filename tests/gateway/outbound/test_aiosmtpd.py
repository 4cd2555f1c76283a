"""A mailbox's own server that is a program of others: STARTTLS, and a sign-in that it demands."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from gateway.desk.servers.reach import Reach
from gateway.outbound.deliver import deliver
from gateway.outbound.postoffice import PostOffice
from tests.fakes.authority import make_authority
from tests.fakes.outgoing import NOON, RAW, SetClock, account_row, give_account, owe, row
from tests.fakes.smtp_peer import SmtpPeer


class Keep:
    """Takes every mail."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert session.authenticated
        self.mails.append(envelope)
        return "250 2.0.0 kept"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, who: Any) -> AuthResult:
    good = isinstance(who, LoginPassword) and (who.login, who.password) == (b"help", "pä:ss".encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[tuple[Keep, int]]:
    keep = Keep()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        keep,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    try:
        yield keep, port
    finally:
        controller.stop()


def test_mail_goes_out_signed_in_and_encrypted_or_not_at_all(
    tmp_path: Path, office: PostOffice, peer: SmtpPeer
) -> None:
    authority = make_authority(tmp_path / "authority")
    with serving(authority.server_context()) as (keep, port):
        give_account(port, security="starttls", username="help", secret="pä:ss")
        first, second = owe("ann@example.org"), owe("bob@example.org")
        deliver(first, office=office)
        assert account_row()["last_error"].startswith("certificate-untrusted")
        assert (row(first)["state"], keep.mails) == ("deferred", [])
        trusting = replace(
            office,
            reach=Reach(allows_private=True, tls=authority.client_context()),
            clock=SetClock(NOON + timedelta(hours=1)),
        )
        for delivery_id in (first, second):
            deliver(delivery_id, office=trusting)
        office.sender.close()
        assert [mail.rcpt_tos for mail in keep.mails] == [["ann@example.org"], ["bob@example.org"]]
        assert keep.mails[0].original_content == RAW
    assert (account_row()["last_error"], peer.mails) == ("", [])
