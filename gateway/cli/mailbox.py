"""`manage4all mailbox`: the addresses of an account."""

import click

from gateway import clock
from gateway.cli.connecting import account_option, connect, start
from gateway.cli.deliverability import test
from gateway.cli.dkim import dkim
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.cli.smtpaccount import by_address, smtp
from gateway.desk import mailboxes, people, smtpaccounts
from gateway.desk.auditing import operator_in
from gateway.i18n import LOCALES
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction


@click.group()
def mailbox() -> None:
    """Add, list and remove mailboxes; have their mail fetched by IMAP, sent by SMTP, and signed."""


for each in (connect, start, smtp, test, dkim):
    mailbox.add_command(each)


@mailbox.command()
@account_option
@click.option("--address", required=True, help="The address customers write to.")
@click.option("--name", default="", help="Name that mails from it show.")
@click.option("--locale", type=click.Choice(LOCALES), default="en", help="Language of its mails.")
@click.option("--relay-url", default="", help="Its own outgoing server; else the installation's.")
@json_option
def add(
    account_id: str,
    address: str,
    name: str,
    locale: str,
    relay_url: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Add a mailbox and print the address to forward its mail to."""
    settings, now = open_desk(), clock.now()
    outgoing = by_address(relay_url, Seal(settings.key())) if relay_url else None
    with transaction() as db:
        account = people.get_account(db, account_id)
        added = mailboxes.add(
            db,
            account.id,
            address,
            name=name,
            locale=locale,
            mail_domain=settings.mail_domain,
            now=now,
        )
        if outgoing is not None:
            smtpaccounts.save(
                db, operator_in(account.id), added.public_id, outgoing, now=now, is_operators=True
            )
    answer(_shown(added), as_json=as_json)


@mailbox.command("list")
@account_option
@json_option
def list_(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """List the mailboxes of an account."""
    settings = open_desk()
    with reading() as db:
        account = people.get_account(db, account_id)
        found = mailboxes.list_mailboxes(db, account.id, mail_domain=settings.mail_domain)
    table([_shown(one) for one in found], name="mailboxes", as_json=as_json)


@mailbox.command()
@account_option
@click.argument("mailbox_id")
def remove(account_id: str, mailbox_id: str) -> None:
    """Remove a mailbox: mail to it is refused from now on; its tickets stay."""
    open_desk()
    with transaction() as db:
        mailboxes.remove(db, people.get_account(db, account_id).id, mailbox_id, now=clock.now())


def _shown(view: mailboxes.MailboxView) -> dict[str, str]:
    return {
        "id": view.public_id,
        "address": view.address,
        "forwarding_address": view.forwarding_address,
    }
