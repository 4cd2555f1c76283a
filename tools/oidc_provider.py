"""Puts the OpenID Connect provider of the tests, which package-lock.json pins, below build/oidc-provider/.

It needs a Node of its own time: the system's if that is new enough, else the one that comes in a wheel.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import assets

LEAST_NODE = 20
FOUND = Path("build", "oidc-provider", "found.json")
_READ = ("package-lock.json", "requirements-node.lock")


def install(root: Path) -> None:
    """Fetch it unless it is there. AssetsError when no npm with a new Node could do it."""
    found, wanted = root / FOUND, digest(root)
    if found.exists() and json.loads(found.read_text())["lock"] == wanted:
        return
    where = found.parent
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    complaint = "no Node is new enough"
    for environment in assets.npm_environments(root, where):
        node = new_node(environment)
        if node is None:
            continue
        complaint = assets.install_packages(root, where, environment, "--include=dev")
        if not complaint:
            shutil.rmtree(where / "cache", ignore_errors=True)
            made = {"lock": wanted, "node": node, "modules": str(where / "node_modules")}
            found.write_text(json.dumps(made))
            return
    raise assets.AssetsError(f"the OpenID Connect provider could not be installed: {complaint}")


def digest(root: Path) -> str:
    """What is installed follows from this, and from where the checkout lies."""
    read = [str(root).encode(), *((root / name).read_bytes() for name in _READ)]
    return hashlib.sha256(b"\n".join(read)).hexdigest()


def new_node(environment: Mapping[str, str]) -> str | None:
    """The Node of an environment, if it is new enough."""
    node = shutil.which("node", path=environment["PATH"])
    if node is None:
        return None
    said = assets.run([node, "--version"], cwd=Path.cwd(), env=environment).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return node if major.isdigit() and int(major) >= LEAST_NODE else None


def main() -> int:
    """Install for the checkout this file lies in."""
    try:
        install(Path(__file__).resolve().parent.parent)
    except assets.AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
