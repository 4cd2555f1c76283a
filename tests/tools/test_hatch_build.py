import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "tools", root / "tools")
    for package in ("gateway", "webui", "workers", "remote_bridge"):
        (root / package).mkdir()
        (root / package / "__init__.py").touch()
    (root / "templates/web").mkdir(parents=True)
    (root / "templates/web/page.html").write_text("page")
    (root / "webui/static/vendor").mkdir(parents=True)
    (root / "webui/static/vendor/htmx.min.js").write_text("asset")
    return root


def wheel(project: Path, out: Path, *, editable: bool) -> set[str]:
    kind = "build_editable" if editable else "build_wheel"
    code = f"from hatchling import build; print(build.{kind}({str(out)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, timeout=60, check=True
    )
    with zipfile.ZipFile(out / done.stdout.split()[-1]) as archive:
        return set(archive.namelist())


def test_a_wheel_carries_templates_and_assets(project: Path, tmp_path: Path) -> None:
    names = wheel(project, tmp_path, editable=False)
    assert {"webui/_templates/web/page.html", "webui/static/vendor/htmx.min.js"} <= names


def test_a_wheel_carries_no_tests_and_no_tools(project: Path, tmp_path: Path) -> None:
    tops = {name.split("/")[0] for name in wheel(project, tmp_path, editable=False)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "gateway",
        "webui",
        "workers",
        "remote_bridge",
    }


def test_an_editable_install_copies_no_templates(project: Path, tmp_path: Path) -> None:
    assert not any("_templates" in name for name in wheel(project, tmp_path, editable=True))
