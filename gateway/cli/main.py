"""`manage4all`: one command for everything; each subcommand is loaded when it is called."""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from gateway import settings
from gateway.errors import DeskError

GROUP = "manage4all.commands"
"""Entry points here are the commands of the floors above."""

OWN = {
    "account": "gateway.cli.account:account",
    "db": "gateway.cli.database:db",
    "deliver": "gateway.cli.deliver:deliver",
    "doctor": "gateway.cli.doctor:doctor",
    "erasure": "gateway.cli.erasure:erasure",
    "imap": "gateway.cli.imap:imap",
    "import": "gateway.cli.importing:import_",
    "mailbox": "gateway.cli.mailbox:mailbox",
    "operator": "gateway.cli.operating:operator",
    "parse": "gateway.cli.parse:parse",
    "postbox": "gateway.cli.postbox:postbox",
    "serve": "gateway.cli.serve:serve",
    "smtp": "gateway.cli.smtp:smtp",
    "token": "gateway.cli.token:token",
}
"""The commands of this floor."""


class LazyCommands(click.Group):
    """A group whose members are imported only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, own and installed."""
        return sorted({*OWN, *installed_commands(), *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if target := OWN.get(cmd_name):
            module, _, attribute = target.partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        entry = installed_commands().get(cmd_name)
        return entry.load() if entry else super().get_command(ctx, cmd_name)


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="manage4all")
def cli() -> None:
    """A support desk for small teams: mail comes in, becomes a ticket, and the answer goes out."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. What goes wrong is one line on standard error."""
    return status_of(lambda: cli.main(arguments, prog_name="manage4all", standalone_mode=False))


def status_of(work: Callable[[], Any]) -> int:
    """Do what a command does; its exit status, likewise."""
    try:
        result = work()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", 130)
    except DeskError as error:
        if settings.is_debugging():
            raise
        return _complain(str(error), 1)
    except Exception as error:
        if settings.is_debugging():
            raise
        return _complain(f"unexpected {type(error).__name__}: {error}", 1)
    return result if isinstance(result, int) else 0


def main() -> None:
    """The console script."""
    sys.exit(run())


@cache
def installed_commands() -> dict[str, EntryPoint]:
    """The commands of the floors above, by name; looked up once."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _complain(text: str, status: int) -> int:
    click.echo(f"manage4all: {' '.join(text.split())}", err=True)
    return status


if __name__ == "__main__":
    main()
