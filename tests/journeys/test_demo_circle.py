"""The demo as a visitor meets it: write as a customer, answer at the desk, read and answer what came back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.chromium import launched
from tests.fakes.serving import RunningDesk

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

PATIENCE_MS = 30_000
PRICE_LIST = b"Pos;Preis\r\n1;180,00\r\n\xff\x00"
ASKED = "Der Bildschirm am Tresen bleibt schwarz"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    with RunningDesk(tmp_path / "data", arguments=("--demo",)) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


def sign_in(page: Page, desk: RunningDesk) -> None:
    """With what `serve` printed."""
    found = re.search(r"Sign in as (\S+) with the password (\S+)", desk.log.read_text())
    assert found is not None
    page.goto(f"{desk.endpoints['web']}/sign-in")
    page.fill("#login", found[1])
    page.fill("#password", found[2])
    page.press("#password", "Enter")
    page.wait_for_selector(".row")


def write_as_meike(page: Page, desk: RunningDesk) -> None:
    page.goto(f"{desk.endpoints['web']}/demo/mailbox?as=meike.holm@baeckerei-holm.example")
    page.click("text=Write to the desk >> nth=0")
    page.fill("#subject", ASKED)
    page.fill("#text", "Guten Morgen,\n\nseit heute früh bleibt er schwarz.\n\nMeike Holm")
    page.set_input_files("#files", {"name": "Preise.csv", "mimeType": "text/csv", "buffer": PRICE_LIST})
    page.click("main button.primary")
    page.wait_for_selector("text=Sent. The desk has it as a ticket.")


def answer_at_the_desk(page: Page, desk: RunningDesk, text: str) -> str:
    """The address of the ticket's page."""
    page.goto(f"{desk.endpoints['web']}/")
    row = page.locator(".row a", has_text=ASKED)
    for _ in range(60):
        if row.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    row.first.click()
    page.wait_for_selector("#composer")
    page.fill("#text", text)
    page.click("#composer .primary")
    page.wait_for_selector(f".article.outbound:has-text('{text}')")
    return page.url.partition("#")[0]


def test_a_mail_an_answer_and_the_answer_to_it_are_one_ticket(desk: RunningDesk, browser: Browser) -> None:
    context = browser.new_context(locale="en-GB")
    staff, customer = context.new_page(), context.new_page()
    sign_in(staff, desk)
    write_as_meike(customer, desk)
    ticket = answer_at_the_desk(staff, desk, "Bitte das Netzteil prüfen.")

    came = customer.locator(".mails a", has_text=ASKED)
    came.wait_for(timeout=PATIENCE_MS)  # the page watches by itself
    came.click()
    expect(customer.locator("article .text").first).to_contain_text("Bitte das Netzteil prüfen.")
    customer.fill("#text", "Es lag am Netzteil, vielen Dank!")
    customer.click(".answer button.primary")
    customer.wait_for_selector("text=Sent. The desk has it as a ticket.")

    expect(staff.locator(".article.outbound .deliveries .sent")).to_be_visible(timeout=PATIENCE_MS)
    answered = staff.locator(".article.inbound", has_text="Es lag am Netzteil")
    answered.wait_for(timeout=PATIENCE_MS)
    assert staff.url.partition("#")[0] == ticket
    assert staff.locator(".article.inbound").count() == 2

    with staff.expect_download() as download:
        staff.click("text=Preise.csv")
    assert download.value.path().read_bytes() == PRICE_LIST


def test_the_sample_account_is_made_once_and_keeps_its_password(tmp_path: Path, browser: Browser) -> None:
    desk = RunningDesk(tmp_path / "data", arguments=("--demo",))
    with desk:
        page = browser.new_page(locale="en-GB")
        sign_in(page, desk)
        rows = page.locator(".row").count()
        first = desk.log.read_text()
    with desk:
        again = desk.log.read_text()[len(first) :]
        page = browser.new_page(locale="en-GB")
        sign_in(page, desk)
        assert page.locator(".row").count() == rows
    (password,) = {line.split()[-1] for line in (first + again).splitlines() if "with the password" in line}
    assert password


def test_nothing_but_the_demos_postbox_is_sent_to(desk: RunningDesk) -> None:
    kept = list((desk.root / "demo" / "postbox").glob("*/new/*"))
    assert kept
    raw = b"".join(path.read_bytes() for path in kept)
    assert set(re.findall(rb"^To: .*@([a-z-]+\.[a-z]+)", raw, re.MULTILINE)) <= {
        b"kanzlei-brandt.example",
        b"hansen-logistik.example",
        b"praxis-yildiz.example",
        b"fairweather-architects.example",
    }
