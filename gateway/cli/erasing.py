"""`manage4all erasure preview|begin|list`: what would go, by number; have it erased; what was.

The operator learns how much there is, and nothing of what it says.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from gateway import clock
from gateway.cli.connecting import account_option
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.desk import deletionrequests, erasing, people
from gateway.errors import Invalid, NotFound
from gateway.rules.erasure import ErasureKind, Scope, check
from gateway.store import erasures
from gateway.store.erased import previewing
from gateway.store.session import reading, transaction

_KINDS = [kind.value for kind in ErasureKind if kind is not ErasureKind.ACCOUNT]


def _scope_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is meant: a kind, then which one, or from when to when."""
    moment = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
    for option in (
        click.option("--until", "end", type=moment, help="Before this moment (UTC), where time decides."),
        click.option("--since", "begin_at", type=moment, help="From this moment on (UTC)."),
        click.argument("which", default=""),
        click.argument("kind", type=click.Choice(_KINDS)),
    ):
        command = option(command)
    return command


@click.command()
@account_option
@_scope_options
@json_option
def preview(
    account_id: str,
    kind: str,
    which: str,
    begin_at: datetime | None,
    end: datetime | None,
    as_json: bool,  # noqa: FBT001 - click calls it
) -> None:
    """Say how much would go: of the contact, customer or file with the public id, or the ticket's number."""
    scope = _scope(kind, which, begin_at, end)
    open_desk()
    with reading() as db:
        account = people.get_account(db, account_id)
        if not previewing.is_there(db, account.id, scope):
            raise NotFound("There is nothing of this name.")
        found = previewing.preview(db, account.id, scope, now=clock.now())
    quoting = {"quoted by others": len(found.quoted)} if found.quoted else {}
    answer({**found.counts, **quoting, "bytes": found.bytes}, as_json=as_json)


@click.command()
@account_option
@_scope_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def begin(
    account_id: str,
    kind: str,
    which: str,
    begin_at: datetime | None,
    end: datetime | None,
    yes: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Have it erased for good by the worker; print the public id of the erasure."""
    scope = _scope(kind, which, begin_at, end)
    open_desk()
    if not yes:
        click.confirm("Nothing brings it back. Erase it?", abort=True, err=True)
    with transaction() as db:
        account, now = people.get_account(db, account_id), clock.now()
        made = erasing.begin_by_rule(db, account.id, scope, now=now)
        deletionrequests.tie(db, account.id, scope, made, now=now)
    answer({"id": made}, as_json=as_json)


@click.command("list")
@account_option
@json_option
def list_(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """List the erasures of an account, newest first: id, kind, state, when it was asked for and done."""
    open_desk()
    with reading() as db:
        account = people.get_account(db, account_id)
        found = erasures.list_of(db, account.id)
    rows = [
        {
            "id": one.public_id,
            "kind": one.kind.value,
            "state": one.state.value,
            "asked_at": one.asked_at.isoformat(timespec="seconds"),
            "done_at": one.done_at.isoformat(timespec="seconds") if one.done_at else "",
        }
        for one in found
    ]
    table(rows, name="erasures", as_json=as_json)


def _scope(kind: str, which: str, begin_at: datetime | None, end: datetime | None) -> Scope:
    """What was typed; Invalid for what its kind does not need, or lacks."""
    since, until = (one.replace(tzinfo=UTC) if one else None for one in (begin_at, end))
    if kind == ErasureKind.TICKET and not which.isdecimal():
        raise Invalid("Please name the ticket by its number.", field="which")
    scope = Scope(ErasureKind(kind), which, since, until)
    check(scope)
    return scope
