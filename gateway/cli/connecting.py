"""`manage4all mailbox connect|start`: the IMAP account of a mailbox."""

import sys
from datetime import timedelta
from enum import StrEnum
from typing import Any

import click

from gateway import clock
from gateway.cli.opening import open_acceptor, open_desk
from gateway.cli.output import answer, json_option
from gateway.clock import SystemClock
from gateway.desk import imapsources, mailboxes, people
from gateway.desk.auditing import operator_in
from gateway.desk.imapsources import Connection, SourceView
from gateway.errors import Invalid, NotFound, Unavailable
from gateway.rules.access import Actor
from gateway.settings import Settings
from gateway.store import imap
from gateway.store.imap import WhenDone
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, Security
from gateway.store.session import reading, transaction
from gateway.store.troublewords import words_for

_COUNTING = timedelta(minutes=30)


def choice(of: type[StrEnum]) -> click.Choice[str]:
    """One of these words."""
    return click.Choice([one.value for one in of])


account_option = click.option("--account", "account_id", required=True, help="Id of the account.")
mailbox_option = click.option(
    "--mailbox", "address", required=True, metavar="ADDR", help="Address of the mailbox."
)
_old = click.option(
    "--import-old/--only-new", "import_old", default=None, help="Begin at once, with or without old mail."
)


@click.command()
@account_option
@mailbox_option
@click.option("--host", required=True, help="The IMAP server.")
@click.option("--port", type=int, default=993, show_default=True, help="Its port.")
@click.option("--security", type=choice(Security), default="tls", help="How the connection is protected.")
@click.option("--user", required=True, help="Name to sign in with.")
@click.option("--password-stdin", is_flag=True, help="Read the password, or the refresh token, from stdin.")
@click.option("--token-url", default="", help="Sign in by OAuth 2: where a refresh token is exchanged.")
@click.option("--client-id", default="", help="OAuth 2 client id; a second line on stdin is its secret.")
@click.option("--folder", "folders", multiple=True, default=("INBOX",), help="A folder; may be repeated.")
@click.option("--when-done", type=choice(WhenDone), default="seen", help="What becomes of a fetched mail.")
@click.option("--move-to", default="", help="The folder for --when-done move.")
@_old
@json_option
def connect(**given: Any) -> None:
    """Have a mailbox's mail fetched by IMAP.

    Signs in and counts first; says what an import would bring, and that nothing will be sent for it.
    """
    settings = open_desk()
    secret, client_secret = read_secrets(from_stdin=given["password_stdin"])
    seal = Seal(settings.key())
    connection = Connection(
        host=given["host"],
        username=given["user"],
        sealed_secret=seal.seal(secret),
        port=given["port"],
        security=Security(given["security"]),
        auth=Auth.XOAUTH2 if given["token_url"] else Auth.PASSWORD,
        token_url=given["token_url"],
        client_id=given["client_id"],
        sealed_client_secret=seal.seal(client_secret),
        folders=given["folders"],
        when_done=WhenDone(given["when_done"]),
        move_to=given["move_to"],
    )
    by, mailbox_id = find_mailbox(settings, given["account_id"], given["address"])
    _connect_and_count(settings, by, mailbox_id, connection)
    with transaction() as db:
        if given["import_old"] is None:
            view = imapsources.find_view(db, by, mailbox_id)
        else:
            view = imapsources.start(db, by, mailbox_id, import_old=given["import_old"], now=clock.now())
    answer(_shown(view), as_json=given["as_json"])


@click.command()
@account_option
@mailbox_option
@click.option("--import-old/--only-new", "import_old", required=True, help="With old mail?")
@json_option
def start(account_id: str, address: str, import_old: bool, as_json: bool) -> None:  # noqa: FBT001
    """Begin to fetch a mailbox that was connected and counted."""
    settings = open_desk()
    by, mailbox_id = find_mailbox(settings, account_id, address)
    with transaction() as db:
        view = imapsources.start(db, by, mailbox_id, import_old=import_old, now=clock.now())
    answer(_shown(view), as_json=as_json)


def _connect_and_count(settings: Settings, by: Actor, mailbox_id: str, connection: Connection) -> None:
    """Connected, on trial and counted; not connected at all if that fails."""
    from gateway.desk.servers.reach import reach_of
    from gateway.inbound.imap.fetching import Office
    from gateway.inbound.imap.stopping import Stopper
    from gateway.inbound.imap.watching import Watch

    now = clock.now()
    with transaction() as db:
        view = imapsources.connect(db, by, mailbox_id, connection, now=now)
        source = imap.find_source(db, view.public_id)
        # Taken in the same transaction: no fetching process may come in between.
        held = imap.claim(db, source.id, owner="connect", now=now, lease=_COUNTING) if source else None
    if held is None:
        raise Unavailable(detail="a source that was just made is not free")
    office = Office(open_acceptor(settings), SystemClock(), settings.max_message_bytes)
    stopper = Stopper()
    watch = Watch(office, held, reach_of(settings), Seal(settings.key()), stopper, {})
    trouble = watch.run(once=True)
    stopper.close()
    if trouble is not None:
        with transaction() as db:
            last_error = imap.last_error(db, held.id)
            imapsources.remove(db, by, mailbox_id, now=clock.now())
        raise Unavailable(f"Not connected. {words_for(last_error or trouble.value)}")


def find_mailbox(settings: Settings, account_id: str, address: str) -> tuple[Actor, str]:
    """The operator at work in the account, and its mailbox."""
    with reading() as db:
        account = people.get_account(db, account_id)
        mine = mailboxes.list_mailboxes(db, account.id, mail_domain=settings.mail_domain)
    wanted = address.strip().lower()
    for mailbox in mine:
        if mailbox.address == wanted:
            return operator_in(account.id), mailbox.public_id
    raise NotFound("The account has no such mailbox.")


def read_secrets(*, from_stdin: bool) -> tuple[str, str]:
    """A password, and the second line of stdin if that is where it comes from."""
    if not from_stdin:
        typed: str = click.prompt("Password", hide_input=True)
        return typed, ""
    first, second = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
    if not first:
        raise Invalid("There is no password on standard input.", field="password")
    return first, second


def _shown(view: SourceView | None) -> dict[str, Any]:
    if view is None or view.trial is None:
        raise Unavailable(detail="a source that was just counted has gone")
    trial = view.trial
    words = f"{trial['threads']} threads in {trial['mails']} mails, {trial['sent']} mails will be sent"
    return {
        "id": view.public_id,
        "state": view.state.value,
        "imports_old": view.imports_old,
        "mails": trial["mails"],
        "threads": trial["threads"],
        "sent": trial["sent"],
        "words": words,
    }
