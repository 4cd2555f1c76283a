"""`manage4all account`: the businesses of the installation."""

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import click

from gateway import clock
from gateway.cli.inviting import invitations, invite
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.desk import auditing, mailedlinks, passwords, people, secondfactor, terminating
from gateway.errors import Invalid
from gateway.store.session import reading, transaction


@click.group()
def account() -> None:
    """Create and look at accounts."""


account.add_command(invite)
account.add_command(invitations)


@account.command()
@click.option("--login", required=True, help="Sign-in name of the owner.")
@click.option("--email", required=True, help="E-mail address of the owner.")
@click.option("--name", default="", help="Name of the business.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def create(login: str, email: str, name: str, password_stdin: bool, as_json: bool) -> None:  # noqa: FBT001
    """Create an account, ready to use, its owner's e-mail counted as confirmed."""
    password_hash = passwords.hash_password(_password(from_stdin=password_stdin))
    open_desk()
    with transaction() as db:
        made = people.create_account(
            db, login=login, email=email, name=name, password_hash=password_hash, now=clock.now()
        )
    answer({"id": made.public_id, "login": made.login, "email": made.email}, as_json=as_json)


@account.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List all accounts."""
    open_desk()
    with reading() as db:
        found = people.list_accounts(db)
    table([_shown(one) for one in found], name="accounts", as_json=as_json)


@account.command()
@click.argument("account_id")
@json_option
def show(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """Show one account, by its id or its owner's login."""
    open_desk()
    with reading() as db:
        found = people.get_account(db, account_id)
    answer(_shown(found), as_json=as_json)


@account.command()
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def password(login: str, password_stdin: bool, as_json: bool) -> None:  # noqa: FBT001
    """Give somebody a password whom no mail reaches; they are signed out everywhere."""
    open_desk()
    password_hash = passwords.hash_password(_password(from_stdin=password_stdin))
    with transaction() as db:
        mailedlinks.set_password_of(db, login, password_hash, now=clock.now())
    answer({"login": login}, as_json=as_json)


@account.command()
@click.argument("login")
@json_option
def unlock(login: str, as_json: bool) -> None:  # noqa: FBT001
    """Take away the second factor of somebody who has lost it: the password alone lets in."""
    open_desk()
    with transaction() as db:
        secondfactor.take_away(db, login, now=clock.now())
    answer({"login": login}, as_json=as_json)


@account.command()
@click.argument("account_id")
@click.option("--name", required=True, help="The name of the account, so that no other one is meant.")
@json_option
def terminate(account_id: str, name: str, as_json: bool) -> None:  # noqa: FBT001
    """End an account for an owner who cannot sign in, as the page /account/terminate does.

    It takes no mail and sends none from now on. After M4A_TERMINATION_GRACE_DAYS all of it is erased, and a
    mail certifies that to the owner.
    """
    grace = timedelta(days=open_desk().termination_grace_days)
    with transaction() as db:
        found = people.get_account(db, account_id)
        goes_at = terminating.terminate_for(db, found.id, name, grace=grace, now=clock.now())
    answer({"id": found.public_id, "erased_from": goes_at.isoformat()}, as_json=as_json)


@account.command("take-back")
@click.argument("account_id")
@json_option
def take_back(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """Let an account that was ended go on, as long as its erasure has not begun."""
    open_desk()
    with transaction() as db:
        found = people.get_account(db, account_id)
        terminating.take_back_for(db, found.id, now=clock.now())
    answer({"id": found.public_id}, as_json=as_json)


@account.command()
@click.argument("account_id")
@click.option("--verify", is_flag=True, help="Only look whether the chain is whole; status 1 if it is not.")
@json_option
def audit(account_id: str, verify: bool, as_json: bool) -> None:  # noqa: FBT001
    """Print the audit log of an account, oldest first: kinds and ids, no names.

    With --json each entry is an object on a line of its own, with all that its hash is over.
    """
    open_desk()
    with reading() as db:
        account = people.get_account(db, account_id)
        if not verify:
            for entry in auditing.everything(db, account.id):
                values = entry.values() | {"hash": entry.hash}
                click.echo(json.dumps(values) if as_json else _line(values))
            return
        found = auditing.verify_of(db, account.id)
    is_whole = found.broken_at is None
    told = {"whole": is_whole, "entries": found.entries, "head": found.head, "broken_at": found.broken_at}
    answer(told, as_json=as_json)
    if not is_whole:
        raise SystemExit(1)


def _line(values: Mapping[str, Any]) -> str:
    actor, subject = (f"{values[f'{one}_kind']}:{values[f'{one}_id']}" for one in ("actor", "subject"))
    facts = " ".join(f"{name}={value}" for name, value in values["facts"].items())
    return f"{values['seq']}\t{values['at']}\t{actor}\t{values['kind']}\t{subject}\t{facts}"


def _shown(found: people.AccountView) -> dict[str, str]:
    return {
        "id": found.public_id,
        "login": found.login,
        "email": found.email,
        "name": found.name,
        "created_at": found.created_at.isoformat(),
    }


def _password(*, from_stdin: bool) -> str:
    if not from_stdin:
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Invalid("There is no password on standard input.", field="password")
    return password
