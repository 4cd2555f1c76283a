"""The pages of mailboxes: a way in, how it fares, how it behaves."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.store import session
from gateway.store.models import ImapSource, Mailbox, Staff
from gateway.store.sealed import Seal
from tests.webui.cast import World, mail
from tests.webui.pages import Page
from webui import office

HOURS = {
    "zone": "Europe/Berlin",
    "day-0": "9:00-12:30,13:30-17:00",
    "closed": "2026-12-24",
    "answers_closed": "on",
    "closed_text": "Back {opens}",
}
CONNECTION = {
    "host": "imap.example.org",
    "port": "",
    "security": "tls",
    "username": "help@ours.example",
    "secret": "s3cret horse",
    "folders": "INBOX\r\nRequests",
    "when_done": "seen",
    "move_to": "",
}
SETTINGS = {
    "name": "Help desk",
    "signature": "Your help desk",
    "locale": "de",
    "reopen_days": "7",
    "silence_hours": "24",
    "acknowledges": "on",
    "acknowledgement": "Danke!",
}


@pytest.fixture
def box(world: World) -> str:
    """The path of our mailbox's page."""
    with session.reading() as db:
        found = db.execute(select(Mailbox.public_id).where(Mailbox.id == world.ours.mailbox_id))
        return f"/mailboxes/{found.scalar_one()}"


@pytest.fixture
def stranger(app: Flask, world: World) -> FlaskClient:
    made = app.test_client()
    made.set_cookie("session", world.stranger.cookie)
    return made


def send(browser: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def source() -> ImapSource:
    with session.reading() as db:
        found = db.execute(select(ImapSource)).scalar_one()
        db.expunge(found)
        return found


def set_source(**values: object) -> None:
    with session.transaction() as db:
        db.execute(update(ImapSource).values(**values))


def test_a_new_mailbox_gets_a_forwarding_address(browser: FlaskClient) -> None:
    answer = send(browser, "/mailboxes", address="Sales@ours.example")
    assert answer.status_code == 303
    page = Page(browser.get(answer.location))
    assert page.text_of("h1") == "sales@ours.example"
    assert page.text_of(".copy").startswith("in-")
    assert "Waits for its first mail" in page.text_of("#pulse")
    assert "sales@ours.example by forwarding" in Page(browser.get("/mailboxes")).text_of("section.box")


@pytest.mark.parametrize("address", ["help@stranger.example", "nobody"])
def test_an_address_that_is_taken_or_none_is_refused_in_words(browser: FlaskClient, address: str) -> None:
    answer = send(browser, "/mailboxes", address=address)
    assert answer.status_code in (409, 422)
    assert Page(answer).one("#address").get("value") == address
    assert Page(answer).text_of("#wrong")


def test_a_mailbox_that_gets_mail_is_well(browser: FlaskClient, world: World, box: str) -> None:
    world.ours.receive(mail("Heard"))
    page = Page(browser.get(box))
    assert "Mail arrives" in page.text_of("#pulse")
    assert "last mail: now" in Page(browser.get("/mailboxes")).text_of("section.box")


def test_it_behaves_as_it_is_told(browser: FlaskClient, box: str) -> None:
    assert send(browser, f"{box}/settings", **SETTINGS).location == f"{box}#settings"
    page = Page(browser.get(box))
    for name in ("name", "reopen_days", "silence_hours"):
        assert page.one(f"#{name}").get("value") == SETTINGS[name]
    assert page.text_of("#signature") == "Your help desk"
    assert page.one("[name=acknowledges]").get("checked") is not None


@pytest.mark.parametrize(
    ("field", "value"), [("reopen_days", "x"), ("silence_hours", "9999999"), ("locale", "fr")]
)
def test_what_makes_no_sense_is_said(browser: FlaskClient, box: str, field: str, value: str) -> None:
    answer = send(browser, f"{box}/settings", **{**SETTINGS, field: value})
    assert answer.status_code == 422
    assert Page(answer).text_of("#wrong")


def test_its_hours_are_kept_and_shown(browser: FlaskClient, box: str) -> None:
    assert Page(browser.get(box)).one("#zone").get("value") == "UTC"
    assert send(browser, f"{box}/hours", **HOURS).location == f"{box}#hours"
    page = Page(browser.get(box))
    assert page.one("#day-0").get("value") == "09:00-12:30, 13:30-17:00"
    assert (page.one("#day-1").get("value"), page.one("#zone").get("value")) == ("", "Europe/Berlin")
    assert (page.text_of("#closed"), page.text_of("#closed_text")) == ("2026-12-24", "Back {opens}")
    assert page.one("[name=answers_closed]").get("checked") is not None
    assert (page.inline(), page.elsewhere()) == ([], [])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("day-1", "22:00-06:00", "Tuesday: A span ends later than it begins."),
        ("zone", "Europe/Atlantis", "There is no such time zone."),
        ("closed", "Christmas", "A closed day reads 2026-12-24"),
        ("closed_text", "x" * 5001, "The text is too long."),
    ],
)
def test_hours_that_make_no_sense_are_said_and_nothing_typed_is_lost(
    browser: FlaskClient, box: str, field: str, value: str, words: str
) -> None:
    answer = send(browser, f"{box}/hours", **{**HOURS, field: value})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.text_of("#wrong").startswith(words)
    assert page.one("#day-0").get("value") == HOURS["day-0"]
    shown = page.one(f"#{field}")
    assert (shown.get("value") or shown.text or "").strip() == value


def test_a_connection_is_on_trial_and_shows_what_an_import_would_bring(
    app: Flask, browser: FlaskClient, box: str
) -> None:
    assert send(browser, f"{box}/connection", **CONNECTION).location == box
    made = source()
    assert (made.host, made.port, made.folders, made.state) == (
        "imap.example.org",
        993,
        ["INBOX", "Requests"],
        "trial",
    )
    assert Seal(office.of(app).settings.key()).open(made.sealed_secret) == CONNECTION["secret"]
    page = browser.get(box)
    assert CONNECTION["secret"] not in page.text
    assert "Counting the mails there" in Page(page).text_of("#pulse")
    assert Page(browser.get(f"{box}/pulse")).text_of("dl.facts")
    set_source(trial={"folders": [], "mails": 412, "threads": 300, "sent": 0}, checked_at=clock.now())
    assert browser.get(f"{box}/pulse").headers["HX-Refresh"] == "true"
    assert "412 mails in 300 conversations; 0 mails will be sent" in Page(browser.get(box)).text_of("#pulse")


@pytest.mark.parametrize(("old", "imports"), [("", False), ("all", True)])
def test_it_begins_with_or_without_what_is_there_and_is_paused_and_left(
    browser: FlaskClient, box: str, old: str, *, imports: bool
) -> None:
    send(browser, f"{box}/connection", **CONNECTION)
    assert send(browser, f"{box}/start", old=old).status_code == 409
    set_source(trial={"mails": 1, "threads": 1}, checked_at=clock.now())
    assert send(browser, f"{box}/start", old=old).status_code == 303
    assert (source().state, source().imports_old) == ("active", imports)
    assert "Mail is fetched" in Page(browser.get(box)).text_of("#pulse")
    assert send(browser, f"{box}/pause").status_code == 303
    assert "Paused" in Page(browser.get(box)).text_of("#pulse")
    assert send(browser, f"{box}/resume").status_code == 303
    assert source().state == "active"
    assert send(browser, f"{box}/disconnect").status_code == 303
    assert "Forward to" in Page(browser.get(box)).text_of("#pulse")


def test_every_form_of_the_page_is_about_this_mailbox(browser: FlaskClient, box: str) -> None:
    send(browser, f"{box}/connection", **CONNECTION)
    page = Page(browser.get(box))
    paths = [str(form.get("action")) for form in page.all(".page form")]
    assert {path.rpartition("/")[0] for path in paths} >= {box}
    assert [path for path in paths if not path.startswith(f"{box}/")] == []
    assert page.one("#pulse").get("hx-get") == f"{box}/pulse"


def test_an_error_is_shown_in_words(browser: FlaskClient, box: str) -> None:
    send(browser, f"{box}/connection", **CONNECTION)
    since = clock.now() - timedelta(hours=1)
    set_source(last_error="certificate-expired", failing_since=since, state="active")
    assert "certificate has expired" in Page(browser.get(box)).text_of("#pulse")
    assert "Cannot be fetched" in Page(browser.get("/mailboxes")).text_of("section.box")


def test_a_changed_connection_keeps_a_password_that_is_not_typed_again(
    browser: FlaskClient, box: str
) -> None:
    send(browser, f"{box}/connection", **CONNECTION)
    before = source()
    set_source(state="active")
    assert (
        send(browser, f"{box}/connection", **{**CONNECTION, "secret": "", "when_done": "keep"}).status_code
        == 303
    )
    assert (source().sealed_secret, source().when_done, source().state) == (
        before.sealed_secret,
        "keep",
        "active",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("host", "no host!"), ("port", "0"), ("port", "x"), ("security", "x"), ("secret", ""), ("folders", "")],
)
def test_a_connection_that_cannot_be_is_refused_with_nothing_typed_lost(
    browser: FlaskClient, box: str, field: str, value: str
) -> None:
    answer = send(browser, f"{box}/connection", **{**CONNECTION, field: value})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.text_of("#wrong")
    assert page.one("#username").get("value") == CONNECTION["username"]


def test_a_mailbox_goes_when_its_address_is_typed(browser: FlaskClient, box: str) -> None:
    assert send(browser, f"{box}/remove", really="help").status_code == 422
    assert browser.get(box).status_code == 200
    assert send(browser, f"{box}/remove", really=" Help@ours.example ").location == "/mailboxes"
    assert browser.get(box).status_code == 404


def test_a_strangers_mailbox_is_not_there(stranger: FlaskClient, box: str) -> None:
    assert stranger.get(box).status_code == 404
    assert stranger.get(f"{box}/pulse").status_code == 404
    for path, fields in (
        ("settings", SETTINGS),
        ("hours", HOURS),
        ("connection", CONNECTION),
        ("start", {}),
        ("pause", {}),
        ("resume", {}),
        ("disconnect", {}),
        ("remove", {"really": "help@ours.example"}),
    ):
        assert send(stranger, f"{box}/{path}", **fields).status_code == 404, path


def test_staff_see_how_it_fares_and_change_nothing(browser: FlaskClient, world: World, box: str) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == world.ours.owner_id).values(role="staff"))
    page = Page(browser.get(box))
    assert page.text_of("#pulse")
    assert page.all("#settings") == []
    assert send(browser, f"{box}/settings", **SETTINGS).status_code == 403
    assert send(browser, f"{box}/hours", **HOURS).status_code == 403
    assert send(browser, f"{box}/connection", **CONNECTION).status_code == 403
    assert send(browser, "/mailboxes", address="a@b.example").status_code == 403


def test_its_due_times_are_kept_and_shown(browser: FlaskClient, box: str) -> None:
    typed = {"first_answer": "4h", "resolution": "2 days", "by_priority": "on"}
    assert send(browser, f"{box}/targets", **typed).location == f"{box}#targets"
    page = Page(browser.get(box))
    shown = [page.one(f"#{name}").get("value") for name in ("first_answer", "next_answer", "resolution")]
    assert shown == ["4 h", "", "2 d"]
    assert page.one("[name=by_priority]").get("checked") is not None
    assert (page.inline(), page.elsewhere()) == ([], [])


def test_a_due_time_that_is_none_comes_back_with_the_reason(browser: FlaskClient, box: str) -> None:
    answer = send(browser, f"{box}/targets", first_answer="soon")
    assert answer.status_code == 422
    assert "A time reads 30 min, 4 h or 2 d" in Page(answer).text_of("#wrong")
    assert Page(answer).one("#first_answer").get("value") == "soon"
