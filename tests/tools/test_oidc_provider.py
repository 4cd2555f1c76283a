import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tools import assets, oidc_provider

ROOT = Path(__file__).resolve().parents[2]

_NPM = '#!/bin/sh\necho "$@" >> "$0.called"\nmkdir -p node_modules/oidc-provider cache\n'
_BROKEN_NPM = '#!/bin/sh\necho "it is too old" >&2\nexit 1\n'


def environment(folder: Path, node: str, npm: str = _NPM) -> Mapping[str, str]:
    """Programs of this folder before those of the system."""
    folder.mkdir()
    for name, script in (("npm", npm), ("node", f"#!/bin/sh\necho {node}\n")):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def use(monkeypatch: pytest.MonkeyPatch, *environments: Mapping[str, str]) -> None:
    def these(_root: Path, _scratch: Path) -> Iterator[Mapping[str, str]]:
        yield from environments

    monkeypatch.setattr(assets, "npm_environments", these)  # what else there is depends on the machine


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("package.json", "package-lock.json", "requirements-node.lock"):
        shutil.copy(ROOT / name, root)
    return root


def test_it_is_put_below_build_with_its_node_and_without_running_scripts(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, environment(tmp_path / "bin", "v22.1.0"))
    oidc_provider.install(checkout)
    found = json.loads((checkout / oidc_provider.FOUND).read_text())
    assert Path(found["node"]) == tmp_path / "bin" / "node"
    assert (Path(found["modules"]) / "oidc-provider").is_dir()
    assert not (checkout / "build/oidc-provider/cache").exists()
    called = (tmp_path / "bin" / "npm.called").read_text()
    assert called.startswith("ci --ignore-scripts")
    assert "--omit=dev" not in called


def test_what_is_there_is_fetched_again_only_for_another_lock(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, environment(tmp_path / "bin", "v22.1.0"))
    for _ in range(2):
        oidc_provider.install(checkout)
    called = tmp_path / "bin" / "npm.called"
    assert len(called.read_text().splitlines()) == 1
    with (checkout / "package-lock.json").open("a") as lock:
        lock.write("\n")
    oidc_provider.install(checkout)
    assert len(called.read_text().splitlines()) == 2


def test_an_old_node_is_passed_over(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (environment(tmp_path / name, name) for name in ("v18.20.4", "v20.0.0"))
    use(monkeypatch, old, new)
    oidc_provider.install(checkout)
    assert Path(json.loads((checkout / oidc_provider.FOUND).read_text())["node"]).parent.name == "v20.0.0"


@pytest.mark.parametrize(
    ("node", "npm", "reason"),
    [("v22.1.0", _BROKEN_NPM, "it is too old"), ("v18.0.0", _NPM, "no Node is new")],
)
def test_where_it_cannot_be_had_the_reason_is_said(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, npm: str, reason: str
) -> None:
    use(monkeypatch, environment(tmp_path / "bin", node, npm))
    with pytest.raises(assets.AssetsError, match=reason):
        oidc_provider.install(checkout)
    assert not (checkout / oidc_provider.FOUND).exists()
