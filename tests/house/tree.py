"""Which files the house rules look at: what lies in the checkout, without what tools put there."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("gateway", "webui", "workers", "remote_bridge")
SOURCE = (*PRODUCT, "tools")
_FOREIGN = {".git", ".venv", "node_modules", "vendor", "data", "build", "dist", "__pycache__", ".hypothesis"}
_FOREIGN_ENDINGS = ("_cache", ".egg-info")


def files(root: Path = ROOT) -> Iterator[Path]:
    """Every file of ours below `root`."""
    for path in sorted(root.iterdir()):
        if path.name in _FOREIGN or path.name.endswith(_FOREIGN_ENDINGS) or path.is_symlink():
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def python_files(*folders: str, root: Path = ROOT) -> Iterator[Path]:
    """The Python files in these top-level folders."""
    for folder in folders:
        if (root / folder).is_dir():
            yield from (path for path in files(root / folder) if path.suffix == ".py")


def text_of(path: Path) -> str | None:
    """The file's text, or None for pictures, raw mails and whatever else is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def name_of(path: Path, root: Path = ROOT) -> str:
    """How the file is called in a complaint."""
    return path.relative_to(root).as_posix()
