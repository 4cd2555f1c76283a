"""The rows of an export as JSON has them, and the files that go with them."""

import base64
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from gateway.rules.filenames import safe_name
from gateway.store.exported.selection import Picked
from gateway.store.models import Article, Intake, table

FILE = "file"
"""Under this name a row has the path of its file in the export."""

_AT_ONCE = 500
_FILED = "is_filed"

Wanted = Callable[[str, str], None]
"""Told the path of a file in the export, and the hash by which its blob is kept."""


def read_rows(db: Session, picked: Picked, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Each row by the names of its columns, oldest first; few are in memory at a time."""
    statement = select(*picked.columns).where(*picked.where).order_by(picked.table.c.id)
    if picked.table is table(Intake):
        # Nearly all mails that arrived are those of articles, which have them already.
        known = exists().where(Article.intake_id == Intake.id, Article.raw_sha256 == Intake.raw_sha256)
        statement = statement.add_columns(known.label(_FILED))
    with db.execute(statement, execution_options={"yield_per": _AT_ONCE}) as found:
        for row in found.mappings():
            values = {name: _plain(value) for name, value in row.items()}
            _name_files(picked.name, values, wanted)
            yield values


def _name_files(name: str, values: dict[str, Any], wanted: Wanted) -> None:
    """Say under which path the files of a row are in the export."""
    match name:
        case "article" if values["raw_sha256"]:
            _name(values, f"mail/{values['public_id']}.eml", values["raw_sha256"], wanted)
        case "intake" if not values.pop(_FILED) and "raw_sha256" in values:
            _name(values, f"mail/held/{values['public_id']}.eml", values["raw_sha256"], wanted)
        case "attachment":
            path = f"attachments/{values['public_id']}/{safe_name(values['filename']) or 'file'}"
            _name(values, path, values["sha256"], wanted)
        case "draft":
            for number, file in enumerate(values["files"], 1):
                path = f"attachments/draft-{values['id']}-{number}/{safe_name(file['filename']) or 'file'}"
                _name(file, path, file["sha256"], wanted)
        case _:
            pass


def _name(values: dict[str, Any], path: str, sha256: str, wanted: Wanted) -> None:
    values[FILE] = path
    wanted(path, sha256)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
