"""Hostile HTML in a real browser: the sanitised mail alone, with no frame and no policy to hold it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from gateway.mail.html import sanitise
from tests import hostile_html
from tests.fakes.chromium import launched

_RAN = "ran a script"
_PAGE = "http://127.0.0.1:9/mail"
_POKE = """() => {
    const seen = [...document.body.querySelectorAll('*')];
    for (const one of seen)
        for (const kind of ['mouseover', 'mouseenter', 'focus', 'toggle', 'error', 'load', 'animationstart'])
            one.dispatchEvent(new Event(kind, {bubbles: true}));
    const holder = document.createElement('div');
    document.body.append(holder);
    for (let round = 0; round < 3; round++) {
        holder.innerHTML = document.body.firstElementChild.innerHTML;
        document.body.firstElementChild.innerHTML = holder.innerHTML;
    }
    const all = [...document.body.querySelectorAll('*')];
    return {
        named: all.filter(one => one.id || one.getAttribute('name') || one.className).length,
        handlers: all.flatMap(one => [...one.attributes]).filter(one => one.name.startsWith('on')).length,
        foreign: all.filter(one => one.namespaceURI !== 'http://www.w3.org/1999/xhtml').length,
        odd: all.filter(one => one.matches(
            'script,style,link,meta,base,form,input,button,iframe,object,embed,video,audio,source,template,' +
            'textarea,select,xmp,noscript,frame,applet,portal,dialog')).length,
        here: all.filter(one => one.matches('a[href]'))
            .filter(one => one.target !== '_blank' || one.relList.length < 3).length,
        inside: all.filter(one => one.matches('a[href]') && one.host === location.host).length,
        fixed: all.filter(one => ['fixed', 'sticky'].includes(getComputedStyle(one).position)).length,
        clobbered: typeof document.getElementById !== 'function' || typeof document.cookie !== 'string',
        outside: document.body.children.length,
    };
}"""
_SAFE = {
    "named": 0,
    "handlers": 0,
    "foreign": 0,
    "odd": 0,
    "here": 0,
    "inside": 0,
    "fixed": 0,
    "clobbered": False,
    "outside": 2,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


class Watched:
    """A page that writes down what the mail shown in it does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done: list[str] = []
        self._document = ""
        page.route("**/*", self._answer)
        page.add_init_script(f"window.alert = () => console.error('{_RAN}')")
        page.on("console", lambda said: self.done.append(_RAN) if said.text == _RAN else None)
        page.on("popup", lambda _popup: self.done.append("opened a page"))
        page.on("pageerror", lambda error: self.done.append(f"ran into {error}"))

    def show(self, html: str) -> dict[str, object]:
        """Load the mail as a page of its own, let it do what it can, and look at what became of it."""
        self.done.clear()
        self._document = f"<!doctype html><meta charset=utf-8><body><div>{html}</div>"
        self.page.goto(_PAGE)
        found: dict[str, object] = self.page.evaluate(_POKE)
        self.page.wait_for_timeout(30)
        return found

    def _answer(self, route: Route) -> None:
        if route.request.url == _PAGE and route.request.is_navigation_request():
            route.fulfill(content_type="text/html", body=self._document)
            return
        self.done.append(f"asked for {route.request.url}")
        route.abort()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    page = browser.new_page()
    yield Watched(page)
    page.close()


def test_the_watch_sees_what_the_raw_mail_does(watched: Watched) -> None:
    watched.show("<img src=x onerror=alert(1)>")
    assert _RAN in watched.done
    watched.show(f"<img src=https://{hostile_html.EVIL}/x>")
    assert f"asked for https://{hostile_html.EVIL}/x" in watched.done


def test_the_sanitised_mail_runs_loads_and_names_nothing(watched: Watched) -> None:
    for evil in hostile_html.ALL:
        found = watched.show(sanitise(f"<p>before</p>{evil}").replace("cid:", "data:,"))
        assert (evil, watched.done, found) == (evil, [], _SAFE)
