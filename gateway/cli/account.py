"""`manage4all account`: the businesses of the installation."""

import sys

import click

from gateway import clock
from gateway.cli.inviting import invitations, invite
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.desk import passwords, people, secondfactor
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
@json_option
def unlock(login: str, as_json: bool) -> None:  # noqa: FBT001
    """Take away the second factor of somebody who has lost it: the password alone lets in."""
    open_desk()
    with transaction() as db:
        secondfactor.take_away(db, login)
    answer({"login": login}, as_json=as_json)


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
