"""The pages in a real browser: accessible in both themes and languages, narrow enough, worked by keyboard."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway import clock
from gateway.desk.guarding import Guards
from gateway.rules.status import ArticleKind, Status
from gateway.store.sealed import Seal
from tests.fakes.holding import hold
from tests.fakes.refusing import refuse
from tests.webui import rich
from tests.webui.accessible import violations
from tests.webui.cast import World, mail
from tests.webui.invited import guest, invite

PAGES = (
    "/",
    "/?view=spam",
    "/?q=nothing",
    "/t/1",
    "/t/2",
    "/customers",
    "/customers?find=ann",
    "/customers/import?created=1&error=2",
    "/contacts",
    "/groups",
    "/people",
    "/ledger",
    "/quarantine",
    "/reports?days=7",
    "/notifications",
    "/?view=mentions",
    "/quarantine?dismissed=2&after=MC4x",
    "/undelivered",
    "/account",
    "/account/profile",
    "/account/notifications",
    "/account/security?owed=1",
    "/account/second-factor",
    "/account/passkeys",
    "/account/tokens",
    "/people/invitations",
    "/people/invitations?sent=1&state=revoked",
    "/people/invite",
    "/people/invite?ticket=1",
    "/account/audit",
    "/account/privacy",
    "/account/exports",
    "/account/retention?closed=1&spam=2",
    "/account/terminate",
    "/start/business?confirmed=1",
    "/start/mailbox",
    "/start/test?soon=1",
    "/start/colleagues",
    "/start/end",
    "/t/999",
)
PUBLIC = (
    "/sign-in",
    "/sign-in?reset=1",
    "/sign-up",
    "/sign-up/invited",
    "/confirm",
    "/forgotten",
    "/reset",
    "/invitation",
)


@pytest.fixture
def guarded(world: World) -> None:
    """What the guards make of machines' mail: a storm in ticket 2, and two mails in quarantine.

    And an answer that did not arrive, and two that are held back; and a guest is invited.
    """
    invite(world.ours, guest(until=clock.now().date() + timedelta(days=9)))
    world.ours.answer_in_vain()
    for _ in range(2):
        hold(world.ours.answer(), now=clock.now())
    strict = Guards(1, 5, "desk.localhost", str, Seal(b"key"))
    for number in range(1, 4):
        world.ours.receive(mail(f"Disk {number} is full", f"Alert {number}\n"), guards=strict)
    for number in range(2):
        world.ours.receive(mail(f"Circle {number}", f"Round {number}\n", **{"X-Loop": "help@ours.example"}))


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
@pytest.mark.usefixtures("guarded")
def test_every_page_is_accessible(page: Page, served: str, theme: str, locale: str) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    found = []
    for path in PAGES:
        page.goto(path)
        found += violations(page)
    page.context.clear_cookies(name="session")
    for path in PUBLIC:
        page.goto(path)
        found += violations(page)
    assert found == []


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.usefixtures("guarded")
def test_no_page_scrolls_sideways(page: Page, served: str, locale: str) -> None:
    page.context.add_cookies([{"name": "locale", "value": locale, "url": served}])
    wide = []
    for path in PAGES:
        page.goto(path)
        for width in (1100, 700, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((path, width))
    assert wide == []


@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_mailbox_is_worked_and_read_on_every_screen(page: Page, served: str, locale: str) -> None:
    page.context.add_cookies([{"name": "locale", "value": locale, "url": served}])
    page.goto("/mailboxes")
    page.get_by_text("help@ours.example", exact=True).click()
    page.locator("#arrival button").click()  # without an outgoing server, which is told
    expect(page.locator("#arrival .light.bad")).to_have_count(1)
    page.locator("#dkim button").click()
    expect(page.locator("#dkim .copy")).to_have_count(2)
    page.locator("#outgoing summary").first.click()
    for field, typed in (("host", "localhost"), ("port", "9"), ("username", "help"), ("secret", "hunter2")):
        page.locator(f"#out-{field}").fill(typed)
    page.locator("#out-security").select_option("plain")
    page.locator("#outgoing .primary").click()
    page.locator("#outgoing form[action$=test] button").click()  # nobody listens there, which is told
    expect(page.locator("#outgoing .light.bad")).to_have_count(1)
    for summary in page.locator("#outgoing summary").all():
        summary.click()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_request_is_found_answered_and_closed_by_keyboard_alone(page: Page, world: World) -> None:
    world.ours.receive(mail("Second request"))
    page.goto("/")
    for key in ("j", "j", "k", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at this")
    expect(page.locator("html")).to_have_class("js")  # before that, keys are nobody's
    page.keyboard.press("r")
    page.keyboard.type("It runs again.\n\nOlga")
    page.keyboard.press("Control+Enter")
    expect(page.locator("li.article.outbound .text")).to_have_text("It runs again.\n\nOlga")
    page.keyboard.press("e")
    expect(page.locator(".seg [aria-pressed=true]")).to_have_text("Closed")
    page.keyboard.press("u")
    expect(page.locator("li.row")).to_have_count(1)
    ticket = world.ours.ticket
    assert (ticket.ticket.status, ticket.articles[-1].kind) == (Status.CLOSED, ArticleKind.OUTBOUND)


def test_the_help_names_the_keys_and_switches_them_off(page: Page) -> None:
    page.goto("/t/1")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("[value=reply]")).to_be_checked()


def test_a_note_looks_different_and_its_button_says_so(page: Page, world: World) -> None:
    page.goto("/t/1")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Save note")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    page.keyboard.type("Check the fuse")
    page.keyboard.press("Control+Enter")
    expect(page.locator("li.article.note")).to_contain_text("Check the fuse")
    assert world.ours.ticket.articles[-1].deliveries == ()


def test_a_new_mail_appears_while_what_is_typed_and_unfolded_stays(page: Page, world: World) -> None:
    page.clock.install()
    page.goto("/t/1")
    page.get_by_text("Show with formatting").click()
    page.locator("#text").fill("Half a sent")
    page.locator("#text").press("Home")
    answer = mail("Re: [#1] Look at this", "One more thing")
    answer["In-Reply-To"] = f"<{world.ours.ticket.articles[0].message_id}>"
    world.ours.receive(answer)
    page.clock.run_for(21_000)
    expect(page.locator("li.article")).to_have_count(2)
    expect(page.locator("#text")).to_have_value("Half a sent")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("iframe")).to_be_visible()


def test_what_a_message_quotes_is_fetched_when_it_is_unfolded(page: Page, world: World) -> None:
    world.ours.receive(mail("Quotes", "Yes.\n\nOn Mon, 2 Mar 2026, Olga wrote:\n> Does it run?\n"))
    page.goto("/t/2")
    expect(page.get_by_text("Does it run?")).to_have_count(0)
    page.get_by_text("Show quoted text").click()
    expect(page.locator(".quoted")).to_contain_text("Does it run?")
    assert violations(page) == []


def test_text_that_is_not_sent_survives_leaving_the_page(page: Page) -> None:
    page.goto("/t/1")
    page.locator("#text").fill("Half a sent")
    page.goto("/")
    page.goto("/t/1")
    expect(page.locator("#text")).to_have_value("Half a sent")


def test_files_are_chosen_shown_and_taken_back(page: Page, world: World, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    page.goto("/t/1")
    page.locator("#files").set_input_files(tmp_path / "a.txt")
    page.locator("#files").set_input_files(tmp_path / "b.txt")
    expect(page.locator(".chosen li")).to_have_count(2)
    page.get_by_role("button", name="Remove a.txt").click()
    page.locator("#text").fill("With a file")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound .files")).to_contain_text("b.txt")
    assert [file.filename for file in world.ours.ticket.articles[-1].attachments] == ["b.txt"]


def test_the_formatted_mail_opens_in_a_frame_without_rights(page: Page) -> None:
    page.goto("/t/1")
    page.get_by_text("Show with formatting").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("p")).to_contain_text("See")
    expect(page.locator("iframe")).to_have_attribute("sandbox", "allow-popups allow-popups-to-escape-sandbox")
    assert frame.locator("img").evaluate("i => i.naturalWidth") == 1


def test_undo_brings_the_text_back(page: Page) -> None:
    page.goto("/t/1")
    page.locator("#text").fill("Too early")
    page.get_by_role("button", name="Send and close").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#text")).to_have_value("Too early")
    expect(page.locator("li.article.gone")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_all_that_a_mail_brings_can_be_seen_by_everybody(
    page: Page, served: str, world: World, theme: str, width: int
) -> None:
    rich.receive(world.ours)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": served}])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/t/2")
    page.get_by_text("Show with formatting").click()
    page.get_by_text("Attached message: Re: The printer").click()
    expect(page.frame_locator("iframe").nth(0).locator(".text")).to_contain_text("It burns.")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert violations(page) == []


def test_a_picture_is_looked_at_in_full_and_put_away_by_keyboard(page: Page, world: World) -> None:
    rich.receive(world.ours)
    page.goto("/t/2")
    small = page.locator(".pictures img").first
    expect(small).to_have_js_property("naturalWidth", 480)
    page.locator(".pictures a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#zoom img")).to_have_js_property("naturalWidth", 1600)
    expect(page.locator("#zoom")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#zoom")).to_be_hidden()


def test_a_link_to_a_file_is_a_download(page: Page, world: World) -> None:
    rich.receive(world.ours)
    page.goto("/t/2")
    with page.expect_download() as download:
        page.get_by_role("link", name="offer (2).pdf").click()
    assert download.value.suggested_filename == "offer.pdf"


def test_the_bar_and_its_keys_type_markdown_that_undo_takes_back(page: Page) -> None:
    page.goto("/t/1")
    text = page.locator("#text")
    text.fill("one\ntwo")
    text.press("Control+A")
    page.get_by_role("button", name="Numbered list").click()
    expect(text).to_have_value("1. one\n2. two")
    page.get_by_role("button", name="Numbered list").click()
    expect(text).to_have_value("one\ntwo")
    page.get_by_role("button", name="Code").click()
    expect(text).to_have_value("```\none\ntwo\n```")
    page.keyboard.press("Control+Z")
    expect(text).to_have_value("one\ntwo")
    text.fill("word")
    text.press("Control+A")
    for key, typed in (("b", "**word**"), ("b", "word"), ("i", "*word*"), ("i", "word")):
        text.press(f"Control+{key}")
        expect(text).to_have_value(typed)
    text.press("Control+k")
    page.keyboard.type("https://x.example")  # over the address that is selected
    expect(text).to_have_value("[word](https://x.example)")
    text.press("End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Quote").click()
    page.keyboard.type("said")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound .rich a")).to_have_text("word")
    expect(page.locator("li.article.outbound .rich blockquote")).to_have_text("said")


def test_on_a_phone_the_bar_leads_to_every_area(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for name in ("People", "Mailboxes", "Canned replies", "Ledger"):
        page.goto("/")
        bar = page.get_by_role("navigation", name="Areas").last
        bar.get_by_role("button", name="More").click()
        assert violations(page) == []
        bar.get_by_role("link", name=name).click()
        expect(page.locator("h1")).to_have_text(name)
        expect(bar.get_by_role("button", name="More")).to_have_attribute("aria-current", "true")


def test_a_mail_that_did_not_arrive_is_changed_and_sent_anew_with_its_files(page: Page, world: World) -> None:
    page.goto("/t/1")
    page.locator("#text").fill("With a file")
    page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound")).to_have_count(1)
    refuse(world.ours.ticket.articles[-1].public_id, now=clock.now() + timedelta(hours=1))
    page.goto("/undelivered")
    page.get_by_role("link", name="Edit and send anew").click()
    expect(page.locator("#text")).to_have_value("With a file")
    expect(page.get_by_role("checkbox", name="a.txt")).to_be_checked()
    page.locator("#to").fill("ann.new@customer.example")
    page.locator("#text").press("Control+Enter")
    expect(page.locator("li.article.outbound")).to_have_count(2)
    expect(page.locator(".deliveries").first).to_contain_text("A newer message has replaced it.")
    page.goto("/undelivered")
    expect(page.locator(".empty h2")).to_have_text("Everything has arrived")
    newest = world.ours.ticket.articles[-1]
    assert ([who.address for who in newest.to], [file.filename for file in newest.attachments]) == (
        ["ann.new@customer.example"],
        ["a.txt"],
    )


def test_a_reply_waits_for_a_moment_in_the_readers_zone_and_can_be_taken_back(
    chromium: Browser, served: str, world: World
) -> None:
    context = chromium.new_context(base_url=served, locale="en-GB", timezone_id="Asia/Tokyo")
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": served}])
    page = context.new_page()
    page.goto("/t/1")
    page.locator("#text").fill("Good morning")
    page.get_by_text("Send later").click()
    day = (clock.now() + timedelta(days=2)).date()
    page.locator("#send_at").fill(f"{day}T09:30")
    page.get_by_role("button", name="Send then").click()
    expect(page.locator("li.article.outbound .undo time")).to_contain_text(", 9:30")
    at = world.ours.ticket.articles[-1].deliveries[0].next_try_at
    assert at is not None
    assert f"{at:%Y-%m-%d %H:%M}" == f"{day} 00:30"
    assert violations(page) == []
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#text")).to_have_value("Good morning")
    expect(page.locator("li.article.gone")).to_have_count(1)
    page.get_by_text("Send later").click()
    page.locator("#send_at").fill(f"{day}T09:30")
    page.get_by_role("button", name="Send then").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("sent a waiting message at once")).to_be_visible()
    context.close()
