"""How commands answer: one JSON object with `--json`, words without."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def answer(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print named values: as one object on one line, or a line each."""
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        click.echo(f"{name:<{width}}  {value}")


def table(rows: Sequence[Mapping[str, Any]], *, name: str, as_json: bool, with_head: bool = False) -> None:
    """Print rows: as one object with a list in it, or a line each with tabs between.

    `with_head` puts a line before them that names the columns, where there are rows.
    """
    if as_json:
        click.echo(json.dumps({name: rows}, ensure_ascii=False))
        return
    if with_head and rows:
        click.echo("\t".join(rows[0]))
    for row in rows:
        click.echo("\t".join(str(value) for value in row.values()))
