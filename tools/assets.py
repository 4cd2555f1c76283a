"""Puts the front-end files that package-lock.json pins into webui/static/vendor/.

npm fetches and checks them without running their scripts: the system's npm, else one that comes in a wheel,
from an environment that is thrown away. Nothing of npm is needed or kept at run time.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path

ASSETS: Mapping[str, str] = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@novnc/novnc/core": "novnc/core",
    "@novnc/novnc/vendor/pako/lib": "novnc/vendor/pako/lib",
    "@novnc/novnc/vendor/pako/LICENSE": "novnc/vendor/pako/LICENSE",
    "@novnc/novnc/LICENSE.txt": "novnc/LICENSE.txt",
    "@novnc/novnc/docs/LICENSE.MPL-2.0": "novnc/docs/LICENSE.MPL-2.0",
    "@novnc/novnc/AUTHORS": "novnc/AUTHORS",
}
"""What of the packages is served, a file or a folder, and under which name. Licences go along."""
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
NPM_SECONDS = 300


class AssetsError(Exception):
    """The files could not be fetched; the text says why, for whoever set up."""


def install(root: Path) -> None:
    """Fetch and copy. Raises AssetsError when no npm could do it, leaving what was there before."""
    with tempfile.TemporaryDirectory(prefix="m4a-assets-") as scratch:
        modules = fetch(root, Path(scratch))
        copy(modules, root / "webui" / "static" / "vendor")


def fetch(root: Path, scratch: Path) -> Path:
    """The node_modules that package-lock.json describes, below `scratch`."""
    complaint = ""
    for environment in npm_environments(root, scratch):
        project = Path(tempfile.mkdtemp(dir=scratch))
        complaint = install_packages(root, project, environment, "--omit=dev")
        if not complaint:
            return project / "node_modules"
    raise AssetsError(f"npm could not install the front-end packages: {complaint}")


def install_packages(root: Path, project: Path, environment: Mapping[str, str], *options: str) -> str:
    """Let npm make `project/node_modules` as the lock says; what it complains about, "" when it is done."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, project)
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    command = [npm, *INSTALL, *options, f"--cache={project / 'cache'}"]
    done = run(command, cwd=project, env=environment)
    return "" if done.returncode == 0 else last_line(done.stderr)


def npm_environments(root: Path, scratch: Path) -> Iterator[Mapping[str, str]]:
    """Where an npm is found: the system's, and, only when asked for the next one, that of the wheel."""
    if shutil.which("npm"):
        yield dict(os.environ)
    where = scratch / "node"
    venv.create(where, with_pip=True)
    wanted = ["-m", "pip", "install", "-qq", "--require-hashes", "-r", str(root / "requirements-node.lock")]
    done = run([str(where / "bin" / "python"), *wanted], cwd=scratch, env=os.environ)
    if done.returncode:
        raise AssetsError(f"no npm here, and none could be installed: {last_line(done.stderr)}")
    yield {**os.environ, "PATH": f"{where / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def run(command: list[str], *, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run quietly and within a time limit."""
    try:
        return subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"gave up after {NPM_SECONDS} s")


def last_line(text: str) -> str:
    """What an error output ends with, which is where programs say why."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no reason given"


def copy(modules: Path, vendor: Path) -> None:
    """Each file appears whole or not at all: a running server may be reading it."""
    for source, name in files_of(modules):
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}")
        shutil.copyfile(source, half)
        half.replace(target)


def files_of(modules: Path) -> Iterator[tuple[Path, Path]]:
    """Each file that is served, and its name below the vendor folder."""
    for source, name in ASSETS.items():
        top = modules / source
        if not top.is_dir():
            yield top, Path(name)
            continue
        for path in sorted(top.rglob("*")):
            if path.is_file():
                yield path, name / path.relative_to(top)


def main() -> int:
    """Install into the checkout this file lies in."""
    try:
        install(Path(__file__).resolve().parent.parent)
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
