"""`manage4all parse`: what the desk sees in a mail, one JSON object a line a file."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.mail.as_json import to_json
from gateway.mail.parse import parse as parse_mail
from gateway.store.filetypes import detect_type

_PIECE_CHARS = 1_000_000
# JSON may hold them as they are, but many readers take them for the end of a line.
_LINE_ENDS = ("\x85", "\u2028", "\u2029")


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
        parsed = parse_mail(raw, detect_type=detect_type)
        del raw
        for piece in _written(to_json(parsed, file=str(path))):
            click.echo(piece, nl=False)
    return status


def _written(found: dict[str, object]) -> Iterator[str]:
    """One line of JSON, long texts in pieces: a whole copy of each would double the memory that is needed."""
    before = "{"
    for name, value in found.items():
        yield f"{before}{json.dumps(name)}: "
        if isinstance(value, str):
            yield '"'
            for at in range(0, len(value), _PIECE_CHARS):
                yield _json(value[at : at + _PIECE_CHARS])[1:-1]
            yield '"'
        else:
            yield _json(value)
        before = ", "
    yield "}\n"


def _json(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    if not written.isascii():
        for letter in _LINE_ENDS:
            written = written.replace(letter, f"\\u{ord(letter):04x}")
    return written
