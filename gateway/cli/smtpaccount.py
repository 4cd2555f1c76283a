"""`manage4all mailbox smtp`: the SMTP account by which a mailbox's mail leaves."""

from typing import Any

import click

from gateway import clock
from gateway.cli.connecting import account_option, choice, find_mailbox, mailbox_option, read_secrets
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option
from gateway.clock import SystemClock
from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import MOST_CONNECTIONS, Outgoing
from gateway.errors import Invalid
from gateway.outbound.relayurl import Relay, Tls, parse_relay_url
from gateway.rules.access import Actor
from gateway.settings import Settings
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, Security
from gateway.store.session import reading, transaction
from gateway.store.smtp import EnvelopeSender
from gateway.store.troublewords import words_for

USUAL_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}


@click.command("smtp")
@account_option
@mailbox_option
@click.option("--host", default="", help="The SMTP server.")
@click.option("--port", type=int, default=None, help="Its port; else the usual one: 465, 587 or 25.")
@click.option("--security", type=choice(Security), default="tls", help="How the connection is protected.")
@click.option("--user", default="", help="Name to sign in with; none for a server that wants none.")
@click.option("--password-stdin", is_flag=True, help="Read the password, or the refresh token, from stdin.")
@click.option("--token-url", default="", help="Sign in by OAuth 2: where a refresh token is exchanged.")
@click.option("--client-id", default="", help="OAuth 2 client id; a second line on stdin is its secret.")
@click.option("--sender", type=choice(EnvelopeSender), default="ours", help="The envelope's sender.")
@click.option("--connections", type=int, default=2, show_default=True, help="Most at a time.")
@click.option("--per-minute", type=int, default=0, help="Most mails in a minute; 0 is any number.")
@click.option("--remove", "removes", is_flag=True, help="Send by the installation's server again.")
@json_option
def smtp(**given: Any) -> int:
    """Have a mailbox's mail leave by an SMTP account of its own.

    Saves it, then connects and signs in; status 1 if that fails, and its mail waits until it works.
    """
    settings = open_desk()
    by, mailbox_id = find_mailbox(settings, given["account_id"], given["address"])
    if given["removes"]:
        with transaction() as db:
            smtpaccounts.remove(db, by, mailbox_id, now=clock.now())
        return 0
    with transaction() as db:
        smtpaccounts.save(db, by, mailbox_id, _wanted(given, settings), now=clock.now(), is_operators=True)
    error = _try(settings, by, mailbox_id)
    with reading() as db:
        view = smtpaccounts.find_view(db, by, mailbox_id)
    size = view.max_message_bytes if view else 0
    answer({"ok": not error, "error": error, "max_message_bytes": size}, as_json=given["as_json"])
    return int(bool(error))


def by_address(url: str, seal: Seal) -> Outgoing:
    """The account behind an address as `mailbox add --relay-url` has it; Invalid if it is none.

    TLS is a must wherever the server is not this machine, also where the address does not demand it. It may
    be asked by all processes at once: an operator's own server is meant for that.
    """
    relay = parse_relay_url(url)
    return Outgoing(
        host=relay.host,
        port=relay.port,
        security=_security(relay),
        username=relay.user,
        sealed_secret=seal.seal(relay.password),
        max_connections=MOST_CONNECTIONS,
    )


def _security(relay: Relay) -> Security:
    if relay.tls is Tls.IMPLICIT:
        return Security.TLS
    is_plain = relay.tls is Tls.IF_OFFERED and relay.is_loopback
    return Security.PLAIN if is_plain else Security.STARTTLS


def _wanted(given: dict[str, Any], settings: Settings) -> Outgoing:
    if not given["host"]:
        raise Invalid("Name the server by --host, or say --remove.", field="host")
    seal, security = Seal(settings.key()), Security(given["security"])
    secret, client_secret = read_secrets(from_stdin=given["password_stdin"]) if given["user"] else ("", "")
    return Outgoing(
        host=given["host"],
        port=USUAL_PORTS[security] if given["port"] is None else given["port"],
        security=security,
        username=given["user"],
        auth=Auth.XOAUTH2 if given["token_url"] else Auth.PASSWORD,
        sealed_secret=seal.seal(secret),
        token_url=given["token_url"],
        client_id=given["client_id"],
        sealed_client_secret=seal.seal(client_secret),
        sender=EnvelopeSender(given["sender"]),
        max_connections=given["connections"],
        mails_per_minute=given["per_minute"],
    )


def _try(settings: Settings, by: Actor, mailbox_id: str) -> str:
    """What is wrong with the account in words, "" if nothing is."""
    from gateway.desk.servers.faults import ServerFault
    from gateway.desk.servers.reach import reach_of
    from gateway.outbound.trying import try_account
    from gateway.outbound.way import Way

    with reading() as db:
        account = smtpaccounts.get_account(db, by, mailbox_id)
    way = Way(account, seal=Seal(settings.key()), reach=reach_of(settings), clock=SystemClock())
    try:
        try_account(way, ehlo_name=settings.greeting, clock=SystemClock())
    except ServerFault as fault:
        return words_for(fault.noted)
    return ""
