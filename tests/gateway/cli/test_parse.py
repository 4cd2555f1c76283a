"""`manage4all parse`."""

import json
from pathlib import Path

from tests.fakes.command import command
from tests.world import mail


def test_each_file_is_one_object_in_the_files_order_also_broken_ones(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("b.eml", "a.eml", "c.eml")]
    for path, raw in zip(files, (mail(subject="Grüße"), b"\xff\0 no mail", b""), strict=True):
        path.write_bytes(raw)
    done = command(tmp_path / "data")("parse", *map(str, files))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [one["file"] for one in found]) == (0, [str(path) for path in files])
    assert found[0]["subject"] == "Grüße"
    assert found[1]["defects"]
    assert not (tmp_path / "data").exists()


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_parsed(tmp_path: Path) -> None:
    there, missing = tmp_path / "a.eml", tmp_path / "none.eml"
    there.write_bytes(mail())
    done = command(tmp_path)("parse", str(missing), str(there))
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert done.stderr == f"manage4all: {missing}: No such file or directory\n"


def test_letters_that_readers_take_for_line_ends_break_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(mail(subject="a\u2028b", text="c\u2029d\x85e"))
    done = command(tmp_path)("parse", str(path))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["subject"], one["text"]) for one in found] == [("a\u2028b", "c\u2029d\x85e")]
