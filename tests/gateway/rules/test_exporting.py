"""Times and limits of exports that pages and documents tell."""

from datetime import timedelta
from pathlib import Path

from gateway.rules.exporting import FORMAT, LASTS, VERSION, Scope

DOC = Path(__file__).parents[3] / "docs" / "export.md"


def test_seven_days_are_promised_everywhere() -> None:
    assert timedelta(days=7) == LASTS


def test_the_document_tells_of_this_format() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert f'"format": "{FORMAT}"' in text
    assert f'"version": {VERSION}' in text
    assert [scope for scope in Scope if f"`{scope}`" not in text] == []
