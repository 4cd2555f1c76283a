"""A page as a test reads it: by CSS selectors, and by what it must not carry."""

import re

from lxml import etree, html
from werkzeug.test import TestResponse


class Page:
    """The document of an answer."""

    def __init__(self, answer: TestResponse) -> None:
        self.root = html.document_fromstring(answer.get_data(as_text=True))

    @property
    def token(self) -> str:
        """The token that its forms carry."""
        return self.one("[name=csrf_token]").get("value") or ""

    def all(self, selector: str) -> list[html.HtmlElement]:
        """What a selector of tags, classes, ids and attributes finds; commas and blanks as in CSS."""
        paths = [_xpath(part.split()) for part in selector.split(",")]
        return [e for path in paths for e in _found(self.root, path)]

    def one(self, selector: str) -> html.HtmlElement:
        found = self.all(selector)
        assert found, f"no {selector}"
        return found[0]

    def text_of(self, selector: str) -> str:
        return " ".join(" ".join(self.one(selector).itertext()).split())

    def inline(self) -> list[str]:
        """Script and style that the policy would refuse."""
        scripts = [s.text for s in self.all("script") if (s.text or "").strip()]
        styles = [s.tag for s in self.all("style, [style]")]
        handlers = [e.tag for e in _found(self.root, "//*[@*[starts-with(name(), 'on')]]")]
        return [*filter(None, scripts), *styles, *handlers]

    def elsewhere(self) -> list[str]:
        """What it would load from another host."""
        loaded = [e.get("src") or e.get("href") or "" for e in self.all("script, img, link, iframe, use")]
        return [address for address in loaded if not address.startswith("/")]


_STEP = re.compile(r"([#.])([\w-]+)|\[([\w-]+)(?:=([^\]]+))?\]|^([\w-]+)")


def _found(root: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    found = etree.XPath(path)(root)
    assert isinstance(found, list)
    return [e for e in found if isinstance(e, html.HtmlElement)]


def _xpath(steps: list[str]) -> str:
    return "".join(_step(step) for step in steps)


def _step(step: str) -> str:
    tag, tests = "*", ""
    for mark, name, attribute, value, element in _STEP.findall(step):
        if element:
            tag = element
        elif mark == "#":
            tests += f'[@id="{name}"]'
        elif mark == ".":
            tests += f'[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'
        else:
            tests += f'[@{attribute}="{value}"]' if value else f"[@{attribute}]"
    return f"//{tag}{tests}"
