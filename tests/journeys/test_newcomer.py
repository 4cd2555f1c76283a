"""A newcomer signs up, confirms by the mailed link, and goes through the guided start to their first ticket.

All parts are real: a whole desk with its own SMTP door, a Dovecot as the provider's IMAP server, TLS on every
way. Two doubles stand for what is outside: a name server with the provider's SRV records, which no public one
has, and the provider's and the installation's outgoing servers, which deliver what they take.
"""

import re
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.authority import make_authority
from tests.fakes.chromium import launched
from tests.fakes.dns_server import serving
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.serving import RunningDesk, wait_until
from tests.fakes.smtp_peer import Arrived, SmtpPeer

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

OWNER = "smith@firm.example"
SECONDS = 30_000
"""How long the page may wait for what other processes do, in milliseconds."""


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.mark.parametrize("locale", ["en", "de"])
def test_from_the_first_page_to_the_first_ticket(tmp_path: Path, chromium: Browser, locale: str) -> None:
    with ExitStack() as stack:
        authority = make_authority(tmp_path / "ca")
        dovecot = stack.enter_context(Dovecot(authority=authority))
        submission = stack.enter_context(
            SmtpPeer(login=(USER, PASSWORD), tls=authority.server_context(), implicit_tls=True)
        )
        submission.on_mail = lambda mail: dovecot.append(mail.raw)
        zones = {
            ("_imaps._tcp.ours.example", "SRV"): [f"0 1 {dovecot.tls_port} localhost."],
            ("_submissions._tcp.ours.example", "SRV"): [f"0 1 {submission.port} localhost."],
        }
        dns = stack.enter_context(serving(zones))
        relay = stack.enter_context(SmtpPeer())
        env = {
            "M4A_DNS_SERVERS": dns.address,
            "M4A_RELAY_URL": relay.url,
            "M4A_LOG_LEVEL": "WARNING",
            "SSL_CERT_FILE": str(authority.ca),
        }
        desk = stack.enter_context(RunningDesk(tmp_path / "desk", env))
        relay.on_mail = lambda mail: _bring(mail, desk)
        page = chromium.new_page(base_url=desk.endpoints["web"], locale=locale)
        sign_up(page, relay)
        connect(page)
        assert _test(page) == 1
        assert submission.mails[0].mail_from == USER
        _take_an_address_here(page)
        assert _test(page) == 2
        _finish(page)


def _bring(mail: Arrived, desk: RunningDesk) -> None:
    """What an outgoing server does with mail for the desk's own domain."""
    if mail.rcpt_to.endswith("@desk.localhost"):
        with smtplib.SMTP(*desk.address("smtp")) as door:
            door.sendmail(mail.mail_from, [mail.rcpt_to], mail.raw)


def sign_up(page: Page, relay: SmtpPeer) -> None:
    page.goto("/sign-up")
    for field, typed in (("login", "smith"), ("email", OWNER), ("password", "correct horse battery")):
        page.locator(f"#{field}").fill(typed)
    page.locator("button.primary").click()
    expect(page).to_have_url(re.compile("/start/business$"))
    expect(page.locator(".banner")).to_contain_text(OWNER)
    assert wait_until(lambda: len(relay.mails) == 1, within=20), "no link was mailed"
    assert relay.mails[0].rcpt_to == OWNER
    text = message_from_bytes(relay.mails[0].raw, policy=policy.default).get_content()
    link = re.search(r"http://\S+/confirm#\S+", text)
    assert link is not None
    page.goto("about:blank")
    page.goto(link[0])
    page.locator("button.primary").click()
    expect(page).to_have_url(re.compile("/start/business"))
    expect(page.locator(".banner")).to_have_count(0)
    page.locator("#business").fill("Smith & Co")
    page.locator("form[action='/start/business'] .primary").click()


def connect(page: Page) -> None:
    """The servers are found by the address alone; a name and a password are all that is typed."""
    page.locator("#find").fill(USER)
    page.locator("form[action$=find] button").click()
    page.locator("#secret").fill(PASSWORD)
    page.locator("form[action$=connect] .primary").click()
    page.locator("form[action$=fetch] .primary").click(timeout=SECONDS)  # once the mails there are counted
    expect(page).to_have_url(re.compile("/start/test$"))


def _test(page: Page) -> int:
    """Send a test mail and wait until the page shows it arrived; the number of its ticket."""
    page.locator("form[action='/start/test'] button").click()
    ticket = page.locator(".checks a")
    expect(ticket).to_be_visible(timeout=SECONDS)
    expect(page.locator(".checks .light.ok")).to_have_count(3)
    page.goto(ticket.get_attribute("href") or "")
    expect(page.locator("li.article")).to_have_count(1)
    return int(page.url.rpartition("/")[2])


def _take_an_address_here(page: Page) -> None:
    page.goto("/start/mailbox")
    page.locator("form[action$=again] button").click()
    page.locator("#local").fill("postmaster")
    page.locator("form[action$=own] button").click()
    expect(page.locator("form[action$=own] #wrong")).to_be_visible()
    page.locator("#local").fill("help-smith")
    page.locator("form[action$=own] button").click()
    expect(page.locator("h1")).to_have_text("help-smith@desk.localhost")
    page.locator("form[action$=done] .primary").click()
    expect(page).to_have_url(re.compile("/start/(test|colleagues)"))
    page.goto("/start/test")


def _finish(page: Page) -> None:
    page.goto("/start/end")
    lights = page.locator("main .list .light")
    expect(lights).to_have_count(5)  # the address, two mailboxes, sending, the test mail
    expect(page.locator("main .list .light.ok")).to_have_count(5)
    page.locator("main .primary").click()
    expect(page.locator("li.row")).to_have_count(2)
    expect(page.locator(".rail a[href='/start']")).to_have_count(0)
