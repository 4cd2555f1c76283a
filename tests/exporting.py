"""Exports as a worker makes them, opened for a look inside."""

import json
import zipfile
from typing import Any

from sqlalchemy import select

from gateway.desk import exporting
from gateway.outbound.exporting import Bindery, make_export
from gateway.rules.access import Actor
from gateway.rules.exporting import Scope
from gateway.store import session
from gateway.store.exportfiles import ExportFiles
from gateway.store.models import Export
from tests.world import DOMAIN, World


class Opened:
    """What is in an export."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.names = packed.namelist()
        self.files = {name: packed.read(name) for name in self.names}

    def json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files[name])
        return found

    def rows(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[f"data/{name}.jsonl"].splitlines()]

    @property
    def tables(self) -> list[str]:
        found = (name.removeprefix("data/") for name in self.names if name.startswith("data/"))
        return [name.removesuffix(".jsonl") for name in found]

    @property
    def blobs(self) -> list[bytes]:
        """Mails and attachments."""
        return [content for name, content in self.files.items() if name.startswith(("mail/", "attachments/"))]

    def holds(self, mark: str) -> list[str]:
        return [name for name, content in self.files.items() if mark.encode() in content]


def bindery(world: World) -> Bindery:
    return Bindery(
        blobs=world.blobs,
        files=ExportFiles(world.blobs.root),
        clock=world.clock,
        mail_domain=DOMAIN,
        base_url="https://desk.example",
    )


def ask(
    world: World, by: Actor, scope: Scope = Scope.ACCOUNT, subject: str = "", *, with_notes: bool = False
) -> tuple[int, str]:
    """Its key and its public id."""
    with session.transaction() as db:
        public_id = exporting.ask(db, by, scope, subject, with_notes=with_notes, now=world.clock.now())
        return db.execute(select(Export.id).where(Export.public_id == public_id)).scalar_one(), public_id


def make(world: World, export_id: int) -> None:
    make_export(export_id, bindery=bindery(world), is_stopping=lambda: False)


def exported(
    world: World, by: Actor, scope: Scope = Scope.ACCOUNT, subject: str = "", *, with_notes: bool = False
) -> Opened:
    """Asked for, made, opened."""
    export_id, public_id = ask(world, by, scope, subject, with_notes=with_notes)
    make(world, export_id)
    with ExportFiles(world.blobs.root).open(public_id) as file, zipfile.ZipFile(file) as packed:
        return Opened(packed)
