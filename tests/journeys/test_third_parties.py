"""Nothing goes to third parties: the whole product at work, and all that its programs reach is watched.

The desk with every part of it, the browser, and the customer's program run under a watch at the kernel's
door. They may reach each other and what is configured: a provider's IMAP and SMTP server, an outgoing server,
a name server. Whoever else is reached makes the test red. That the watch sees it is shown at the end, by a
part of the desk and by a page that go where they should not.
"""

import os
import re
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes import netlog
from tests.fakes.authority import Authority, make_authority
from tests.fakes.chromium import launched
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.elsewhere import Elsewhere
from tests.fakes.serving import RunningDesk, wait_until
from tests.fakes.smtp_peer import SmtpPeer
from tests.fakes.watching import CHROMIUMS, Watch, addresses, require_watch
from tests.fakes.web import free_port
from tests.fakes.x_server import require, x_server
from tests.journeys.luring import luring
from tests.journeys.test_newcomer import OWNER, connect, sign_up
from tests.journeys.test_remote_session import client
from tests.journeys.walking import listed_pages, walk
from tests.webui.remote.live.test_share import OWN_TAB

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

CUSTOMER = "carla@evil.example"
LINK = re.compile(r"http://\S+/remote#\S+")
STRAY_PART = """
import socket, time
from pathlib import Path
from gateway.cli.parts import Part

def parts(settings):
    return [Part("stray", ("stray",), main=lambda: stray(settings))]

def stray(settings):
    wish = Path(settings.data_dir) / "stray"
    while not wish.exists():
        time.sleep(0.1)
    socket.create_connection(("127.0.0.1", int(wish.read_text()))).close()
    time.sleep(600)
"""


@dataclass
class Scene:
    """The desk, whoever is configured, and the watches."""

    desk: RunningDesk
    browser: Browser
    dovecot: Dovecot
    submission: SmtpPeer
    relay: SmtpPeer
    dns: DnsServer
    elsewhere: Elsewhere
    by_desk: Watch
    by_browser: Watch
    by_client: Watch

    @property
    def web(self) -> str:
        return self.desk.endpoints["web"]

    def own(self) -> set[str]:
        """The desk's doors."""
        return {address.rpartition("//")[2] for address in self.desk.endpoints.values()}

    def configured(self) -> set[str]:
        """Who is none of ours and may be reached by the desk."""
        ports = (self.dovecot.tls_port, self.submission.port, self.relay.port)
        return {f"127.0.0.1:{port}" for port in ports} | {self.dns.address}


@pytest.fixture
def of_itself(tmp_path: Path) -> set[str]:
    """Whom a browser of the same kind reaches that shows an empty page."""
    require_watch()
    watch, log = Watch(tmp_path / "empty-by", CHROMIUMS), tmp_path / "empty.json"
    with launched(*netlog.switches(log), under=watch.under) as browser:
        browser.new_page().goto("about:blank")
        wait_until(lambda: bool(watch.reached()), within=10)  # it may want nothing of anybody
    assert [one for one in netlog.asked(log) if not one.is_browsers_own] == []
    return watch.reached()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    require_watch()
    authority = make_authority(tmp_path / "ca")
    by_desk, by_client = Watch(tmp_path / "desk-by"), Watch(tmp_path / "client-by")
    by_browser = Watch(tmp_path / "browser-by", CHROMIUMS)
    switches = netlog.switches(tmp_path / "netlog.json")
    with ExitStack() as stack:
        dovecot = stack.enter_context(Dovecot(authority=authority))
        submission = stack.enter_context(
            SmtpPeer(login=(USER, PASSWORD), tls=authority.server_context(), implicit_tls=True)
        )
        relay, elsewhere = stack.enter_context(SmtpPeer()), stack.enter_context(Elsewhere())
        dns = stack.enter_context(serving(provider(dovecot, submission)))
        environment = settings(dns, relay, authority) | plugin(tmp_path / "plugin")
        desk = stack.enter_context(
            RunningDesk(tmp_path / "desk", environment, under=by_desk.under, slowness=4)
        )
        browser = stack.enter_context(
            launched(*switches, "--auto-accept-this-tab-capture", under=by_browser.under)
        )
        yield Scene(desk, browser, dovecot, submission, relay, dns, elsewhere, by_desk, by_browser, by_client)


def provider(dovecot: Dovecot, submission: SmtpPeer) -> dict[tuple[str, str], list[str]]:
    """What the name server knows: where the servers of an address are."""
    return {
        ("_imaps._tcp.ours.example", "SRV"): [f"0 1 {dovecot.tls_port} localhost."],
        ("_submissions._tcp.ours.example", "SRV"): [f"0 1 {submission.port} localhost."],
    }


def settings(dns: DnsServer, relay: SmtpPeer, authority: Authority) -> dict[str, str]:
    """The desk's, as an operator writes them."""
    web = free_port()
    return {
        "M4A_WEB_PORT": str(web),
        "M4A_BASE_URL": f"http://127.0.0.1:{web}",
        "M4A_RELAY_PORT": str(free_port()),
        "M4A_DNS_SERVERS": dns.address,
        "M4A_RELAY_URL": relay.url,
        "SSL_CERT_FILE": str(authority.ca),
    }


def plugin(folder: Path) -> dict[str, str]:
    """A part of `serve` that somebody installed, and that goes where it should not once it is told to."""
    about = folder / "stray-1.dist-info"
    about.mkdir(parents=True)
    (folder / "stray.py").write_text(STRAY_PART)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stray\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[manage4all.parts]\nstray = stray:parts\n")
    return {"PYTHONPATH": str(folder)}


def test_nobody_is_reached_but_who_is_configured(of_itself: set[str], scene: Scene, tmp_path: Path) -> None:
    page, asks = begins(scene)
    mail_comes_in(scene, page)
    is_answered(scene, page)
    reads_on(scene, page)
    shows_screens(scene, page, tmp_path)
    seen = walk(page, asks, scene.web, listed_pages("person", "self", "owner", "manager", "wide", "both"))
    seen |= as_a_stranger(scene)
    assert {
        f"{scene.web}{path}" for path in ("/operator", "/t/1", "/reports", "/privacy", "/suggest")
    } <= seen

    relay = scene.desk.address("relay")
    assert scene.by_desk.reached() - scene.own() == scene.configured()
    assert scene.by_client.reached() == {f"127.0.0.1:{relay[1]}", scene.web.rpartition("/")[2]}
    assert hosts_in(scene.dns) <= {"ours.example", "evil.example"}
    assert scene.elsewhere.knocks == 0

    by_hand = shows_pictures(scene, page)
    goes_astray(scene, page)
    scene.browser.close()
    far = f"127.0.0.1:{scene.elsewhere.port}"
    own = {scene.web.rpartition("/")[2], f"127.0.0.1:{relay[1]}"}
    of_the_network = {one.host for one in netlog.asked(tmp_path / "netlog.json") if not one.is_browsers_own}
    assert of_the_network == own | {far}
    assert scene.by_browser.reached() - of_itself == own | {far}
    assert scene.by_desk.reached() - scene.own() == scene.configured() | by_hand | {far}
    assert "/stray" in scene.elsewhere.paths
    assert set(scene.elsewhere.paths) <= {"/stray", "/favicon.ico"}


def begins(scene: Scene) -> tuple[Page, Page]:
    """From the first page on: an account, a mailbox at a provider, one here, the operator's pages."""
    context = scene.browser.new_context(base_url=scene.web, locale="en-GB", accept_downloads=True)
    page = context.new_page()
    sign_up(page, scene.relay)
    connect(page)
    page.goto("/start/mailbox")
    page.locator("form[action$=again] button").click()
    page.locator("#local").fill("help-desk")
    page.locator("form[action$=own] button").click()
    expect(page.locator("h1")).to_have_text("help-desk@desk.localhost")
    page.locator("form[action$=done] .primary").click()
    scene.desk.run("operator", "appoint", "smith")
    for document in ("privacy", "terms"):
        page.goto(f"/operator/texts/{document}")
        for language in ("en", "de"):
            text = f"# Who we are\n\n![we]({scene.elsewhere.url}/we.png) {scene.elsewhere.url}/more"
            page.locator(f"#text_{language}").fill(text)
        page.locator("main form .primary").click()
    asks = context.new_page()
    asks.goto("/keys")
    return page, asks


def mail_comes_in(scene: Scene, page: Page) -> None:
    """By both ways, and a stranger to the name server is behind each."""
    near = scene.elsewhere.url
    with smtplib.SMTP(*scene.desk.address("smtp")) as door:
        to = "help-desk@desk.localhost"
        door.sendmail(CUSTOMER, [to], luring(CUSTOMER, to, "By SMTP", near=near))
    scene.dovecot.append(luring("dora@evil.example", USER, "By IMAP", near=near))
    for subject in ("By SMTP", "By IMAP"):
        wait_for_row(page, subject)


def wait_for_row(page: Page, subject: str) -> None:
    page.goto("/")
    row = page.locator(".row a", has_text=subject)
    for _ in range(60):
        if row.count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{subject} is not in the list")


def is_answered(scene: Scene, page: Page) -> None:
    """Every message is looked at as it looks, with all that it brought, and gets an answer by mail."""
    for subject in ("By SMTP", "By IMAP"):
        wait_for_row(page, subject)
        page.locator(".row a", has_text=subject).first.click()
        page.wait_for_selector("#composer")
        for fold in page.locator("details[data-frame] > summary").all():
            fold.click()
        expect(page.frame_locator("iframe[src*='/articles/']").first.locator("body")).to_contain_text("Hello")
        for link in page.locator(".article a[href^='http']").all()[:5]:
            link.hover()
        page.fill("#text", f"We have seen it, {scene.elsewhere.url}/answer")
        page.click("#composer .primary")
        expect(page.locator(".article.outbound .deliveries .sent")).to_be_visible()
    assert wait_until(lambda: {one.rcpt_to for one in scene.relay.mails} >= {CUSTOMER}, within=60)
    assert {one.rcpt_to for one in scene.submission.mails} == {"dora@evil.example"}


def reads_on(scene: Scene, page: Page) -> None:
    """Reports, notifications by mail, an export, a suggestion, pages that are not there."""
    page.goto("/reports")
    page.wait_for_selector("svg.field", timeout=60_000)
    page.goto("/account/exports")
    page.locator("form[action='/account/exports'] button").click()
    ready = page.locator("#exports a[href$=download]")
    expect(ready.first).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        ready.first.click()
    assert download.value.path().read_bytes().startswith(b"PK")
    page.goto("/suggest")
    page.get_by_label("Your suggestion").fill(f"Load {scene.elsewhere.url}/idea.png")
    page.get_by_role("button", name="Send without a name").click()
    expect(page.locator("#told")).to_contain_text("Your suggestion is there", timeout=60_000)
    for missing in ("/t/999999", "/nowhere", "/articles/none/html", "/attachments/none"):
        answer = page.goto(missing)
        assert answer is not None
        assert answer.status == 404
    assert OWNER in {one.rcpt_to for one in scene.relay.mails}


def as_a_stranger(scene: Scene) -> set[str]:
    """The pages that anybody may see, of a browser that knows nobody."""
    context = scene.browser.new_context(base_url=scene.web, locale="de-DE")
    page, asks = context.new_page(), context.new_page()
    asks.goto("/sign-in")
    seen = walk(page, asks, scene.web, listed_pages("anybody"))
    context.close()
    return seen


def shows_screens(scene: Scene, page: Page, tmp_path: Path) -> None:
    """A session shown by the browser, and one by the customer's program; both are watched to the end."""
    link = offers(page)
    tab = scene.browser.new_context(locale="en-GB", viewport={"width": 800, "height": 600}).new_page()
    tab.add_init_script(OWN_TAB)
    tab.goto(link)
    tab.get_by_role("button", name="Show my screen").click()
    tab.get_by_role("button", name="I agree").click()
    expect(tab.get_by_role("heading", name="You are showing your screen")).to_be_visible()
    viewer = opens(page)
    tab.get_by_role("button", name="End", exact=True).click()
    expect(viewer.locator("#v-why")).to_contain_text("ended by the customer")
    tab.context.close()
    viewer.close()

    require("Xvfb")
    with x_server(640, 480) as display:
        link = offers(page)
        with client(display, tmp_path / "home", link, scene.by_client.under) as customer:
            assert customer.hears("Answer: yes"), customer.said
            customer.answer("yes")
            viewer = opens(page)
            expect(viewer.locator("#v-screen canvas:not(.past)")).to_be_visible()
            customer.answer("end")
            expect(viewer.locator("#v-state")).to_contain_text("Ended")
            assert customer.program.wait(60) == 0
    viewer.close()


def offers(page: Page) -> str:
    """A session made in a ticket: the link, as the reply has it, which is not sent."""
    page.goto("/t/1")
    page.keyboard.press(".")
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#remote-said")).to_have_text("The link is in your reply.")
    found: list[str] = LINK.findall(page.locator("#text").input_value())
    return found[-1]


def opens(page: Page) -> Page:
    """The viewer of the newest session, connected."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open viewer").first.click()
    expect(opened.value.locator("#v-state")).to_have_text("Connected")
    return opened.value


def shows_pictures(scene: Scene, page: Page) -> set[str]:
    """Whom the desk asks for names when somebody wants to see pictures of a mail; the browser asks nobody."""
    before = scene.by_desk.reached()
    page.goto("/t/1")
    fold = page.locator("details[data-frame]", has=page.locator("[data-images]")).first
    fold.locator("summary").first.click()
    fold.locator("[data-images]").click()
    assert wait_until(lambda: scene.by_desk.reached() != before, within=60)
    expect(page.frame_locator("iframe[src*='images=1']").first.locator("body")).to_contain_text("Hello")
    found = scene.by_desk.reached() - before
    assert {address.rpartition(":")[2] for address in found} == {"53"}
    return found


def goes_astray(scene: Scene, page: Page) -> None:
    """What the watches must see: a part of the desk and a page go to somebody who is not configured."""
    (scene.desk.root / "stray").write_text(str(scene.elsewhere.port))
    assert wait_until(lambda: scene.elsewhere.knocks == 1, within=60)
    page.goto("about:blank")
    page.goto(f"{scene.elsewhere.url}/stray")


def hosts_in(dns: DnsServer) -> set[str]:
    """The domains that the name server was asked about, by their last two labels."""
    return {".".join(name.split(".")[-2:]) for name, _kind in dns.asked}


def test_the_watch_sees_a_childs_child_whatever_it_says_hello_with(tmp_path: Path) -> None:
    require_watch()
    watch = Watch(tmp_path / "by")
    source = "import socket as s, sys\nfor one in sys.argv[1:]:\n exec(one)"
    calls = [
        "s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'', ('127.0.0.2', 7001))",
        "s.socket(s.AF_INET, s.SOCK_DGRAM).sendmsg([b''], [], 0, ('127.0.0.3', 7002))",
        "s.socket(s.AF_INET, s.SOCK_STREAM).connect_ex(('127.0.0.4', 7003))",
        "s.socket(s.AF_INET6, s.SOCK_DGRAM).connect_ex(('::1', 7004))",
    ]
    shell = ["sh", "-c", '"$@" & wait', "sh", sys.executable, "-c", source, *calls]
    subprocess.run([*watch.under, *shell], check=True, timeout=60, env={**os.environ})
    wanted = {"127.0.0.2:7001", "127.0.0.3:7002", "127.0.0.4:7003", "[::1]:7004"}
    assert watch.reached() == wanted


def test_no_ring_of_the_kernels_leads_past_the_watch(tmp_path: Path) -> None:
    require_watch()
    watch = Watch(tmp_path / "by")
    source = "import ctypes as c, os; libc = c.CDLL(None, use_errno=True); libc.syscall(425, 8, bytes(120))"
    tried = [*watch.under, sys.executable, "-c", f"{source}; print(os.strerror(c.get_errno()))"]
    done = subprocess.run(tried, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "Function not implemented\n"


def test_a_unix_socket_leads_to_nobody() -> None:
    assert addresses('connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0\n') == set()
