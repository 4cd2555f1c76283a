"""`manage4all parse`: what the desk sees in a mail, one JSON object a line a file."""

import json
from pathlib import Path

import click

from gateway.mail.as_json import to_json
from gateway.mail.parse import parse as parse_mail
from gateway.store.filetypes import detect_type


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def parse(files: tuple[Path, ...]) -> int:
    """Read mails from FILES and print what was found; status 1 if a file cannot be read."""
    status = 0
    for path in files:
        try:
            raw = path.read_bytes()
        except OSError as error:
            click.echo(f"manage4all: {path}: {error.strerror}", err=True)
            status = 1
            continue
        found = to_json(parse_mail(raw, detect_type=detect_type), file=str(path))
        click.echo(json.dumps(found, ensure_ascii=False))
    return status
