"""A file's name says what is in it."""

from pathlib import Path

from tests.house.tree import files, name_of

NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "shared", "tools"}
_CODE_ENDINGS = {".py", ".js", ".css"}


def says_nothing(path: Path) -> bool:
    """Whether the name could stand over anything; `test_` in front changes nothing."""
    return path.suffix in _CODE_ENDINGS and path.stem.removeprefix("test_").strip("_") in NAMELESS


def test_every_file_has_a_telling_name() -> None:
    assert [name_of(path) for path in files() if says_nothing(path)] == []


def test_a_nameless_file_is_found() -> None:
    planted = [
        "gateway/utils.py",
        "tests/webui/test_helpers.py",
        "webui/static/common.js",
        "workers/_base.py",
    ]
    assert [name for name in planted if not says_nothing(Path(name))] == []
    assert not says_nothing(Path("templates/web/base.html"))
