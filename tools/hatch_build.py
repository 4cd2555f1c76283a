"""What a wheel carries beyond its packages: the templates, and the assets that package-lock.json pins."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelContents(BuildHookInterface):  # type: ignore[type-arg]
    """Adds nothing to an editable install: that one reads templates and assets from the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        if not (root / "webui" / "static" / "vendor").is_dir():
            sys.path.insert(0, str(root))
            from tools import assets

            assets.install(root)
        build_data["force_include"][str(root / "templates")] = "webui/_templates"
