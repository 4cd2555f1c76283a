"""`./run.sh` is what a newcomer types first."""

import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "run.sh", *words], cwd=cwd, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("words", [("tset",), ("--help",), ("test", "more")])
def test_an_unknown_word_answers_with_the_usage_and_changes_nothing(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ./run.sh")


def test_it_is_plain_posix_shell() -> None:
    first_line = (ROOT / "run.sh").read_text().splitlines()[0]
    assert first_line == "#!/bin/sh"
    assert subprocess.run(["/bin/sh", "-n", ROOT / "run.sh"], check=False).returncode == 0


def test_the_checks_of_run_sh_are_those_of_make() -> None:
    script, makefile = (ROOT / "run.sh").read_text(), (ROOT / "Makefile").read_text()
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f"check {tool}\n" in script
        assert f"$(BIN)/{tool}\n" in makefile
