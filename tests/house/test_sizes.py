"""Nothing grows past what one reads in one go."""

import ast

from tests.house.tree import ROOT, files, name_of, text_of

FUNCTION_LINES = 60
FILE_LINES = 500
# A migration lists the tables of its day once and is never read again.
_LISTS = "gateway/store/migrations/versions/"
_SOURCE_ENDINGS = {".py", ".js", ".css", ".html", ".txt", ".sh"}


def long_functions(source: str) -> list[str]:
    """Names and lengths of the functions over the bar, docstring included, decorators not."""
    functions = (
        n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = ((f.name, (f.end_lineno or f.lineno) - f.lineno + 1) for f in functions)
    return [f"{name}: {lines} lines" for name, lines in lengths if lines > FUNCTION_LINES]


def is_long(source: str) -> bool:
    return len(source.splitlines()) > FILE_LINES


def test_no_function_is_over_the_bar() -> None:
    python = [p for p in files() if p.suffix == ".py" and not name_of(p).startswith(_LISTS)]
    assert {name_of(p): found for p in python if (found := long_functions(p.read_text("utf-8")))} == {}


def test_no_file_is_over_the_bar() -> None:
    sources = [path for path in files() if path.suffix in _SOURCE_ENDINGS and "corpus" not in path.parts]
    read = [path for path in sources if not name_of(path).startswith(_LISTS)]
    assert [name_of(path) for path in read if is_long(text_of(path) or "")] == []


def test_a_function_one_line_too_long_is_found() -> None:
    body = "    x = 1\n" * FUNCTION_LINES
    assert long_functions(f"async def f():\n{body}") == [f"f: {FUNCTION_LINES + 1} lines"]
    assert long_functions(f"class C:\n    def f(self):\n        pass\n{body}") == []


def test_a_file_one_line_too_long_is_found() -> None:
    assert is_long("x\n" * (FILE_LINES + 1))
    assert not is_long("x\n" * FILE_LINES)


def test_the_rules_see_the_product() -> None:
    assert ROOT / "gateway" / "__init__.py" in set(files())
