"""An error report to whoever runs the desk: the desk's own page of it, opened in the browser.

There the user reads what goes, strikes what should not, and sends it; this program sends nothing by itself.
What it knows of itself stands behind the `#`, which browsers send nowhere, and the link's secret stays here.
"""

import platform
import re
import sys
import webbrowser
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlencode

from remote_bridge.client.environment import desktop, variables
from remote_bridge.client.links import parse_base, parse_link
from remote_bridge.client.texts import _

Report = Callable[[str], str]
"""Opens the report of a failure, known by a plain word or ""; what there is to tell of it."""

_PATH = "/error-report"
_MOST_CHARS = 60
_NOT_PLAIN = re.compile(r"[^\w .+()-]", re.ASCII)


def desk_in(text: str) -> str:
    """The desk's address in its link or in the address itself. BadLink."""
    return parse_link(text).base_url if "#" in text else parse_base(text).removesuffix("/remote")


def address_of(base_url: str, failure: str, env: Mapping[str, str]) -> str:
    """The page at this desk, with a few plain words about this program, none of people or files."""
    facts = {
        "client": f"{_version()} (Python {platform.python_version()})".strip(),
        "system": f"{platform.system()} {platform.release()}",
        "desktop": desktop(env, sys.platform).value,
        "failure": failure,
    }
    plain = {name: _NOT_PLAIN.sub(" ", fact)[:_MOST_CHARS] for name, fact in facts.items() if fact}
    return f"{base_url}{_PATH}#{urlencode(plain)}"


def open_report(base_url: str, failure: str) -> str:
    """Open it; what there is to tell the user, also where there is no browser."""
    address = address_of(base_url, failure, variables())
    if webbrowser.open(address):
        return _("Your browser shows the report before it goes: %(address)s") % {"address": address}
    told = _("Please open this address in a browser, which shows the report before it goes: %(address)s")
    return told % {"address": address}


def _version() -> str:
    try:
        return version("manage4all")
    except PackageNotFoundError:  # one file that was built without it
        return ""
