"""`gateway/x/y.py` is tested by `tests/gateway/x/test_y.py`."""

import ast
from collections.abc import Mapping
from pathlib import Path

from tests.house.tree import ROOT, SOURCE, name_of, python_files

# Folder or file, and why it has no test file of its own.
EXCEPTIONS: Mapping[str, str] = {
    "gateway/store/migrations/": "run whole by the tests of gateway/store and by `db check`",
}


def without_test(root: Path) -> list[str]:
    """Source files whose mirrored test file is missing."""
    return [
        name
        for path in python_files(*SOURCE, root=root)
        if path.name != "__init__.py"
        and not (name := name_of(path, root)).startswith(tuple(EXCEPTIONS))
        and not (root / "tests" / Path(name).parent / f"test_{path.name}").is_file()
    ]


def busy_inits(root: Path) -> list[str]:
    """`__init__.py` files that do something: those have no mirrored test, so they must not."""
    return [
        name_of(path, root)
        for path in python_files(*SOURCE, root=root)
        if path.name == "__init__.py"
        and any(_does_something(n) for n in ast.parse(path.read_text("utf-8")).body)
    ]


def _does_something(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_export = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    return not (is_docstring or is_export or isinstance(node, ast.Import | ast.ImportFrom))


def test_every_source_file_has_its_test_file() -> None:
    assert without_test(ROOT) == []


def test_package_files_only_describe_and_import() -> None:
    assert busy_inits(ROOT) == []


def test_every_exception_still_exists() -> None:
    assert [name for name in EXCEPTIONS if not (ROOT / name).exists()] == []


def test_a_source_file_without_test_is_found(tmp_path: Path) -> None:
    for name in ("gateway/mail/parse.py", "gateway/mail/body.py", "tests/gateway/mail/test_parse.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert without_test(tmp_path) == ["gateway/mail/body.py"]


def test_code_in_a_package_file_is_found(tmp_path: Path) -> None:
    for name, code in {"gateway": '"""Says."""\nimport os\n', "webui": "def f() -> None: ...\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(code)
    assert busy_inits(tmp_path) == ["webui/__init__.py"]
