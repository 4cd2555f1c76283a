"""The system's Chromium, driven by tests; without one they are skipped, unless it is required."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched(*more: str) -> Iterator[Browser]:
    """A browser without a window, with `more` of its switches."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and not os.environ.get("M4A_REQUIRE_BROWSER"):
        pytest.skip("no Chromium here; M4A_REQUIRE_BROWSER=1 makes this a failure")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_ARGS, *more])
        yield browser
        browser.close()
