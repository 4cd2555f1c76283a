"""`manage4all import`: mail, customers and contacts that were kept elsewhere."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gateway.cli.opening import open_acceptor, open_desk, open_process
from gateway.clock import SystemClock
from gateway.desk.auditing import operator_in
from gateway.desk.people import get_account
from gateway.errors import Invalid, NotFound
from gateway.inbound import csvfile, deskimport
from gateway.inbound.archives import maildir_messages, mbox_messages
from gateway.inbound.authentication.examining import Examiner
from gateway.inbound.csvfile import Outcome
from gateway.inbound.importing import DryRun, Importer, Outline, Summary
from gateway.inbound.limits import BLOCK_BYTES
from gateway.rules.csvtable import MAX_BYTES
from gateway.settings import Settings
from gateway.store.blobs import BlobStore
from gateway.store.session import reading

_ACCOUNT = click.option("--account", required=True, metavar="ID", help="The account's id.")
_MAILBOX = click.option("--mailbox", required=True, metavar="ADDR", help="The mailbox it was sent to.")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Only count what an import would bring.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class _OrFile(click.Group):
    """A group to whose commands a file stands beside: `manage4all import FILE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name; a file by another name is the export of an account."""
        if args and args[0] not in self.commands and Path(args[0]).is_file():
            return args[0], account_, args
        return super().resolve_command(ctx, args)


@click.group(name="import", cls=_OrFile)
def import_() -> None:
    """Bring in what was kept elsewhere; nothing is sent for it.

    `manage4all import FILE` brings back a whole account from its export. The commands below bring mail,
    customers and contacts into an account; doing that again does no harm.
    """


@click.command(name="FILE")
@_JSON
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def account_(file: Path, *, as_json: bool) -> None:
    """Bring back a whole account from its export: the same desk, all of it or nothing.

    Nobody has a password then; `manage4all account password LOGIN` lets the owner in. Import only what you
    trust: it says who owns the account, and what was written to whom.
    """
    settings = open_desk()
    with _progress(deskimport.count_rows(file)) as bar:
        arrived = deskimport.import_desk(
            file,
            blobs=BlobStore(settings.blob_dir, settings.effective_keyring_dir),
            clock=SystemClock(),
            told=bar.update,
        )
    if as_json:
        click.echo(json.dumps(asdict(arrived)))
        return
    click.echo(f"account: {arrived.account}\nfiles: {arrived.files}")
    click.echo("\n".join(f"{name}: {count}" for name, count in arrived.rows.items() if count))
    for before, after in arrived.renamed.items():
        click.echo(f"The login {before} is taken here: it is {after} now.")


@import_.command()
@_ACCOUNT
@_MAILBOX
@_DRY_RUN
@_JSON
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def mbox(account: str, mailbox: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import every message of an mbox file."""
    importer = _importer(open_process(), account, mailbox, dry_run=dry_run)
    with _progress(file.stat().st_size) as bar, file.open("rb") as stream:
        for message in mbox_messages(stream, bar.update):
            importer.take(message)
    _show(importer.summary(), as_json=as_json)


@import_.command()
@_ACCOUNT
@_MAILBOX
@_DRY_RUN
@_JSON
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def maildir(account: str, mailbox: str, folder: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import every message of a maildir (its new and cur)."""
    if not all((folder / part).is_dir() for part in ("new", "cur")):
        raise Invalid("This is not a maildir: it has no new and cur.")
    importer = _importer(open_process(), account, mailbox, dry_run=dry_run)
    paths = list(maildir_messages(folder))
    with _progress(len(paths)) as bar:
        for path in paths:
            importer.take(_blocks(path))
            bar.update(1)
    _show(importer.summary(), as_json=as_json)


@import_.command(name="csv")
@_ACCOUNT
@_DRY_RUN
@_JSON
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def csv_(account: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import customers, groups and contacts.

    The first line names the columns: customer, domains, groups, customer note, name, addresses, note (in
    English or German). Says of each line what becomes of it, and ends with status 1 if one has an error.
    """
    open_process()
    with file.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)  # one more than may be, so that it is refused
    with reading() as db:
        by = operator_in(get_account(db, account).id)
    with _progress(raw.count(b"\n")) as bar:
        summary = csvfile.take(by, raw, dry_run=dry_run, clock=SystemClock(), told=bar.update)
    _show_lines(summary, as_json=as_json)
    if summary.count(Outcome.ERROR):
        raise SystemExit(1)


def _show_lines(summary: csvfile.Summary, *, as_json: bool) -> None:
    counts = {outcome.value: summary.count(outcome) for outcome in Outcome}
    lines = [
        {
            "line": report.line,
            "outcome": report.outcome.value,
            "subject": report.subject,
            "error": report.error.public if report.error else None,
        }
        for report in summary.lines
    ]
    if as_json:
        told = counts | {"ignored": list(summary.ignored), "lines": lines}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in lines:
        words = (f"{line['line']}: {line['outcome']}", line["subject"], line["error"])
        click.echo("  ".join(str(word) for word in words if word))
    for name in summary.ignored:
        click.echo(f"ignored column: {name}")
    click.echo("\n".join(f"{name}: {count}" for name, count in counts.items()))


def _importer(settings: Settings, account: str, mailbox: str, *, dry_run: bool) -> Importer | DryRun:
    acceptor = open_acceptor(settings)
    with reading() as db:
        account_id = get_account(db, account).id
    recipient = acceptor.find_recipient(mailbox)
    if recipient is None or recipient.account_id != account_id:
        raise NotFound("The account has no such mailbox.")
    if dry_run:
        return DryRun(settings.max_message_bytes)
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    examine = Examiner(settings).examine
    return Importer(acceptor, blobs, SystemClock(), mailbox, settings.max_message_bytes, examine)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


@contextmanager
def _progress(length: int) -> Iterator[Any]:
    """A bar on standard error, if that is a terminal."""
    is_watched = sys.stderr.isatty()
    with click.progressbar(length=length, label="Importing", file=sys.stderr, hidden=not is_watched) as bar:
        yield bar


def _show(summary: Summary | Outline, *, as_json: bool) -> None:
    counts = asdict(summary)
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo("\n".join(f"{name.replace('_', '-')}: {count}" for name, count in counts.items()))
