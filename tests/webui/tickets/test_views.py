"""The pages of tickets, seen by a browser without JavaScript."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from gateway.rules.status import ArticleKind, Status
from tests.webui.cast import PNG, World, mail
from tests.webui.forms import send
from tests.webui.pages import Page
from webui import office


@pytest.fixture
def small(app: Flask) -> None:
    """An installation that sends at most a hundred thousand bytes."""
    known = office.of(app)
    office.install(
        app, replace(known, settings=known.settings.model_copy(update={"max_message_bytes": 100_000}))
    )


@pytest.fixture
def stranger(app: Flask, world: World) -> FlaskClient:
    """The browser of another business, whose account holds no ticket."""
    made = app.test_client()
    made.set_cookie("session", world.stranger.cookie)
    return made


def test_who_is_not_signed_in_is_sent_to_the_door_and_back(client: FlaskClient) -> None:
    answer = client.get("/t/1?x=1")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/t/1%3Fx%3D1")


def test_the_list_shows_a_ticket_with_all_that_tells_it_apart(browser: FlaskClient) -> None:
    page = Page(browser.get("/"))
    row = page.text_of("li.row")
    for word in ("Ann Example", "ann@customer.example", "Look at this", "#1", "It smokes.", "now"):
        assert word in row
    assert page.one("li.row span.dot").get("aria-label") == "New, unread"
    assert page.one("li.row a").get("href") == "/t/1"


def test_the_list_of_fifty_is_one_small_document(world: World, browser: FlaskClient) -> None:
    for number in range(50):
        world.ours.receive(mail(f"Request {number}", "Word " * 60))
    answer = browser.get("/")
    assert len(answer.data) <= 40_000
    assert len(Page(answer).all("li.row")) == 50


def test_a_ticket_of_twenty_messages_is_one_small_document(world: World, browser: FlaskClient) -> None:
    for number in range(19):
        again = mail("Re: [#1] Look at this", f"Sentence {number}. " * 62)  # of 930 characters, or a few more
        world.ours.receive(again)
    answer = browser.get("/t/1")
    assert answer.text.count(' id="m-') == 20
    assert len(answer.data) <= 40_000


def test_older_tickets_are_one_link_away(world: World, browser: FlaskClient) -> None:
    for number in range(51):
        world.ours.receive(mail(f"Request {number}"))
    older = Page(browser.get("/")).one("a[rel=next]").get("href")
    assert older is not None
    rest = Page(browser.get(older))
    assert len(rest.all("li.row")) == 2
    assert rest.all("a[rel=next]") == []


@pytest.mark.parametrize("view", ["mine", "unassigned", "open", "pending", "closed", "spam"])
def test_every_view_opens_and_is_marked_in_the_rail(browser: FlaskClient, view: str) -> None:
    page = Page(browser.get(f"/?view={view}"))
    assert page.one("nav.views a[aria-current=page]").get("href") == f"/?view={view}"


def test_a_search_finds_words_of_messages_in_any_state(browser: FlaskClient) -> None:
    send(browser, "/t/1/status", status="spam")
    assert len(Page(browser.get("/?q=smokes")).all("li.row")) == 1
    assert "Nothing is like “absent”" in browser.get("/?q=absent").text


def test_a_foreign_cursor_is_refused_in_words(browser: FlaskClient) -> None:
    assert browser.get("/?after=zzz").status_code == 422


def test_a_ticket_shows_its_message_and_what_can_be_done(browser: FlaskClient) -> None:
    page = Page(browser.get("/t/1"))
    assert page.text_of("h1") == "Look at this"
    assert "It smokes." in page.text_of("li.article .text")
    assert [b.get("value") for b in page.all(".seg button")] == ["open", "pending", "closed", "spam"]
    assert page.one("#to").get("value") == "Ann Example <ann@customer.example>"
    assert page.one("details[data-frame] a.nojs").get("href")


def test_the_formatted_message_may_not_run_anything(browser: FlaskClient, world: World) -> None:
    answer = browser.get(f"/articles/{world.ours.ticket.articles[0].public_id}/html")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "onerror" not in answer.text
    assert "data:image/png" in answer.text


def test_the_original_mail_is_offered_as_a_file(browser: FlaskClient, world: World) -> None:
    answer = browser.get(f"/articles/{world.ours.ticket.articles[0].public_id}/raw")
    assert answer.mimetype == "message/rfc822"
    assert b"Subject: Look at this" in answer.data


def test_a_reply_goes_out_with_its_files_and_closes_if_asked(browser: FlaskClient, world: World) -> None:
    answer = send(
        browser,
        "/t/1/articles",
        kind="reply",
        to="Ann <ann@customer.example>",
        bcc="boss@ours.example",
        text="Done.\r\nAnna",
        then="closed",
        files=(BytesIO(b"%PDF-1.4 x"), "résumé.pdf"),
    )
    assert answer.status_code == 303
    ticket = world.ours.ticket
    reply = ticket.articles[-1]
    assert answer.location == f"/t/1#m-{reply.public_id}"
    assert (reply.kind, reply.text, ticket.ticket.status) == (
        ArticleKind.OUTBOUND,
        "Done.\nAnna",
        Status.CLOSED,
    )
    assert [file.filename for file in reply.attachments] == ["résumé.pdf"]
    assert {d.recipient for d in reply.deliveries} == {"ann@customer.example", "boss@ours.example"}


def test_a_note_stays_inside(browser: FlaskClient, world: World) -> None:
    send(browser, "/t/1/articles", kind="note", to="ann@customer.example", text="Check the fuse.")
    note = world.ours.ticket.articles[-1]
    assert (note.kind, note.deliveries) == (ArticleKind.NOTE, ())
    assert "Note" in Page(browser.get("/t/1")).text_of("li.article.note header")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": " "}, "Please write a text."),
        ({"text": "Kept words", "to": ""}, "Please name a recipient."),
        ({"text": "Kept words", "to": "nobody"}, "This is not a valid e-mail address."),
        ({"text": "Kept words", "to": "a@b.example", "cc": "@@"}, "This is not a valid e-mail address."),
        ({"text": "x" * 500_001, "to": "a@b.example"}, "The text is too long."),
    ],
)
def test_what_cannot_be_sent_comes_back_with_nothing_typed_lost(
    browser: FlaskClient, world: World, fields: dict[str, str], said: str
) -> None:
    answer = send(browser, "/t/1/articles", kind="reply", **fields)
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.text_of("#wrong")
    assert page.text_of("#text") == fields["text"].strip()
    assert len(world.ours.ticket.articles) == 1


def test_a_reply_can_be_undone_and_returns_to_the_composer(browser: FlaskClient, world: World) -> None:
    send(browser, "/t/1/articles", kind="reply", to="ann@customer.example", text="Too early")
    button = Page(browser.get("/t/1")).one(".undo button").get("formaction")
    assert button is not None
    answer = send(browser, button)
    assert answer.status_code == 303
    page = Page(browser.get(answer.location.partition("#")[0]))
    assert page.one("#text").text == "Too early"
    assert "Taken back" in page.text_of("form.composer .alert")
    assert world.ours.ticket.articles[-1].deliveries[0].state == "withdrawn"
    assert send(browser, button).status_code == 409


def test_state_and_assignee_change_by_plain_forms(browser: FlaskClient, world: World) -> None:
    send(browser, "/t/1/status", status="pending")
    send(browser, "/t/1/assignee", assignee="ours")
    ticket = world.ours.ticket.ticket
    assert (ticket.status, ticket.assignee) == (Status.PENDING, "ours")
    send(browser, "/t/1/assignee", assignee="")
    assert world.ours.ticket.ticket.assignee is None


@pytest.mark.parametrize(
    ("path", "fields"), [("status", {"status": "new"}), ("assignee", {"assignee": "stranger"})]
)
def test_a_choice_that_is_none_is_refused(browser: FlaskClient, path: str, fields: dict[str, str]) -> None:
    assert send(browser, f"/t/1/{path}", **fields).status_code == 422


def test_a_ticket_is_put_under_a_customer(browser: FlaskClient, world: World) -> None:
    where = send(browser, "/customers", name="Smith").location
    send(browser, "/t/1/customer", customer=where.rpartition("/")[2])
    customer = world.ours.ticket.ticket.customer
    assert customer is not None
    assert customer.name == "Smith"
    assert "Smith" in Page(browser.get("/t/1")).text_of("aside.panel")


def test_the_ledger_adds_up(browser: FlaskClient) -> None:
    page = Page(browser.get("/ledger"))
    counts = [int(cell.text or 0) for cell in page.all("tbody td.count")]
    assert sum(counts) == int(page.text_of("tfoot td")) == 1


def test_nothing_of_ours_exists_for_a_stranger(stranger: FlaskClient, world: World) -> None:
    article = world.ours.ticket.articles[0]
    paths = ["/t/1", "/t/1/live", f"/articles/{article.public_id}/html", f"/articles/{article.public_id}/raw"]
    paths += [f"/attachments/{file.public_id}" for file in article.attachments]
    assert {path: stranger.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    assert Page(stranger.get("/?q=smokes")).all("li.row") == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/t/1/articles", {"kind": "reply", "text": "x", "to": "a@b.example"}),
        ("/t/1/articles", {"kind": "note", "text": "x"}),
        ("/t/1/articles", {"kind": "forward", "to": "a@b.example"}),
        ("/t/1/status", {"status": "closed"}),
        ("/t/1/assignee", {"assignee": ""}),
        ("/t/1/customer", {"customer": ""}),
    ],
)
def test_a_stranger_changes_nothing(
    stranger: FlaskClient, world: World, path: str, fields: dict[str, str]
) -> None:
    before = world.ours.ticket
    assert send(stranger, path, **fields).status_code == 404
    assert world.ours.ticket == before


def test_a_stranger_undoes_nothing(browser: FlaskClient, stranger: FlaskClient, world: World) -> None:
    send(browser, "/t/1/articles", kind="reply", to="ann@customer.example", text="Hello")
    reply = world.ours.ticket.articles[-1]
    assert send(stranger, f"/articles/{reply.public_id}/undo").status_code == 404
    assert world.ours.ticket.articles[-1].deliveries[0].state == "queued"


def test_a_waiting_reply_is_sent_at_once_by_whoever_may_see_it(
    browser: FlaskClient, stranger: FlaskClient, world: World
) -> None:
    later = {"then": "later", "instant": f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
    send(browser, "/t/1/articles", kind="reply", to="ann@customer.example", text="Hello", **later)
    path = f"/articles/{world.ours.ticket.articles[-1].public_id}/send-now"
    assert "Is sent later:" in Page(browser.get("/t/1")).text_of(".undo")
    assert send(stranger, path).status_code == 404
    assert send(browser, path).status_code == 303
    again = send(browser, path)
    assert (again.status_code, "does not wait" in Page(again).text_of("#wrong")) == (409, True)


def test_a_reply_for_no_moment_comes_back_with_its_text(browser: FlaskClient) -> None:
    answer = send(browser, "/t/1/articles", kind="reply", to="a@b.example", text="Hello", then="later")
    page = Page(answer)
    assert (answer.status_code, page.text_of("#wrong")) == (422, "Please choose a date and a time.")
    assert page.text_of("#text") == "Hello"
    assert page.all("details.later[open]")


@pytest.mark.parametrize("path", ["/t/1/articles", "/t/1/status", "/t/1/assignee", "/t/1/customer"])
def test_a_form_without_its_token_does_nothing(browser: FlaskClient, world: World, path: str) -> None:
    before = world.ours.ticket
    assert browser.post(path, data={"status": "closed", "text": "x", "kind": "note"}).status_code == 400
    assert world.ours.ticket == before


@pytest.mark.parametrize(
    "path", ["/", "/t/1", "/ledger", "/?view=spam", "/customers", "/account", "/?q=nothing"]
)
@pytest.mark.parametrize("locale", ["en", "de"])
def test_no_page_carries_script_or_style_of_its_own(browser: FlaskClient, path: str, locale: str) -> None:
    browser.set_cookie("locale", locale)
    page = Page(browser.get(path))
    assert page.inline() == []
    assert page.elsewhere() == []
    assert page.one("html").get("lang") == locale
    assert all(form.xpath(".//*[@name='csrf_token']") for form in page.all("form[method=post]"))


def test_a_subject_full_of_markup_is_shown_as_it_stands(browser: FlaskClient, world: World) -> None:
    world.ours.receive(mail("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"))
    for path in ("/", "/t/2"):
        answer = browser.get(path)
        assert "<script>alert" not in answer.text
        assert not re.search(r"<img[^>]*onerror", answer.text)


def test_errors_of_the_desk_are_pages_too(browser: FlaskClient) -> None:
    answer = browser.get("/t/999")
    assert answer.status_code == 404
    assert Page(answer).text_of("h1") == "There is no such ticket."


def test_a_ticket_that_may_belong_to_another_is_merged_with_one_click_and_taken_apart_again(
    world: World, browser: FlaskClient
) -> None:
    theirs = mail("Re: Look at this [#1]", "Me too.")
    theirs.replace_header("From", "Eve <eve@evil.example>")
    world.ours.receive(theirs)
    button = Page(browser.get("/t/2")).one("button[name=into]")
    assert (button.get("formaction"), button.get("value")) == ("/t/2/merge", "1")
    assert send(browser, "/t/2/merge", into="1").location.startswith("/t/1?done=")
    assert browser.get("/t/2").location == "/t/1"
    page = Page(browser.get("/t/1"))
    assert "Me too." in page.text_of(".timeline")
    assert "merged #2 into this ticket" in page.text_of(".timeline")
    undo = page.one(".event button").get("formaction")
    assert undo == "/t/2/unmerge"
    assert send(browser, undo).location == "/t/2"
    assert "Me too." in Page(browser.get("/t/2")).text_of(".timeline")
    assert Page(browser.get("/t/1")).all(".event button") == []


def test_nonsense_is_not_merged(world: World, browser: FlaskClient, stranger: FlaskClient) -> None:
    assert send(browser, "/t/1/merge", into="1").status_code == 422
    assert send(browser, "/t/1/merge", into="x").status_code == 422
    assert send(browser, "/t/1/merge", into="99").status_code == 404
    assert send(stranger, "/t/1/merge", into="1").status_code == 404
    assert send(browser, "/t/1/unmerge").status_code == 409


@pytest.mark.usefixtures("small")
def test_what_is_too_large_to_send_comes_back_with_both_sizes(browser: FlaskClient) -> None:
    large = (BytesIO(bytes(80_000)), "large.bin")
    answer = send(browser, "/t/1/articles", kind="reply", to="a@x.example", text="See file", files=large)
    assert answer.status_code == 413
    shown = Page(answer)
    assert "message has 109 kB; at most 98 kB can be sent" in shown.text_of("#wrong")
    assert shown.one("#text").text == "See file"


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_a_picture_of_the_text_stands_in_its_place(browser: FlaskClient, kind: str) -> None:
    picture = (BytesIO(PNG), "shot.png", "image/png")
    fields = {"kind": kind, "to": "a@x.example", "text": "Here: ![shot.png]", "pictures": picture}
    assert send(browser, "/t/1/articles", **fields).status_code == 303
    shown = Page(browser.get("/t/1"))
    source = shown.one(".rich img").get("src") or ""
    assert browser.get(source).data == PNG
    assert shown.inline() == []


@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize("then", ["", "insert"])
def test_files_of_a_form_that_comes_back_are_there_for_the_next_try(
    browser: FlaskClient, world: World, kind: str, then: str
) -> None:
    fields = {"kind": kind, "to": "a@x.example", "text": " " if then == "" else "Here", "then": then}
    picture = (BytesIO(PNG), "shot.png", "image/png")
    files = {"pictures": picture, "files": (BytesIO(b"a"), "a.txt")}
    page = Page(send(browser, "/t/1/articles", **fields, **files))
    assert page.text_of(".going") == "shot.png a.txt"
    again = {"held": [box.get("value") for box in page.all(".going input")], "kind": kind}
    for _try in range(2):  # it may come back any number of times
        back = Page(send(browser, "/t/1/articles", **again, text=" "))
        assert back.text_of(".going") == "shot.png a.txt"
    sent = {**again, "to": "a@x.example", "text": "Here: ![shot.png]"}
    assert send(browser, "/t/1/articles", **sent).status_code == 303
    told = [(file.filename, file.inline) for file in world.ours.ticket.articles[-1].attachments]
    assert told == [("shot.png", True), ("a.txt", False)]


def test_a_file_that_was_held_for_too_long_is_missed_and_nothing_is_sent(
    browser: FlaskClient, world: World
) -> None:
    fields = {"kind": "reply", "to": "a@x.example", "text": "Here"}
    answer = send(browser, "/t/1/articles", **fields, held="of-yesterday", files=(BytesIO(b"a"), "a.txt"))
    page = Page(answer)
    assert (answer.status_code, page.text_of(".going")) == (422, "a.txt")
    assert "Files are held for a day only." in page.text_of("#wrong")
    assert len(world.ours.ticket.articles) == 1


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_a_picture_that_was_lost_is_told_by_its_name(browser: FlaskClient, world: World, kind: str) -> None:
    answer = send(browser, "/t/1/articles", kind=kind, to="a@x.example", text="Here: ![shot.png]")
    assert answer.status_code == 422
    assert "The picture shot.png is no longer here" in Page(answer).text_of("#wrong")
    assert len(world.ours.ticket.articles) == 1


def test_what_is_doubtful_is_asked_before_it_is_sent_and_sent_anyway(
    browser: FlaskClient, world: World
) -> None:
    fields = {"kind": "reply", "to": "noreply@x.example", "text": "See the attached plan.", "then": "closed"}
    page = Page(send(browser, "/t/1/articles", **fields))
    asking = page.text_of(".asking")
    assert "nobody reads mail to noreply@x.example" in asking
    assert "no file goes along" in asking
    assert (page.text_of("#text"), page.one(".asking button").get("value")) == (fields["text"], "closed")
    assert len(world.ours.ticket.articles) == 1
    asked = [box.get("value") for box in page.all("[name=asked]")]
    assert send(browser, "/t/1/articles", **fields, asked=asked).status_code == 303
    assert world.ours.ticket.ticket.status is Status.CLOSED


def test_a_note_is_asked_nothing(browser: FlaskClient) -> None:
    note = {"kind": "note", "to": "noreply@x.example", "text": "See attached"}
    assert send(browser, "/t/1/articles", **note).status_code == 303


def forward(browser: FlaskClient, world: World, **fields: object) -> TestResponse:
    article = world.ours.ticket.articles[0]
    usual = {"kind": "forward", "forward": article.public_id, "to": "bob@supplier.example"}
    return send(browser, "/t/1/articles", **usual | fields)


def test_a_message_is_forwarded_from_its_own_link_with_the_files_that_are_ticked(
    browser: FlaskClient, world: World
) -> None:
    article = world.ours.ticket.articles[0]
    (link,) = [a.get("href") for a in Page(browser.get("/t/1")).all(".originals a") if a.text == "Forward"]
    page = Page(browser.get(f"/t/1{link}"))
    assert page.one("[name=kind][value=forward]").get("checked") is not None
    assert (page.one("#to").get("value"), page.all("details.recipients[open]") != []) == ("", True)
    ticks = {box.get("value"): box.get("checked") is not None for box in page.all("[name=forwarded]")}
    assert ticks == {file.public_id: True for file in article.attachments}
    assert page.one("[name=original]").get("checked") is None
    assert page.inline() == []
    answer = forward(browser, world, text="Look", forwarded=article.attachments[1].public_id, original="1")
    sent = world.ours.ticket.articles[-1]
    assert (answer.status_code, answer.location) == (303, f"/t/1#m-{sent.public_id}")
    assert [file.filename for file in sent.attachments] == ["Übersicht “1”.html", "Look at this.eml"]
    assert (sent.forward_of, world.ours.ticket.ticket.status) == (article.public_id, Status.NEW)
    assert "Forwarded to bob@supplier.example" in Page(browser.get("/t/1")).text_of("li.outbound .people")


def test_a_forward_goes_with_new_files_and_closes_if_asked(browser: FlaskClient, world: World) -> None:
    new = (BytesIO(b"new"), "new.txt")
    assert forward(browser, world, then="closed", files=new).status_code == 303
    assert [file.filename for file in world.ours.ticket.articles[-1].attachments] == ["new.txt"]
    assert world.ours.ticket.ticket.status is Status.CLOSED


def test_a_forward_without_recipient_comes_back_with_its_ticks(browser: FlaskClient, world: World) -> None:
    first, second = world.ours.ticket.articles[0].attachments
    answer = forward(browser, world, to="", text="Look", forwarded=second.public_id, original="1")
    page = Page(answer)
    assert (answer.status_code, page.text_of("#wrong")) == (422, "Please name a recipient.")
    ticks = {box.get("value"): box.get("checked") is not None for box in page.all("[name=forwarded]")}
    assert ticks == {first.public_id: False, second.public_id: True}
    assert page.one("[name=original]").get("checked") is not None
    assert page.text_of("#text") == "Look"


def test_a_forward_that_was_undone_returns_as_one(browser: FlaskClient, world: World) -> None:
    second = world.ours.ticket.articles[0].attachments[1]
    forward(browser, world, text="Too early", forwarded=second.public_id)
    answer = send(browser, Page(browser.get("/t/1")).one(".undo button").get("formaction") or "")
    page = Page(browser.get(answer.location.partition("#")[0]))
    assert (page.text_of("#text"), page.one("#to").get("value")) == ("Too early", "bob@supplier.example")
    assert [box.get("checked") is not None for box in page.all("[name=forwarded]")] == [False, True]
    assert page.all("[name=kept]") == []


def test_a_note_offers_no_forward_and_none_is_made(browser: FlaskClient, world: World) -> None:
    send(browser, "/t/1/articles", kind="note", text="Secret")
    note = world.ours.ticket.articles[-1].public_id
    assert Page(browser.get("/t/1")).all(f"[href=?forward={note}]") == []
    assert Page(browser.get(f"/t/1?forward={note}")).all("[name=forward]") == []
    answer = forward(browser, world, forward=note)
    assert (answer.status_code, "never leaves the house" in Page(answer).text_of("#wrong")) == (403, True)
    assert len(world.ours.ticket.articles) == 2


def test_a_forward_from_which_somebody_turns_to_a_note_is_a_note(browser: FlaskClient, world: World) -> None:
    assert forward(browser, world, kind="note", text="Inside").status_code == 303
    assert world.ours.ticket.articles[-1].kind is ArticleKind.NOTE


@pytest.mark.usefixtures("small")
def test_a_forward_that_is_too_large_comes_back_with_both_sizes(browser: FlaskClient, world: World) -> None:
    answer = forward(browser, world, files=(BytesIO(bytes(80_000)), "large.bin"))
    assert (answer.status_code, "98 kB" in Page(answer).text_of("#wrong")) == (413, True)
