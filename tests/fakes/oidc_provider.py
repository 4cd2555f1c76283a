"""A real OpenID Connect provider, certified and not ours, with somebody at its sign-in page.

tools/oidc_provider.py puts it there; where that could not be done, tests that need it say so.
"""

import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO
from urllib.parse import urlencode, urljoin

import pytest

from tests.house.tree import ROOT
from tools.oidc_provider import FOUND

CLIENT_ID = "desk"
CLIENT_SECRET = "secret of the desk"
_MOST_PAGES = 10


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing by itself: each step is looked at."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


@dataclass(frozen=True)
class RealProvider:
    """Where it is, and where it sends people back to."""

    issuer: str
    back: str

    def sign_in(self, address: str, login: str) -> str:
        """The address that a fresh browser is sent back to, after `login` has signed in and agreed."""
        browser = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(CookieJar()))
        form: bytes | None = None
        for _ in range(_MOST_PAGES):
            page, moved = _opened(browser, address, form)
            form = None
            if not moved:
                form = _filled(page, login)
                found = re.search(r'action="([^"]+)"', page)
                assert found, page
                moved = found[1]
            address = urljoin(address, moved)
            if address.startswith(self.back):
                return address
        raise AssertionError(f"the provider leads nowhere: {address}")


@contextmanager
def provider(back: str) -> Iterator[RealProvider]:
    """Run one that knows the desk by this address of the way back."""
    found = ROOT / FOUND
    if not found.exists():
        assert not os.environ.get("M4A_REQUIRE_OIDC_PROVIDER"), "tools/oidc_provider.py has put nothing there"
        pytest.skip("there is no OpenID Connect provider; `python -m tools.oidc_provider` puts one there")
    where = json.loads(found.read_text())
    desk = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": [back]}
    program = Path(__file__).with_suffix(".mjs")
    running = subprocess.Popen(
        [where["node"], program, where["modules"], json.dumps(desk)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it warns that it is one for tests
        text=True,
    )
    try:
        assert running.stdout is not None
        issuer = running.stdout.readline().strip()
        assert issuer, f"it ended with status {running.wait(10)}"
        yield RealProvider(issuer, back)
    finally:
        running.terminate()
        running.wait(10)
        if running.stdout is not None:
            running.stdout.close()


def _opened(browser: urllib.request.OpenerDirector, address: str, form: bytes | None) -> tuple[str, str]:
    """A page, or where it has moved to."""
    try:
        with browser.open(address, form, timeout=20) as answer:
            return answer.read().decode(), ""
    except urllib.error.HTTPError as moved:
        with moved:
            return moved.read().decode(), moved.headers.get("Location", "")


def _filled(page: str, login: str) -> bytes:
    prompt = re.search(r'name="prompt" value="(\w+)"', page)
    assert prompt, page
    return urlencode({"prompt": prompt[1], "login": login, "password": "any"}).encode()
