"""`manage4all operator`: which account is the operator's, and what others may use."""

from typing import Any

import click

from gateway import clock
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.desk import certificates, operating
from gateway.store import bounds
from gateway.store.bounds import Limits
from gateway.store.queries.operating import AccountLine
from gateway.store.session import reading, transaction


@click.group()
def operator() -> None:
    """Run the installation: accounts by counts, their limits, who is shut out."""


@operator.command()
@click.argument("login")
@json_option
def appoint(login: str, as_json: bool) -> None:  # noqa: FBT001
    """Make the account with this owner (or id) the operator's; no other one is from then on.

    Reports and suggestions arrive there as tickets, and its owner and admins have the page /operator.
    """
    open_desk()
    with transaction() as db:
        chosen = operating.appoint(db, login, now=clock.now())
    answer({"id": chosen.public_id, "login": chosen.login}, as_json=as_json)


@operator.command()
@json_option
def show(as_json: bool) -> None:  # noqa: FBT001
    """Show which account is the operator's, and who may begin others."""
    settings = open_desk()
    with reading() as db:
        found = operating.get_operators(db)
    told = {"id": found.public_id, "login": found.login, "sign_up": settings.public_sign_up.value}
    answer(told, as_json=as_json)


@operator.command()
@json_option
def accounts(as_json: bool) -> None:  # noqa: FBT001
    """List all accounts with their counts and limits (0: none), newest first."""
    open_desk()
    with transaction() as db:
        bounds.count_kept(db)
    with reading() as db:
        found = operating.list_accounts(db, None)
    table([_shown(one) for one in found], name="accounts", as_json=as_json, with_head=True)


@operator.command()
@click.argument("account_id")
@click.option("--staff", type=click.IntRange(min=0), help="People who work there at most; 0: no limit.")
@click.option("--bytes", "size", type=click.IntRange(min=0), help="Bytes of mail and files; 0: no limit.")
@click.option(
    "--mails", type=click.IntRange(min=0), help="Mails sent in a day; 0: as M4A_BUDGET_ACCOUNT_DAY."
)
@json_option
def limit(
    account_id: str,
    staff: int | None,
    size: int | None,
    mails: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say what an account may have at most; what is not named stays.

    Past its bytes its mail is put off with 452 until there is room or more is allowed.
    """
    open_desk()
    with transaction() as db:
        before = operating.get(db, None, account_id).limits
        wanted = Limits(
            before.staff if staff is None else staff,
            before.kept_bytes if size is None else size,
            before.mails_day if mails is None else mails,
        )
        operating.limit(db, None, account_id, wanted, now=clock.now())
        found = operating.get(db, None, account_id)
    answer(_shown(found), as_json=as_json)


@operator.command()
@click.argument("account_id")
@json_option
def suspend(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """Shut an account for now: nobody signs in, its mail is put off with 450, and nothing leaves it."""
    open_desk()
    with transaction() as db:
        operating.suspend(db, None, account_id, now=clock.now())
        found = operating.get(db, None, account_id)
    answer(_shown(found), as_json=as_json)


@operator.command()
@click.argument("account_id")
@json_option
def resume(account_id: str, as_json: bool) -> None:  # noqa: FBT001
    """Let a suspended account go on; what waited in it leaves within minutes."""
    open_desk()
    with transaction() as db:
        operating.resume(db, None, account_id, now=clock.now())
        found = operating.get(db, None, account_id)
    answer(_shown(found), as_json=as_json)


@operator.command("certificates")
@click.option("--send-again", metavar="ERASURE", help="Try to send those of this erasure once more.")
@click.option("--forget", metavar="ERASURE", help="Send them not at all, and forget to whom.")
@json_option
def certificates_(send_again: str | None, forget: str | None, as_json: bool) -> None:  # noqa: FBT001
    """List certificates of accounts that are gone and that did not arrive; send them again, or let it be."""
    open_desk()
    with transaction() as db:
        if send_again:
            certificates.send_again(db, None, send_again, is_ended=True, now=clock.now())
        if forget:
            certificates.give_up(db, None, forget, is_ended=True, now=clock.now())
        found = certificates.list_unsent(db, None, is_ended=True)
    rows = [
        {
            "erasure": one.erasure,
            "recipient": one.recipient,
            "failed_at": one.failed_at.isoformat(timespec="seconds"),
            "answer": one.answer,
        }
        for one in found
    ]
    table(rows, name="certificates", as_json=as_json, with_head=True)


def _shown(one: AccountLine) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "login": one.login,
        "staff": one.staff,
        "tickets": one.tickets,
        "mailboxes": one.mailboxes,
        "bytes": one.kept_bytes,
        "last_sign_in": one.signed_in_on.isoformat() if one.signed_in_on else None,
        "most_staff": one.limits.staff,
        "most_bytes": one.limits.kept_bytes,
        "most_mails_day": one.limits.mails_day,
        "suspended": one.suspended_at is not None,
        "terminates_at": one.terminates_at.isoformat() if one.terminates_at else None,
        "operator": one.is_operators,
    }
