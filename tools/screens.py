"""Pictures of every screen for docs/screens: 1440 and 390 pixels wide, light in English and dark in German.

    python -m tools.screens [docs/screens] [name …]

Starts a desk with the sample account of its own, and drives the system's Chromium through it. Run by hand,
and the pictures are looked at: nobody else sees what is ugly.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tools.operator_scene import NOTICE, POLICY, appoint
from tools.remote_scene import OWN_TAB, TICKET, remote_scene

_SIZES = ((1440, 900), (390, 844))
_LOOKS = (("light", "en-GB"), ("dark", "de-DE"))
_QUALITY = 70
_PASSWORD = re.compile(r"Sign in as (\S+) with the password (\S+)")
_START_SECONDS = 90
_ERASED = 8
"""A ticket that no other picture shows."""

_SWITCHES = ["--no-sandbox", "--auto-accept-this-tab-capture"]  # nobody is there to choose a screen to show

Prepare = Callable[[Page], object]


@dataclass(frozen=True, slots=True)
class Screen:
    """A page, and what is done on it before the picture."""

    name: str
    path: str
    prepare: Prepare = bool
    is_public: bool = False
    leave: Prepare = bool
    """What is done after the picture, so that it does not change the others."""


def _keys(*keys: str) -> Prepare:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(400)

    return press


def _export(page: Page) -> None:
    ready = page.locator("#exports a[href$=download]")
    if not ready.count():
        page.locator("form[action='/account/exports'] button").click()
        ready.first.wait_for(timeout=60_000)


def _erased(page: Page) -> None:
    """One ticket is erased, the first time; the list of erasures."""
    if not page.locator("#erasures li").count():
        page.goto(f"/account/erasures/new?kind=ticket&of={_ERASED}")
        page.locator("form[action='/account/erasures'] .primary").click()
        page.locator("#erasure a[href$=receipt]").wait_for(timeout=60_000)
        page.goto("/account/erasures")


def _erasure(page: Page) -> None:
    _erased(page)
    _first("#erasures li a")(page)


def _erase_customer(page: Page) -> None:
    _first("main .list a")(page)
    _first("#erase a")(page)


def _select(page: Page) -> None:
    for box in page.locator(".row input").all()[:3]:
        box.check()


def _note(page: Page) -> None:
    page.keyboard.press("n")
    page.locator("#text").fill("Konnektor hängt ohne USV an der Steckdosenleiste.")


def _first(selector: str) -> Prepare:
    def follow(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return follow


def _report(page: Page) -> None:
    _first("a[href='/error-report'].button")(page)
    page.locator("#text").fill("Ticket verschwunden")
    page.locator("[name=part]").nth(1).uncheck()


def _wait_for_report(page: Page) -> None:
    page.wait_for_selector("svg.field", timeout=60_000)


def _new_remote(page: Page) -> None:
    page.keyboard.press(".")
    page.locator("#remote-make .acts").scroll_into_view_if_needed()
    page.wait_for_timeout(400)


def _offered(page: Page) -> None:
    page.wait_for_selector("#offer h1")


def _consent(page: Page) -> None:
    page.locator("[data-way=browser]").click()
    page.wait_for_selector("#consent h1")


def _share(page: Page) -> None:
    _consent(page)
    page.locator("[data-agree]").click()
    page.wait_for_selector("#share .seen")
    page.wait_for_timeout(1500)  # until it is in


def _watch_screen(page: Page) -> None:
    page.wait_for_selector("#v-screen canvas")
    page.wait_for_timeout(1500)  # until the picture stands still and is sharp
    page.locator("#v-chat").click()
    page.locator("#v-text").fill("Ich sehe es: das Terminal hat keine Verbindung.")
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)


def _to_the_end(page: Page) -> None:
    page.keyboard.press("End")
    page.wait_for_timeout(400)


def _legal_text(page: Page) -> None:
    """The first version of the text, which the public page shows afterwards."""
    if not page.locator("#text_de").input_value():
        for language, text in POLICY.items():
            page.locator(f"#text_{language}").fill(text)
        page.locator("main form .primary").click()
        page.wait_for_url("**?saved=1")


def _write_notice(page: Page) -> None:
    for language, text in NOTICE.items():
        page.locator(f"#text_{language}").fill(text)
    page.locator("#until").fill(f"{datetime.now(UTC).year + 1}-01-10T23:30")
    page.locator("#until").blur()


def _announce(page: Page) -> None:
    _write_notice(page)
    page.locator("form[action='/operator/notice'] .primary").click()
    page.wait_for_load_state()
    page.goto("/")


def _end_notice(page: Page) -> None:
    page.goto("/operator/notice")
    page.locator("form[action$=end] button").click()
    page.wait_for_load_state()


SCREENS = (
    Screen("list", "/"),
    Screen("list-selected", "/", _select),
    Screen("search", "/?q=lager status:open,closed"),
    Screen("ticket", "/t/4"),
    Screen("ticket-note", "/t/1", _note),
    Screen("ticket-sleep", "/t/4", _keys("z")),
    Screen("ticket-forward", "/t/1", _keys("f")),
    Screen("palette", "/t/4", _keys("Control+k")),
    Screen("keys", "/", _keys("?")),
    Screen("ticket-remote", f"/t/{TICKET}", _new_remote),
    Screen("remote-viewer", f"/t/{TICKET}/remote/{{live}}", _watch_screen),
    Screen("remote-sessions", "/remote-sessions"),
    Screen("remote-code", "/remote", is_public=True),
    Screen("remote-offer", "/remote#{waiting}", _offered, is_public=True),
    Screen("remote-consent", "/remote#{waiting}", _consent, is_public=True),
    Screen("remote-share", "/remote#{fresh}", _share, is_public=True),
    Screen("customers", "/customers"),
    Screen("customer", "/customers", _first("main .list a")),
    Screen("contacts", "/customers", _first("main a[href$='/contacts'], main a[href*='/contacts']")),
    Screen("groups", "/groups"),
    Screen("import", "/customers/import"),
    Screen("people", "/people"),
    Screen("invite", "/people/invite"),
    Screen("invitations", "/people/invitations"),
    Screen("mailboxes", "/mailboxes"),
    Screen("mailbox", "/mailboxes", _first("main .list a")),
    Screen("canned", "/canned"),
    Screen("reports", "/reports", _wait_for_report),
    Screen("ledger", "/ledger"),
    Screen("quarantine", "/quarantine"),
    Screen("undelivered", "/undelivered"),
    Screen("notifications", "/notifications"),
    Screen("account", "/account"),
    Screen("notification-choices", "/account/notifications"),
    Screen("profile", "/account/profile"),
    Screen("security", "/account/security"),
    Screen("audit", "/account/audit"),
    Screen("stored", "/account/privacy"),
    Screen("exports", "/account/exports", _export),
    Screen("erase-ticket", "/account/erasures/new?kind=ticket&of=4"),
    Screen("erase-customer", "/customers", _erase_customer),
    Screen("erasures", "/account/erasures", _erased),
    Screen("erasure", "/account/erasures", _erasure),
    Screen("retention", "/account/retention?closed=730&spam=30&quarantined=30&remote=365"),
    Screen("termination", "/account/terminate"),
    Screen("tokens", "/account/tokens"),
    Screen("operator", "/operator"),
    Screen("operator-accounts", "/operator", _to_the_end),
    Screen("operator-account", "/operator", _first("main a[href^='/operator/accounts/']")),
    Screen("operator-text", "/operator/texts/privacy", _legal_text),
    Screen("operator-notice", "/operator/notice", _write_notice),
    Screen("notice", "/operator/notice", _announce, leave=_end_notice),
    Screen("privacy", "/privacy", is_public=True),
    Screen("terms", "/terms", is_public=True),
    Screen("suggest", "/suggest", is_public=True),
    Screen("start", "/start"),
    Screen("sign-in", "/sign-in", is_public=True),
    Screen("sign-up", "/sign-up", is_public=True),
    Screen("forgotten", "/forgotten", is_public=True),
    Screen("error", "/t/999999"),
    Screen("error-report", "/t/999999", _report),
    Screen("error-report-visitor", "/error-report#client=0.1.0&system=Linux+6.1&desktop=x11", is_public=True),
)


@contextmanager
def _desk(root: Path) -> Iterator[tuple[str, str, str]]:
    """A running desk with samples: its address, a login and its password."""
    said = root / "log"
    free = {
        "M4A_WEB_PORT": "0",
        "M4A_SMTP_PORT": "0",
        "M4A_LMTP_PORT": "0",
        "M4A_RELAY_PORT": "0",
        "M4A_DATA_DIR": str(root / "data"),
    }
    program = [sys.executable, "-m", "gateway.cli.main", "serve", "--demo"]
    with said.open("w") as log:
        process = subprocess.Popen(program, env={**os.environ, **free}, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not (found := _PASSWORD.search(said.read_text())):
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit(said.read_text())
            time.sleep(0.2)
        appoint(found[1], {**os.environ, **free})
        endpoints = json.loads((root / "data" / "run" / "endpoints.json").read_text())
        yield endpoints["web"], found[1], found[2]
    finally:
        process.terminate()
        process.wait(30)


def _signed_in(browser: Browser, base: str, login: str, password: str, **look: object) -> Page:
    page = browser.new_context(base_url=base, **look).new_page()  # type: ignore[arg-type]
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    return page


def _age(blobs: Path) -> None:
    """As if all mails had come an hour ago: what came just now is erased minutes later."""
    for path in blobs.rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)


def _save(page: Page, path: Path) -> None:
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(path, "WEBP", quality=_QUALITY, method=6)


def main() -> None:
    """The command line."""
    where = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screens")
    wanted = set(sys.argv[2:])
    where.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory() as folder,
        _desk(Path(folder)) as (base, login, password),
        remote_scene(Path(folder), base) as scene,
        sync_playwright() as playwright,
    ):
        _age(Path(folder) / "data" / "blobs")
        browser = playwright.chromium.launch(executable_path=program, args=_SWITCHES)
        for width, height in _SIZES:
            for scheme, locale in _LOOKS:
                look = {
                    "viewport": {"width": width, "height": height},
                    "color_scheme": scheme,
                    "locale": locale,
                }
                page = _signed_in(browser, base, login, password, **look)
                public = browser.new_context(base_url=base, **look).new_page()  # type: ignore[arg-type]
                public.add_init_script(OWN_TAB)
                for screen in SCREENS:
                    if wanted and screen.name not in wanted:
                        continue
                    shown = public if screen.is_public else page
                    shown.goto("about:blank")  # else another fragment of the same page is no new page
                    shown.goto(screen.path.format_map(scene))
                    screen.prepare(shown)
                    shown.wait_for_timeout(150)
                    _save(shown, where / f"{screen.name}-{width}-{scheme}.webp")
                    screen.leave(shown)
                page.context.close()
                public.context.close()
        browser.close()


if __name__ == "__main__":
    main()
