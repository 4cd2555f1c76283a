"""Who may import whom, as pyproject.toml says."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.tree import PRODUCT, ROOT

# A contract, and a file with the imports that break it.
VIOLATIONS: Mapping[str, tuple[str, str]] = {
    "C1": ("gateway/desk/planted_up.py", "import webui"),
    "C2": ("gateway/rules/planted_up.py", "import gateway.desk"),
    "C3": ("gateway/mail/planted_socket.py", "import socket"),
    "C4a": ("workers/planted_flask.py", "import flask"),
    "C4b": ("webui/planted_sql.py", "import sqlalchemy"),
    "C4c": ("webui/planted_door.py", "import aiosmtpd"),
    "C4d": ("gateway/desk/planted_sending.py", "import smtplib"),
    "C4e": ("webui/planted_rq.py", "import rq"),
    "C5": ("webui/planted_model.py", "import gateway.store.models.planted"),
    "C6": ("remote_bridge/protocol/planted_up.py", "import remote_bridge.relay"),
    "C7": ("remote_bridge/client/planted_gateway.py", "import gateway"),
    "C8": ("webui/tickets/planted_area.py", "import webui.customers"),
    "C9": ("workers/planted_a/__init__.py", "import workers.planted_b"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the tree below `root` against its pyproject.toml."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=root, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the product in which every contract is broken once."""
    root = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in PRODUCT:
        shutil.copytree(
            ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    planted = dict(VIOLATIONS.values())
    planted["gateway/store/models/planted.py"] = "import gateway.store.models"
    planted["workers/planted_b/__init__.py"] = "import workers.planted_a"
    for name, code in planted.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"{code}\n")
    return lint(root).stdout


def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_planted_violation_is_found(broken: str, contract: str) -> None:
    verdicts = [line for line in broken.splitlines() if line.startswith(f"{contract} ")]
    assert any(line.endswith("BROKEN") for line in verdicts), broken
