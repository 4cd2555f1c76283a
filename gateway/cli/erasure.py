"""`manage4all erasure`: begun and seen; receipts checked; what a backup has brought back erased again."""

from pathlib import Path

import click

from gateway import settings
from gateway.cli.erasing import begin, list_, preview
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option
from gateway.clock import SystemClock
from gateway.errors import Invalid
from gateway.outbound.erasing import Means, erase_again
from gateway.store import receipts

_MOST_BYTES = 100_000


@click.group()
def erasure() -> None:
    """Erase what is stored about somebody, check receipts, erase again what a restored backup brought."""


for each in (preview, begin, list_):
    erasure.add_command(each)


@erasure.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> None:  # noqa: FBT001 - click calls it
    """Say what a receipt says, if this installation has signed it as it stands; status 1 if not."""
    with file.open("rb") as opened:
        told = opened.read(_MOST_BYTES)
    try:
        found = receipts.verify(told.decode(), settings.load().key())
    except UnicodeDecodeError:
        raise Invalid("This is no receipt of an erasure.", field="file") from None
    answer(found.said(), as_json=as_json)


@erasure.command()
@click.option("--quiet", is_flag=True, help="Say nothing when there is nothing.")
def again(quiet: bool) -> None:  # noqa: FBT001
    """Erase again what the journal knows and the database does not: after a backup was restored.

    `serve` and `worker` do so when they start.
    """
    count = erase_again(means=Means.of(open_desk(), SystemClock()))
    if count or not quiet:
        click.echo(f"Erased again: {count}.")
