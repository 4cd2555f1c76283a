from pathlib import Path

from tools.remote_vectors import FOLDER, text_of, vectors, write


def test_the_vectors_in_the_checkout_are_those_that_the_tool_writes() -> None:
    assert {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.json")} == {
        name: text_of(value) for name, value in vectors().items()
    }


def test_each_run_writes_the_same(tmp_path: Path) -> None:
    write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(before) == 8
