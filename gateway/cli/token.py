"""`manage4all token`: bearer tokens for the API."""

import click

from gateway import clock
from gateway.cli.connecting import account_option
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.desk import people, tokens
from gateway.store.session import reading, transaction


@click.group()
def token() -> None:
    """Create, list and revoke API tokens."""


@token.command()
@account_option
@click.option("--label", default="", help="What it is for.")
@json_option
def create(account_id: str, label: str, as_json: bool) -> None:  # noqa: FBT001
    """Create a token that works at once; it is shown this once."""
    open_desk()
    with transaction() as db:
        account = people.get_account(db, account_id)
        secret = tokens.create(db, account.id, label=label, now=clock.now())
    answer({"token": secret}, as_json=as_json)


@token.command("list")
@account_option
@json_option
def list_(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """List the tokens of an account, without their secrets."""
    open_desk()
    with reading() as db:
        found = tokens.list_tokens(db, people.get_account(db, account_id).id)
    rows = [
        {
            "id": one.public_id,
            "label": one.label,
            "created_at": one.created_at.isoformat(),
            "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
        }
        for one in found
    ]
    table(rows, name="tokens", as_json=as_json)


@token.command()
@account_option
@click.argument("token_id")
def revoke(account_id: str, token_id: str) -> None:
    """End a token."""
    open_desk()
    with transaction() as db:
        tokens.revoke(db, people.get_account(db, account_id).id, token_id, now=clock.now())
