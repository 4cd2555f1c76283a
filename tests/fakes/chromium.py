"""The system's Chromium, driven by tests; without one they are skipped, unless it is required."""

import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched(*more: str, under: Sequence[str] = ()) -> Iterator[Browser]:
    """A browser without a window, with `more` of its switches; it runs `under` another program, if told."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and not os.environ.get("M4A_REQUIRE_BROWSER"):
        pytest.skip("no Chromium here; M4A_REQUIRE_BROWSER=1 makes this a failure")
    with _program(found, under) as program, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_ARGS, *more])
        yield browser
        browser.close()


@contextmanager
def _program(found: str | None, under: Sequence[str]) -> Iterator[str | None]:
    """What Playwright starts: it takes the name of one file."""
    if found is None or not under:
        yield found
        return
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "browser"
        script.write_text(f'#!/bin/sh\nexec {shlex.join([*under, found])} "$@"\n')
        script.chmod(0o755)
        yield str(script)
