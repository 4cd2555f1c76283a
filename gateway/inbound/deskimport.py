"""A whole account out of its export: first the files, each checked by its hash, then all rows or none."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from gateway.clock import Clock
from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.errors import Conflict, Invalid
from gateway.rules.exporting import FORMAT, VERSION, Scope
from gateway.store.audit import NewEntry, Ref
from gateway.store.blobs import BlobStore
from gateway.store.exported import indexing, selection
from gateway.store.exported.arriving import DAMAGED, NEWER, Arriving, blobs_of
from gateway.store.session import transaction

_BLOCK_BYTES = 256 * 1024
_WITH_FILES = ("article", "intake", "attachment", "draft")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What an import brought: the account, rows by table, files, and whose login became another one."""

    account: str
    rows: Mapping[str, int]
    files: int
    renamed: Mapping[str, str]


def import_desk(
    path: Path, *, blobs: BlobStore, clock: Clock, told: Callable[[int], object] = lambda _: None
) -> Arrived:
    """Bring an account in; `told` hears how many of its rows have come so far, a table at a time.

    Raises Invalid for what is no whole export of an account, Conflict where that account is here already or
    another one has one of its mailboxes; then no row has come.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = _manifest(packed)
            files = _keep_files(packed, blobs, frozenset(manifest.get("missing", ())))
            return _take(packed, manifest, files, clock, told)
    except (zipfile.BadZipFile, EOFError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid(DAMAGED, detail=type(error).__name__) from error
    except IntegrityError as error:
        raise Conflict("Something of this account is here already.", detail="import") from error


def count_rows(path: Path) -> int:
    """How many rows an export has, by its own account; Invalid as `import_desk`."""
    try:
        with zipfile.ZipFile(path) as packed:
            return sum(map(int, _manifest(packed)["rows"].values()))
    except (zipfile.BadZipFile, json.JSONDecodeError, KeyError, ValueError) as error:
        raise Invalid(DAMAGED, detail=type(error).__name__) from error


def _manifest(packed: zipfile.ZipFile) -> dict[str, Any]:
    manifest = json.loads(packed.read("manifest.json")) if "manifest.json" in packed.NameToInfo else None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Invalid(DAMAGED, detail="manifest")
    if manifest.get("version") != VERSION:
        raise Invalid(NEWER)
    if manifest.get("scope") != Scope.ACCOUNT.value:
        raise Invalid("Only the export of a whole account can be imported.")
    return manifest


def _keep_files(packed: zipfile.ZipFile, blobs: BlobStore, missing: frozenset[str]) -> int:
    count = 0
    for name in _WITH_FILES:
        for row in _rows(packed, name):
            for path, sha256 in blobs_of(name, row):
                if path not in missing:
                    _keep(packed, path, sha256, blobs)
                    count += 1
    return count


def _keep(packed: zipfile.ZipFile, path: str, sha256: str, blobs: BlobStore) -> None:
    if path not in packed.NameToInfo:
        raise Invalid(DAMAGED, detail=f"{path} is missing")
    with packed.open(path) as file, blobs.spool() as spool:
        while block := file.read(_BLOCK_BYTES):
            spool.write(block)
        if spool.sha256 != sha256:
            raise Invalid(DAMAGED, detail=f"content of {path}")
        spool.keep()


def _take(
    packed: zipfile.ZipFile,
    manifest: Mapping[str, Any],
    files: int,
    clock: Clock,
    told: Callable[[int], object],
) -> Arrived:
    rows: dict[str, int] = {}
    with transaction() as db:
        arriving = Arriving(db)
        for taken in selection.WHOLE:
            name = taken.model.__tablename__
            rows[name] = arriving.take(name, _rows(packed, name))
            told(rows[name])
        arriving.settle()
        indexing.index_account(db, arriving.account_id)
        indexing.owe_previews(db, arriving.account_id, now=clock.now())
        entry = NewEntry(
            clock.now(), auditing.OPERATOR, Kind.ACCOUNT_IMPORTED.value, Ref(auditing.What.ACCOUNT.value), {}
        )
        auditing.write(db, arriving.account_id, entry)
    return Arrived(str(manifest["subject"]), rows, files, dict(arriving.renamed))


def _rows(packed: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    """A row a line; none for a table that an older version did not have."""
    path = f"data/{name}.jsonl"
    if path not in packed.NameToInfo:
        return
    with packed.open(path) as lines:
        for line in lines:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise Invalid(DAMAGED, detail=path)
            yield row
