"""The composer in a real browser: pictures at their places, what is said while one writes, taking back."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from gateway import clock
from gateway.desk import canned
from gateway.store import session
from tests.webui.accessible import violations
from tests.webui.cast import World, mail
from webui import office

_PASTED = """([selector, kind, names, colours]) => {
  const carried = new DataTransfer();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  names.forEach((name, at) => {
    const pen = canvas.getContext("2d");
    pen.fillStyle = colours[at];
    pen.fillRect(0, 0, 40, 40);
    const bytes = Uint8Array.from(atob(canvas.toDataURL("image/png").split(",")[1]), (c) => c.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type: "image/png" }));
  });
  const given = { bubbles: true, cancelable: true, clipboardData: carried, dataTransfer: carried };
  const event = kind === "paste" ? new ClipboardEvent(kind, given) : new DragEvent(kind, given);
  document.querySelector(selector).dispatchEvent(event);
}"""


def test_pictures_are_pasted_and_dropped_to_their_places_and_taken_back(page: Page, world: World) -> None:
    page.goto("/t/1")
    text = page.locator("#text")
    text.fill("Before  after")
    text.press("Home")
    for _step in range(7):
        page.keyboard.press("ArrowRight")
    page.evaluate(_PASTED, ["#text", "paste", ["image.png", "image.png"], ["teal", "coral"]])
    expect(text).to_have_value("Before ![image.png]![image-2.png] after")
    page.evaluate(_PASTED, ["#text", "drop", ["third[1].png"], ["gold"]])
    expect(page.locator(".chosen li")).to_have_count(3)
    page.get_by_role("button", name="Remove image-2.png").click()
    expect(text).to_have_value("Before ![image.png]![third_1_.png] after")
    page.get_by_role("button", name="Send", exact=True).click()
    shown = page.locator("li.article.outbound .rich img")
    expect(shown).to_have_count(2)
    expect(shown.last).to_have_js_property("naturalWidth", 40)
    files = world.ours.ticket.articles[-1].attachments
    assert [(file.filename, file.inline) for file in files] == [("image.png", True), ("third_1_.png", True)]


@pytest.mark.parametrize("width", [390, 1440])
def test_also_a_long_answer_is_taken_back_without_a_search(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/t/1")
    page.locator("#text").fill("Line\n" * 80)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#text")).to_have_value("Line\n" * 80)


def test_what_cannot_be_taken_back_any_more_does_not_offer_it(page: Page, app: Flask) -> None:
    known = office.of(app)
    office.install(app, replace(known, settings=known.settings.model_copy(update={"undo_seconds": 2})))
    page.goto("/t/1")
    page.locator("#text").fill("Hello")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_hidden(timeout=8000)
    expect(page.locator(".deliveries")).to_contain_text("Waiting to be sent to")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_a_question_is_seen_where_one_writes_and_answered_there(
    page: Page, served: str, theme: str, width: int
) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": served}])
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/t/1")
    page.locator("#text").fill("See the attached plan.")
    page.get_by_role("button", name="Send and close").click()
    expect(page.locator(".asking")).to_be_in_viewport(ratio=1)
    assert violations(page) == []
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator("li.article.outbound")).to_have_count(1)
    expect(page.locator(".seg [aria-pressed=true]")).to_have_text("Closed")


def test_a_picture_pasted_after_the_form_came_back_takes_no_others_place(page: Page, world: World) -> None:
    page.goto("/t/1")
    page.evaluate(_PASTED, ["#text", "paste", ["image.png"], ["teal"]])
    page.locator(".recipients summary").click()
    page.locator("#to").fill("nobody")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#wrong")).to_contain_text("not a valid e-mail address")
    expect(page.get_by_role("checkbox", name="image.png")).to_be_checked()
    page.locator("#text").press("End")
    page.evaluate(_PASTED, ["#text", "paste", ["image.png"], ["coral"]])
    expect(page.locator("#text")).to_have_value("![image.png]![image-2.png]")
    page.locator("#to").fill("ann@customer.example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound .rich img")).to_have_count(2)
    files = world.ours.ticket.articles[-1].attachments
    assert [(file.filename, file.inline) for file in files] == [("image.png", True), ("image-2.png", True)]


def test_a_file_that_is_removed_while_it_is_saved_stays_removed(
    page: Page, world: World, tmp_path: Path
) -> None:
    page.goto("/t/1")
    under_way: list[Route] = []

    def stop(route: Route) -> None:
        under_way.append(route)

    page.route("**/t/1/draft", stop)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    with page.expect_request("**/t/1/draft"):
        page.locator("#files").set_input_files([tmp_path / "a.txt", tmp_path / "b.txt"])
    page.get_by_role("button", name="Remove b.txt").click()
    with page.expect_response("**/t/1/draft") as answered:
        under_way.pop(0).continue_()
    assert len(answered.value.json()["held"]) == 2
    page.unroute("**/t/1/draft")
    expect(page.locator("input[name=held]")).to_have_count(1)
    expect(page.locator(".chosen li")).to_have_text("a.txt✕")
    page.locator("#text").fill("One plan")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound")).to_have_count(1)
    files = world.ours.ticket.articles[-1].attachments
    assert [file.filename for file in files] == ["a.txt"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_what_is_too_large_is_said_while_files_are_chosen(
    page: Page, app: Flask, served: str, tmp_path: Path, theme: str, width: int
) -> None:
    known = office.of(app)
    smaller = known.settings.model_copy(update={"max_message_bytes": 100_000})
    office.install(app, replace(known, settings=smaller))
    page.context.add_cookies([{"name": "theme", "value": theme, "url": served}])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/t/1")
    word = page.locator(".too-large")
    for name, size in (("fits.bin", 65_000), ("more.bin", 6_000)):
        (tmp_path / name).write_bytes(bytes(size))
    page.locator("#files").set_input_files(tmp_path / "fits.bin")
    expect(word).to_be_empty()
    page.locator("#files").set_input_files(tmp_path / "more.bin")
    expect(word).to_have_text("With its attachments the message has 100 kB; at most 98 kB can be sent.")
    page.locator("#text").fill("Too much")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound")).to_have_count(0)
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Remove more.bin").click()
    expect(word).to_be_empty()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.article.outbound")).to_have_count(1)


def test_a_signature_is_written_once_and_seen_below_every_answer(page: Page) -> None:
    page.goto("/account")
    page.get_by_label("In English").fill("Kind regards\n{{staff.name}}, ticket {{ticket.number}}")
    page.locator("#signature").get_by_role("button", name="Save").click()
    page.goto("/t/1")
    expect(page.locator(".composer .signed")).to_have_text("Kind regards\nours, ticket 1")
    assert violations(page) == []


def test_a_slash_offers_canned_replies_by_keyboard_and_mouse(page: Page, world: World) -> None:
    with session.transaction() as db:
        for name, text in (("Greeting", "Dear {{contact.name}},"), ("Restart", "Please restart it.")):
            canned.create(db, world.ours.actor, name=name, text=text, now=clock.now())
    page.goto("/canned")
    assert violations(page) == []
    page.goto("/t/1")
    area = page.locator("#text")
    area.press_sequentially("/")
    expect(page.locator(".offers li")).to_have_text(["Greeting", "Restart"])
    assert violations(page) == []
    area.press_sequentially("gre")
    expect(page.locator(".offers li")).to_have_text(["Greeting"])
    area.press("Enter")
    expect(area).to_have_value("Dear Ann Example,")
    area.press("Enter")
    area.press_sequentially("/")
    area.press("ArrowDown")
    expect(page.locator(".offers [aria-selected=true]")).to_have_text("Restart")
    page.locator(".offers li").nth(1).click()
    expect(area).to_have_value("Dear Ann Example,\nPlease restart it.")
    area.press_sequentially(" and/or ask")
    expect(page.locator(".offers")).to_be_hidden()
    expect(area).to_be_focused()


def test_a_message_is_forwarded_by_keys_and_ticked_files_count(page: Page, app: Flask, world: World) -> None:
    large = mail("Large")
    for name, size in (("fits.bin", 60_000), ("more.bin", 10_000)):
        large.add_attachment(bytes(size), "application", "octet-stream", filename=name)
    world.ours.receive(large)
    known = office.of(app)
    smaller = known.settings.model_copy(update={"max_message_bytes": 100_000})
    office.install(app, replace(known, settings=smaller))
    page.goto("/t/2")
    page.evaluate("window.same = true")
    page.keyboard.press("f")
    expect(page.locator("#to")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(page.locator("details.recipients summary")).to_contain_text("Ann Example")
    expect(page.locator("#text")).to_be_focused()
    page.locator(".onward").click()
    expect(page.locator("#to")).to_be_focused()
    assert page.evaluate("window.same")  # the page was not loaded again
    page.keyboard.type("bob@supplier.example")
    expect(page.locator(".too-large")).to_contain_text("at most 98 kB can be sent")
    page.locator("[name=forwarded]").last.uncheck()
    expect(page.locator(".too-large")).to_be_empty()
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("li.article.outbound .people")).to_have_text("Forwarded to bob@supplier.example")
