import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools import assets

ROOT = Path(__file__).resolve().parents[2]

# An npm that installs the packages of the lock, or says why not.
_WORKING_NPM = """#!/bin/sh
echo "$@" > "$0.called"
mkdir -p node_modules/htmx.org/dist && echo fetched > node_modules/htmx.org/dist/htmx.min.js
novnc=node_modules/@novnc/novnc
mkdir -p $novnc/core/input $novnc/vendor/pako/lib $novnc/docs
for name in core/rfb.js core/input/keyboard.js vendor/pako/lib/inflate.js vendor/pako/LICENSE LICENSE.txt \
    docs/LICENSE.MPL-2.0 docs/API.md AUTHORS README.md; do
    echo fetched > $novnc/$name
done
"""
_BROKEN_NPM = """#!/bin/sh
echo "a long story" >&2
echo "it is too old" >&2
exit 1
"""


def put_npm(folder: Path, script: str) -> Path:
    folder.mkdir(parents=True)
    npm = folder / "npm"
    npm.write_text(script)
    npm.chmod(0o755)
    return npm


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("package.json", "package-lock.json", "requirements-node.lock"):
        shutil.copy(ROOT / name, root)
    return root


def test_files_are_copied_and_nothing_else_is_kept(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = put_npm(tmp_path / "bin", _WORKING_NPM)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    assets.install(checkout)
    vendor = checkout / "webui/static/vendor"
    assert {str(p.relative_to(vendor)) for p in vendor.rglob("*") if p.is_file()} == {
        "htmx.min.js",
        "novnc/AUTHORS",
        "novnc/LICENSE.txt",
        "novnc/core/input/keyboard.js",
        "novnc/core/rfb.js",
        "novnc/docs/LICENSE.MPL-2.0",
        "novnc/vendor/pako/LICENSE",
        "novnc/vendor/pako/lib/inflate.js",
    }
    assert not (checkout / "node_modules").exists()


def test_npm_follows_the_lock_and_runs_no_scripts(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = put_npm(tmp_path / "bin", _WORKING_NPM)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    assets.install(checkout)
    assert npm.with_name("npm.called").read_text().startswith("ci --ignore-scripts ")
    assert "--omit=dev" in npm.with_name("npm.called").read_text()


def test_a_failing_npm_is_followed_by_the_next(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = put_npm(tmp_path / "old", _BROKEN_NPM)
    working = put_npm(tmp_path / "new", _WORKING_NPM)
    monkeypatch.setattr(assets, "npm_environments", lambda root, scratch: environments(broken, working))
    assets.install(checkout)
    assert working.with_name("npm.called").exists()


def test_without_a_working_npm_the_reason_is_said_and_the_old_files_stay(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = put_npm(tmp_path / "old", _BROKEN_NPM)
    monkeypatch.setattr(assets, "npm_environments", lambda root, scratch: environments(broken))
    kept = checkout / "webui/static/vendor/htmx.min.js"
    kept.parent.mkdir(parents=True)
    kept.write_text("before")
    with pytest.raises(assets.AssetsError, match="it is too old"):
        assets.install(checkout)
    assert kept.read_text() == "before"


def test_a_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "NPM_SECONDS", 0.2)
    done = assets.run(["sleep", "20"], cwd=tmp_path, env=os.environ)
    assert done.returncode != 0
    assert "gave up" in done.stderr


def test_the_system_npm_is_tried_first(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = put_npm(tmp_path / "bin", _WORKING_NPM)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    first = next(iter(assets.npm_environments(checkout, tmp_path)))
    assert shutil.which("npm", path=first["PATH"]) == str(npm)


def test_every_asset_belongs_to_a_locked_package() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    packages = {"/".join(s.split("/")[: 1 + s.startswith("@")]) for s in assets.ASSETS}
    assert [name for name in packages if f'"node_modules/{name}"' not in lock] == []


def environments(*npms: Path) -> list[Mapping[str, str]]:
    return [{**os.environ, "PATH": f"{npm.parent}{os.pathsep}{os.environ['PATH']}"} for npm in npms]
