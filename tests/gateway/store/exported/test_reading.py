"""The rows of an export as JSON has them."""

import json

from sqlalchemy import update

from gateway.store import session
from gateway.store.exported.reading import read_rows
from gateway.store.exported.selection import of_account
from gateway.store.models import Attachment
from tests.furnished import furnish
from tests.world import World


def test_rows_are_plain_and_files_have_their_paths(world: World) -> None:
    furnish(world)
    wanted: dict[str, str] = {}
    with session.snapshot() as db:
        rows = {
            picked.name: list(read_rows(db, picked, wanted.__setitem__))
            for picked in of_account(world.ours.account_id)
        }
    assert json.loads(json.dumps(rows)) == rows
    keys = {name: [row["id"] for row in found] for name, found in rows.items()}
    assert keys == {name: sorted(found) for name, found in keys.items()}
    mails = [row for row in rows["article"] if row["raw_sha256"]]
    assert [row["file"] for row in mails] == [f"mail/{row['public_id']}.eml" for row in mails]
    (held,) = (row for row in rows["intake"] if "file" in row)
    assert held["file"] == f"mail/held/{held['public_id']}.eml"
    (draft,) = rows["draft"]
    assert [one["file"].rpartition("/")[2] for one in draft["files"]] == ["later.txt"]
    named = {row["file"].rpartition("/")[2] for row in rows["attachment"]}
    assert named == {"Übersicht.txt", "see.txt"}
    for path, sha256 in wanted.items():
        assert world.blobs.read(sha256), path


def test_a_file_is_named_so_that_it_leads_nowhere_else(world: World) -> None:
    furnish(world)
    with session.transaction() as db:
        db.execute(update(Attachment).values(filename="../../etc/passwd"))
    paths: list[str] = []
    with session.reading() as db:
        for picked in of_account(world.ours.account_id):
            if picked.name == "attachment":
                list(read_rows(db, picked, lambda path, _: paths.append(path)))
    assert paths
    assert [path for path in paths if ".." in path.split("/") or path.count("/") != 2] == []
