"""The lines of an error report: the route of the page before, and nothing of what stood on it."""

import pytest
from flask import Flask

from gateway.desk.errorreports import MAX_PART_CHARS, MOST_PARTS
from webui.errorreports import parts
from webui.errorreports.parts import Part


@pytest.mark.parametrize(
    ("before", "route"),
    [
        ("http://localhost/", "/"),
        ("http://localhost/t/77?q=SECRET#x", "/t/<number>"),
        ("http://localhost/t/77/status", "/t/<number>/status"),  # a form's own address, which no page has
        ("http://localhost/no-such-page/SECRET", ""),
        ("http://elsewhere.example/t/77", ""),
        ("http://[SECRET", ""),
        ("", ""),
    ],
)
def test_the_page_before_is_named_by_its_route(app: Flask, before: str, route: str) -> None:
    with app.test_request_context("/error-report", headers={"Referer": before}):
        assert parts.page_before() == route


def lines(app: Flask, browser: str) -> tuple[Part, ...]:
    with app.test_request_context("/error-report", headers={"User-Agent": browser}):
        return parts.generated()


def test_a_browser_says_no_more_than_fits(app: Flask) -> None:
    named = next(part.text for part in lines(app, "x" * 5000) if "xxx" in part.text)
    assert (named, len(named) <= MAX_PART_CHARS) == ("Browser: " + "x" * 300, True)
    assert not any("Browser" in part.text for part in lines(app, " "))


def test_a_form_comes_back_as_it_was_and_no_longer(app: Flask) -> None:
    with app.test_request_context("/error-report", headers={"User-Agent": "x"}):
        known = [part.text for part in parts.generated()]
        shown = parts.as_sent([known[0], "Own line", " ", "x" * (MAX_PART_CHARS + 1)])
        assert shown[:2] == (Part(known[0]), Part("Own line"))
        assert len(shown[2].text) == MAX_PART_CHARS
        assert shown[3:] == tuple(Part(text, is_in=False) for text in known[1:])
        many = parts.as_sent(["x"] * (MOST_PARTS + 1))
        assert sum(part.is_in for part in many) == MOST_PARTS
