"""The page of settings says what the model says.

After a change of the settings: .venv/bin/python -m tests.house.test_settings_page
"""

from pydantic import SecretStr

from gateway.settings import Settings
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "settings.md"
_HEAD = """# Settings

Each is a variable of the environment, or a key of the TOML file that `M4A_CONFIG` names: the name in
small letters, without `M4A_`. The environment wins. `manage4all doctor --settings` shows what is in force.
(This page is generated; `tests/house/test_settings_page.py` says how.)

| name | default | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page, a row for each setting."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if isinstance(field.default, SecretStr) or field.default is None else str(field.default)
        shown = f"`{default}`" if default else "empty"
        rows.append(f"| `M4A_{name.upper()}` | {shown} | {field.description} |\n")
    return _HEAD + "".join(rows)


def test_the_page_of_settings_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "generate it anew: see the top of this test"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
