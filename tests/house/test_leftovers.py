"""Nothing is left half-done: no notes to oneself, no test that is passed over without saying why."""

import ast
import re

import pytest

from tests.house.tree import files, name_of, python_files, text_of

# Spelled in halves, so that this file is not its own first finding.
_NOTE = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X" + "XX|HA" + r"CK)\b")
_NOT_OURS = ("tests/corpus/", "package-lock.json")
_REASON_AT = {"skip": 0, "xfail": 99, "skipif": 99, "importorskip": 99}


def notes(text: str) -> list[str]:
    """The lines with a note to oneself."""
    return [line.strip() for line in text.splitlines() if _NOTE.search(line)]


def silent_skips(source: str) -> list[str]:
    """Each skip, skipif, xfail and importorskip that gives no reason."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [n for n in nodes if isinstance(n, ast.Call)]
    called = {id(call.func) for call in calls}
    bare = [
        n
        for n in nodes
        if isinstance(n, ast.Attribute) and n.attr in {"skip", "xfail"} and id(n) not in called
    ]
    return [ast.unparse(c) for c in calls if _is_silent(c)] + [ast.unparse(n) for n in bare if _is_pytest(n)]


def _is_pytest(node: ast.expr) -> bool:
    return ast.unparse(node).startswith("pytest.")


def _is_silent(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or not _is_pytest(call.func):
        return False
    position = _REASON_AT.get(call.func.attr)
    if position is None:
        return False
    return len(call.args) <= position and not any(keyword.arg == "reason" for keyword in call.keywords)


def test_no_note_to_oneself_is_left() -> None:
    texts = {name_of(path): text_of(path) or "" for path in files()}
    found = {name: notes(text) for name, text in texts.items() if not name.startswith(_NOT_OURS)}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_skipped_test_says_why() -> None:
    found = {name_of(path): silent_skips(path.read_text("utf-8")) for path in python_files("tests")}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_a_note_is_found() -> None:
    assert notes("a = 1  # TO" + "DO: b\n" + "toDoList = 2") == ["a = 1  # TO" + "DO: b"]


@pytest.mark.parametrize(
    "code",
    [
        "pytest.skip()",
        "@pytest.mark.skip\ndef test_x(): ...",
        "@pytest.mark.skipif(True)\ndef test_x(): ...",
        "@pytest.mark.xfail\ndef test_x(): ...",
        "pytest.importorskip('x')",
    ],
)
def test_a_silent_skip_is_found(code: str) -> None:
    assert silent_skips(code) != []


@pytest.mark.parametrize(
    "code", ["pytest.skip('no browser')", "pytest.importorskip('x', reason='y')", "line.skip()"]
)
def test_a_reason_satisfies(code: str) -> None:
    assert silent_skips(code) == []
