"""Hostile HTML in a real browser: sanitiser, frame and policy are shown to hold each by itself.

Nothing runs, nothing leaves for the world outside (which notes every knock), nothing touches our page.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from werkzeug.serving import make_server

from gateway.mail.html import sanitise
from gateway.outbound.remoteimage import RemoteImages
from gateway.store import session
from gateway.store.models import Article
from tests.fakes import elsewhere as fakes
from tests.fakes.chromium import launched
from tests.fakes.elsewhere import Elsewhere
from tests.webui.cast import PNG, World
from webui import office

QUIET_MS = 700
"""How long a page gets to do what it must not."""

HOSTILE = """
<!--[if true]><script>ran('comment')</script><![endif]-->
<base href="OUT/base/">
<meta http-equiv="refresh" content="0;url=OUT/refresh">
<meta http-equiv="Content-Security-Policy" content="default-src * 'unsafe-inline'">
<link rel="stylesheet" href="OUT/style.css"><link rel="prefetch" href="OUT/prefetch">
<link rel="preload" as="image" href="OUT/preload"><link rel="modulepreload" href="OUT/module.js">
<link rel="preconnect" href="OUT"><link rel="dns-prefetch" href="OUT"><link rel="icon" href="OUT/icon.png">
<link rel="prerender" href="OUT/prerender"><link rel="manifest" href="OUT/manifest.json">
<script>ran('script')</script><script src="OUT/script.js"></script>
<script type="speculationrules">{"prefetch":[{"source":"list","urls":["OUT/speculation"]}]}</script>
<style>@import url("OUT/import.css");@font-face{font-family:f;src:url(OUT/font.woff2)}
body{background:url(OUT/body.png);font-family:f;cursor:url(OUT/cursor.cur),auto}
p::before{content:url(OUT/before.png)}li{list-style-image:url(OUT/list.png)}</style>
<img src="OUT/img.png"><img data-remote-src="OUT/held.png"><img src=x onerror="ran('onerror')">
<img srcset="OUT/srcset.png 1x, OUT/srcset2.png 2x">
<picture><source srcset="OUT/source.png"><img src="OUT/picture.png"></picture>
<img src="//127.0.0.1:PORT/relative.png"><img src="OUT/lazy.png" loading="lazy">
<input type="image" src="OUT/input.png">
<svg onload="ran('svg')"><image href="OUT/svg.png"/><script>ran('svgscript')</script>
<use href="OUT/use.svg#a"/>
<style>@import "OUT/svg.css";</style><foreignObject><img src="OUT/foreign.png"></foreignObject>
<animate onbegin="ran('animate')" attributeName="x" dur="1s"/></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=ran('mxss')&gt;">
</table></math>
<noscript><p title="</noscript><img src=x onerror=ran('noscript')>"></noscript>
<iframe src="OUT/iframe"></iframe><iframe srcdoc="<script>parent.ran('srcdoc')</script>
<img src=OUT/srcdoc.png>"></iframe>
<frameset><frame src="OUT/frame"></frameset><object data="OUT/object"></object><embed src="OUT/embed">
<video src="OUT/video.mp4" poster="OUT/poster.png" autoplay onloadstart="ran('video')"></video>
<audio src="OUT/audio.mp3" autoplay></audio><video>
<source src="OUT/videosource.mp4" onerror="ran('source')"></video>
<track src="OUT/track.vtt"><portal src="OUT/portal"></portal><fencedframe src="OUT/fenced"></fencedframe>
<form id="f" action="OUT/form" method="post" target="_top">
<input name="secret" value="1" autofocus onfocus="ran('focus')">
<button id="send">Continue</button></form><button form="f" formaction="OUT/formaction" id="send2">x</button>
<a id="top" target="_top" href="OUT/top">top</a><a id="parent" target="_parent" href="OUT/parent">parent</a>
<a id="js" href="javascript:ran('href')">js</a>
<a id="blank" target="_blank" href="javascript:opener.ran('blank')">b</a>
<a id="self" href="OUT/self" ping="OUT/ping">self</a>
<a id="data" href="data:text/html,<script>alert(1)</script>">d</a>
<a id="named" target="desk" href="OUT/named">named</a><a id="dl" download href="OUT/download">dl</a>
<details open ontoggle="ran('toggle')"><summary>x</summary>y</details>
<p style="background:url(OUT/inline.png);list-style:url('OUT/inlinelist.png')" onmouseover="ran('over')"
id="p">text</p>
<p style="background:u\\72l(OUT/escaped.png)">x</p><table background="OUT/table.png">
<td background="OUT/td.png">x</table>
<body background="OUT/bodyattribute.png" onload="ran('load')"><marquee onstart="ran('marquee')">x</marquee>
<img name="body"><form name="location"></form><a id="htmx" name="getElementById"></a>
<img id="live" name="cookie">
<div hx-get="OUT/htmx" hx-trigger="load" hx-on:load="ran('htmx')" data-hx-get="OUT/datahtmx">x</div>
<div id="zoom" data-frame="OUT/dataframe" class="undo">x</div><template><script>ran('template')</script>
</template>
<script>window.open('OUT/open');top.location='OUT/toplocation';navigator.sendBeacon('OUT/beacon');fetch('OUT/fetch');
new Image().src='OUT/image';new
WebSocket('ws://127.0.0.1:PORT/socket');parent.document.title='taken'</script>
"""
_REMEMBER = "window.ran = (what) => (window.__ran ||= []).push(what);"
LINKS = ("top", "parent", "js", "self", "data", "named", "send", "send2", "p")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def world_outside() -> Iterator[Elsewhere]:
    with Elsewhere() as outside:
        yield outside


@pytest.fixture
def hostile(world_outside: Elsewhere) -> str:
    port = str(world_outside.port)
    return HOSTILE.replace("OUT", world_outside.url).replace("PORT", port)


def on_loopback(ip: str, _port: int) -> bool:
    """Tests may go nowhere else; the product goes anywhere else."""
    return ip == "127.0.0.1"


@pytest.fixture
def served(app: Flask, world: World) -> Iterator[str]:
    """The address of the application, which may fetch pictures from this machine."""
    office.install(app, replace(office.of(app), images=RemoteImages(may_connect=on_loopback)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, served: str, world: World) -> Iterator[Page]:
    context = chromium.new_context(base_url=served, locale="en-GB")
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": served}])
    context.add_init_script(_REMEMBER)
    yield context.new_page()
    context.close()


def store(world: World, html: str) -> str:
    """Put HTML into the database as no sanitiser would; the article's id."""
    with session.transaction() as db:
        db.execute(update(Article).where(Article.account_id == world.ours.account_id).values(html=html))
    return world.ours.ticket.articles[0].public_id


def ran(page: Page) -> list[str]:
    """What ran in the page or in any of its frames."""
    return [
        what
        for frame in page.frames
        for what in json.loads(frame.evaluate("JSON.stringify(window.__ran || [])"))
    ]


def act(page: Page) -> None:
    """Do to the frame what a careless reader does: move over, focus and click what looks harmless."""
    frame = page.frames[1]
    for name in LINKS:
        frame.evaluate(
            "name => { const e = document.getElementById(name);"
            " if (e) { e.dispatchEvent(new MouseEvent('mouseover')); e.focus(); } }",
            name,
        )


def test_the_html_is_hostile(
    chromium: Browser, hostile: str, world_outside: Elsewhere, tmp_path: Path
) -> None:
    """Without any of our defences it runs and loads: a test that cannot fail shows nothing."""
    world_outside.pages["/naked"] = fakes.Page(hostile.encode(), "text/html")
    context = chromium.new_context()
    context.add_init_script(_REMEMBER)
    naked = context.new_page()
    with_nothing = hostile.replace("top.location=", "x=").replace('http-equiv="refresh"', "")
    world_outside.pages["/naked"] = fakes.Page(with_nothing.encode(), "text/html")
    naked.goto(f"{world_outside.url}/naked")
    naked.wait_for_timeout(QUIET_MS)
    assert {"script", "onerror", "svg"} <= set(ran(naked))
    assert {"/img.png", "/style.css", "/import.css", "/iframe", "/body.png"} <= set(world_outside.paths)
    context.close()


def test_the_frame_alone_holds(page: Page, world: World, hostile: str, world_outside: Elsewhere) -> None:
    store(world, hostile)
    page.goto("/t/1")
    title = page.title()
    page.get_by_text("Show with formatting").click()
    page.locator("iframe").wait_for()
    page.wait_for_timeout(QUIET_MS)
    act(page)
    page.wait_for_timeout(QUIET_MS)
    assert ran(page) == []
    assert world_outside.paths == []
    assert world_outside.knocks == 0
    assert (page.title(), page.url.rpartition("/t/")[2]) == (title, "1")
    assert len(page.context.pages) == 1


def test_the_frame_alone_holds_when_pictures_are_loaded(
    page: Page, world: World, hostile: str, world_outside: Elsewhere
) -> None:
    """Nothing is asked for but pictures, and not by the browser: whoever asks calls itself what we do."""
    store(world, hostile)
    page.goto("/t/1")
    page.get_by_text("Show with formatting").click()
    page.get_by_role("link", name="Show remote images").click()
    page.wait_for_timeout(2 * QUIET_MS)
    assert ran(page) == []
    assert {asked.headers["User-Agent"] for asked in world_outside.asked} == {"Mozilla/5.0"}
    assert set(world_outside.paths) <= {"/img.png", "/held.png", "/lazy.png", "/foreign.png"}


def test_the_policy_alone_holds_when_the_document_is_opened_by_itself(
    page: Page, world: World, hostile: str, world_outside: Elsewhere
) -> None:
    page.goto(f"/articles/{store(world, hostile)}/html")
    page.wait_for_timeout(2 * QUIET_MS)
    assert ran(page) == []
    assert (world_outside.paths, world_outside.knocks) == ([], 0)
    assert page.url.endswith("/html")
    assert page.evaluate("self.origin") == "null"


@pytest.mark.parametrize("link", ["top", "parent", "js", "self", "data", "send", "send2"])
def test_a_click_cannot_take_the_page_away_nor_send_a_form(
    page: Page, world: World, hostile: str, world_outside: Elsewhere, link: str
) -> None:
    store(world, hostile)
    page.goto("/t/1")
    page.get_by_text("Show with formatting").click()
    frame = page.frame_locator("iframe")
    frame.locator(f"#{link}").dispatch_event("click")
    page.wait_for_timeout(QUIET_MS)
    assert ran(page) == []
    assert page.url.endswith("/t/1")
    assert [path for path in world_outside.paths if path in ("/top", "/parent", "/form", "/formaction")] == []
    assert world_outside.paths == []  # the frame itself goes nowhere either


def test_the_sanitiser_alone_holds(chromium: Browser, hostile: str, world_outside: Elsewhere) -> None:
    """What it leaves, served as a plain page without frame, sandbox and policy."""
    world_outside.pages["/page"] = fakes.Page(sanitise(hostile).encode(), "text/html; charset=utf-8")
    context = chromium.new_context()
    context.add_init_script(_REMEMBER)
    plain = context.new_page()
    plain.goto(f"{world_outside.url}/page")
    plain.wait_for_timeout(2 * QUIET_MS)
    assert ran(plain) == []
    assert set(world_outside.paths) <= {"/page", "/favicon.ico"}
    assert plain.url == f"{world_outside.url}/page"
    context.close()


def test_pictures_in_the_internet_load_only_on_a_click_and_only_through_us(
    page: Page, world: World, world_outside: Elsewhere
) -> None:
    world_outside.pages["/a.png?id=1"] = fakes.Page(PNG)
    html = sanitise(f'<p>Hello</p><img alt="A" src="{world_outside.url}/a.png?id=1">')
    store(world, html)
    page.goto("/t/1")
    page.get_by_text("Show with formatting").click()
    frame = page.frame_locator("iframe")
    frame.get_by_text("Hello").wait_for()
    page.wait_for_timeout(QUIET_MS)
    assert world_outside.knocks == 0
    page.get_by_role("link", name="Show remote images").click()
    picture = frame.locator("img[src]")
    picture.wait_for(state="attached")
    page.wait_for_timeout(QUIET_MS)
    assert picture.evaluate("i => i.complete && i.naturalWidth") == 1
    (asked,) = world_outside.asked
    told = {name.lower() for name in asked.headers}
    assert not told & {"cookie", "referer", "origin", "accept-language"}
    assert asked.headers["User-Agent"] == "Mozilla/5.0"
    assert page.get_by_role("link", name="Show remote images").is_hidden()


def test_a_name_that_other_elements_have_breaks_nothing_of_ours(
    page: Page, world: World, hostile: str
) -> None:
    store(world, hostile)
    page.goto("/t/1")
    page.get_by_text("Show with formatting").click()
    page.locator("iframe").wait_for()
    assert page.evaluate("typeof document.getElementById") == "function"
    assert page.evaluate("document.getElementById('live').tagName") == "DIV"
