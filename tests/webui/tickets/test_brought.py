"""The routes of what messages brought: files, previews, HTML, originals, mails within."""

from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from gateway.rules.scans import Scan
from gateway.store import session
from gateway.store.models import Article, Attachment
from tests.webui.cast import World, mail
from tests.webui.pages import Page

REMOTE = '<p>See</p><img data-remote-src="https://pics.example/a.png?x=1&amp;y=2" alt="A">'


def enclosing(subject: str = "Fwd: Printer") -> EmailMessage:
    inner = mail("Inner <b> words", "The printer said: <script>alert(1)</script> https://x.example/a\n")
    inner["Date"] = "Mon, 2 Mar 2026 13:00:00 +0100"
    inner.add_attachment(b"x", "text", "plain", filename="log.txt")
    made = mail(subject, "See the attached mail.\n")
    made.add_attachment(inner)
    return made


def store(world: World, **values: object) -> str:
    """Change the one article of our ticket; its id."""
    with session.transaction() as db:
        db.execute(update(Article).where(Article.account_id == world.ours.account_id).values(**values))
    return world.ours.ticket.articles[0].public_id


def close(scan: Scan) -> None:
    with session.transaction() as db:
        db.execute(update(Attachment).values(scan=scan.value, scan_found="Eicar"))


def test_pictures_stand_in_place_and_files_are_offered(browser: FlaskClient, world: World) -> None:
    assert Page(browser.get("/t/1")).all("ul.pictures") == []
    world.ours.make_previews()
    page = Page(browser.get("/t/1"))
    small, whole = page.one("ul.pictures img").get("src"), page.one("ul.pictures a").get("href")
    file = page.one("ul.files a").get("href")
    assert small is not None
    assert whole is not None
    assert file is not None
    assert browser.get(small).mimetype == "image/webp"
    assert browser.get(whole).mimetype == "image/png"
    for path in (small, whole, file):
        assert browser.get(path).headers["Content-Disposition"].startswith("attachment")


def test_a_picture_without_a_preview_has_none(browser: FlaskClient, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    assert browser.get(f"/attachments/{file.public_id}/preview").status_code == 404


@pytest.mark.parametrize(("scan", "status"), [(Scan.PENDING, 409), (Scan.INFECTED, 403), (Scan.REFUSED, 403)])
def test_what_the_scanner_keeps_closed_is_said_in_words(
    browser: FlaskClient, world: World, scan: Scan, status: int
) -> None:
    world.ours.make_previews()
    close(scan)
    article = world.ours.ticket.articles[0]
    (file, *_others) = article.attachments
    for path in (f"/attachments/{file.public_id}", f"/attachments/{file.public_id}/preview"):
        refused = browser.get(path)
        assert refused.status_code == status
        assert "virus" in refused.text
    assert browser.get(f"/articles/{article.public_id}/raw").status_code == 403
    assert "data:image" not in browser.get(f"/articles/{article.public_id}/html").text
    api = browser.get(f"/api/v1/articles/{article.public_id}/raw", headers=world.ours.headers)
    assert api.status_code == 403
    page = Page(browser.get("/t/1"))
    assert page.all("ul.files a") == page.all("ul.pictures") == page.all("a.raw") == []
    assert "virus" in page.text_of("ul.files")


def test_the_formatted_message_may_not_run_anything(browser: FlaskClient, world: World) -> None:
    answer = browser.get(f"/articles/{world.ours.ticket.articles[0].public_id}/html")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "onerror" not in answer.text
    assert "data:image/png" in answer.text


def test_remote_pictures_are_offered_and_come_through_us(browser: FlaskClient, world: World) -> None:
    assert Page(browser.get("/t/1")).all("[data-images]") == []
    path = f"/articles/{store(world, html=REMOTE)}/html"
    assert Page(browser.get("/t/1")).one("[data-images]").get("href") == f"{path}?images=1"
    without, with_pictures = browser.get(path), browser.get(f"{path}?images=1")
    assert ' src="' not in without.text
    assert ' src="/remote-image/' in with_pictures.text
    assert "'self'" not in without.headers["Content-Security-Policy"].replace("frame-ancestors 'self'", "")
    assert "img-src data: 'self'" in with_pictures.headers["Content-Security-Policy"]


def test_what_a_message_quotes_has_an_address_of_its_own(browser: FlaskClient, world: World) -> None:
    article = store(world, text="It runs.\n> Does it <run>?\n> https://x.example/", reply_text="It runs.")
    link = Page(browser.get("/t/1")).one("details[data-text] a").get("href")
    assert link == f"/articles/{article}/quoted"
    shown = Page(browser.get(link))
    assert shown.text_of(".quoted") == "> Does it <run>? > https://x.example/"
    assert shown.one(".quoted a").get("href") == "https://x.example/"
    assert shown.one(".crumb a").get("href") == f"/t/1#m-{article}"


def test_an_attached_mail_is_shown(browser: FlaskClient, world: World) -> None:
    world.ours.receive(enclosing())
    page = Page(browser.get("/t/2"))
    assert page.text_of("details.enclosed summary") == "Attached message: Inner <b> words"
    path = page.one("details.enclosed a").get("href")
    assert path is not None
    answer = browser.get(path)
    shown = Page(answer)
    assert shown.text_of("h1") == "Inner <b> words"
    assert shown.text_of("dl").startswith(
        "From Ann Example <ann@customer.example> To help@ours.example Date "
    )
    assert "log.txt" in shown.text_of("dl")
    assert shown.text_of(".text").startswith("The printer said: <script>alert(1)</script>")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_attached_mail_is_shown_in_the_persons_language(browser: FlaskClient, world: World) -> None:
    world.ours.receive(enclosing())
    browser.set_cookie("locale", "de")
    file = world.ours.ticket_number(2).articles[0].attachments[0]
    assert "Von" in Page(browser.get(f"/attachments/{file.public_id}/mail")).text_of("dl")


def test_another_file_is_no_mail_to_show(browser: FlaskClient, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[0]
    assert browser.get(f"/attachments/{file.public_id}/mail").status_code == 404


def test_a_mail_that_cannot_be_read_says_so(browser: FlaskClient, world: World) -> None:
    world.ours.receive(enclosing())
    file = world.ours.ticket_number(2).articles[0].attachments[0]
    world.ours.blobs.forget(file.sha256)
    assert "cannot be shown" in browser.get(f"/attachments/{file.public_id}/mail").text


def test_protection_and_invitation_stand_in_the_message(browser: FlaskClient, world: World) -> None:
    said = {
        "method": "REQUEST",
        "summary": "Maintenance <b>",
        "starts_at": "2026-12-01T09:00:00Z",
        "ends_at": "2026-12-01T10:00:00Z",
        "is_all_day": False,
        "location": "Cellar",
        "organizer": {"name": "Ann", "address": "ann@x.example"},
        "attendees": [{"name": "", "address": "bob@x.example"}],
    }
    store(world, protection="smime-signed", invitation=said)
    page = Page(browser.get("/t/1"))
    assert "Signed with S/MIME" in page.text_of("li.article")
    card = page.text_of("section.invitation")
    assert card.startswith("Invitation Maintenance <b> When 1 Dec 2026, ")
    assert card.endswith("Where Cellar By Ann Invited bob@x.example")


def test_who_is_not_signed_in_gets_nothing_but_signed_pictures(app: Flask, world: World) -> None:
    article = world.ours.ticket.articles[0]
    stranger = app.test_client()
    for path in (
        f"/attachments/{article.attachments[0].public_id}",
        f"/attachments/{article.attachments[0].public_id}/preview",
        f"/attachments/{article.attachments[0].public_id}/mail",
        f"/articles/{article.public_id}/html",
        f"/articles/{article.public_id}/quoted",
        f"/articles/{article.public_id}/raw",
    ):
        assert stranger.get(path).status_code in (302, 303, 401)
    assert stranger.get("/remote-image/made-up").status_code == 404
