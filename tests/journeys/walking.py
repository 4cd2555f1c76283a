"""Going through every page of a running desk that a browser can find."""

import re

from playwright.sync_api import Page

from tests.house.tree import ROOT

_KIND = """async (path) => {
  const stop = new AbortController();
  const answer = await fetch(path, { signal: stop.signal });
  const kind = answer.headers.get("content-type") ?? "";
  const file = answer.headers.get("content-disposition") ?? "";
  stop.abort();
  return kind.startsWith("text/html") && !file.startsWith("attachment");
}"""
_LINKS = "() => [...document.querySelectorAll('a[href]')].map((one) => one.href)"
_NAMED = re.compile(r"[\w.-]{12,}|\d+")
_BY_HAND = "images=1"
"""Loads a mail's pictures from where they are: what a person does who wants to see them, and nobody else."""

_ALIKE = 2
"""So many pages of one kind are looked at: the next ticket shows nothing that these do not."""


def listed_pages(*who: str) -> list[str]:
    """The addresses of the list of routes without a part to fill in, of those who are let in."""
    lines = (ROOT / "tests" / "webui" / "routes.txt").read_text().splitlines()
    found = [line.split() for line in lines if not line.startswith("#")]
    return [path for whom, method, path in found if whom in who and method == "GET" and "<" not in path]


def walk(page: Page, asks: Page, web: str, start: list[str]) -> set[str]:
    """Open these pages and all that they link to here; `asks` stays where it is, and asks what each is.

    What is no page, such as a file or the stream of news, is asked for as pages do. Pictures in the Internet
    are not asked for. Returns the addresses.
    """
    waiting, seen, kinds = [f"{web}{path}" for path in start], set[str](), dict[str, int]()
    while waiting:
        address = waiting.pop(0).partition("#")[0]
        kind = _NAMED.sub("*", address.removeprefix(web))
        if address in seen or not address.startswith(f"{web}/") or kinds.get(kind, 0) >= _ALIKE:
            continue
        if _BY_HAND in address:
            continue
        seen.add(address)
        kinds[kind] = kinds.get(kind, 0) + 1
        if asks.evaluate(_KIND, address):
            page.goto(address)
            waiting += page.evaluate(_LINKS)
    return seen
