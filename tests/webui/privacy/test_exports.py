"""The page of exports: asked for, seen made, downloaded by whoever asked."""

import io
import json
import zipfile
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway.clock import SystemClock
from gateway.outbound.exporting import Bindery, make_export
from gateway.rules.access import Actor, Role
from gateway.settings import Settings
from gateway.store import session
from gateway.store.exportfiles import ExportFiles
from gateway.store.models import Contact, Customer, Export, Staff
from tests.admitting import add_person
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.webui.signin.test_security import another, let_proof_lapse
from tests.webui.test_routes import signed_in

PAGE = "/account/exports"


def send(browser: FlaskClient, path: str = PAGE, **fields: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def key() -> tuple[int, str]:
    with session.reading() as db:
        found = db.execute(select(Export.id, Export.public_id).order_by(Export.id.desc())).first()
        assert found is not None
        return found.id, found.public_id


def make(settings: Settings, world: World) -> str:
    """What the worker does; the newest export's public id."""
    export_id, public_id = key()
    bindery = Bindery(
        blobs=world.ours.blobs,
        files=ExportFiles(settings.blob_dir),
        clock=SystemClock(),
        mail_domain="desk.localhost",
        base_url="http://desk.localhost",
    )
    make_export(export_id, bindery=bindery, is_stopping=lambda: False)
    return public_id


def told(browser: FlaskClient, path: str = PAGE) -> str:
    return " ".join(Page(browser.get(path)).text_of("#exports").split())


def test_the_owner_takes_the_account_along(browser: FlaskClient, settings: Settings, world: World) -> None:
    assert PAGE in browser.get("/account/privacy").text
    assert "You have no export." in told(browser)
    assert send(browser, scope="account").location == PAGE
    assert "the whole account" in told(browser)
    assert "is being made" in told(browser)
    assert 'hx-get="/account/exports/progress"' in browser.get(f"{PAGE}/progress").text
    with session.transaction() as db:
        db.execute(update(Export).values(state="working", done=3, total=12))
    assert "25 %" in told(browser, f"{PAGE}/progress")
    with session.transaction() as db:
        db.execute(update(Export).values(state="waiting"))
    public_id = make(settings, world)
    page = browser.get(f"{PAGE}/progress").text
    assert "hx-get" not in page
    answer = browser.get(f"{PAGE}/{public_id}/download")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="account-20')
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert json.loads(packed.read("manifest.json"))["scope"] == "account"
        assert packed.testzip() is None
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_one_at_a_time_in_the_readers_language(browser: FlaskClient) -> None:
    send(browser, scope="account")
    token = Page(browser.get("/account")).token
    again = browser.post(PAGE, data={"csrf_token": token}, headers={"Accept-Language": "de"})
    assert again.status_code == 409
    assert "Ein Export von Ihnen wird gerade erstellt." in Page(again).text_of("#wrong")


def test_contact_and_customer_are_taken_along_from_their_pages(
    browser: FlaskClient, settings: Settings, world: World
) -> None:
    with session.reading() as db:
        contact = db.execute(select(Contact.public_id)).scalars().first()
    form = Page(browser.get(f"/contacts/{contact}"))
    fields = {one.get("name"): one.get("value") for one in form.all("#export input[type=hidden]")}
    assert (fields["scope"], fields["subject"]) == ("contact", contact)
    send(browser, scope="contact", subject=contact or "", notes="1")
    assert "Ann Example with internal notes" in told(browser)
    make(settings, world)
    with session.transaction() as db:
        db.add(Customer(public_id="cust", account_id=1, name="Acme", created_at=SystemClock().now()))
    assert Page(browser.get("/customers/cust")).all("#export form") != []
    send(browser, scope="customer", subject="cust")
    assert "Acme" in told(browser)


def test_it_is_removed_before_its_time(browser: FlaskClient, settings: Settings, world: World) -> None:
    send(browser, scope="account")
    public_id = make(settings, world)
    send(browser, f"{PAGE}/{public_id}/remove")
    assert "You have no export." in told(browser)
    assert browser.get(f"{PAGE}/{public_id}/download").status_code == 404
    assert ExportFiles(settings.blob_dir).list_ids() == frozenset()


def test_nobody_else_downloads_it(app: Flask, browser: FlaskClient, settings: Settings, world: World) -> None:
    send(browser, scope="account")
    path = f"{PAGE}/{make(settings, world)}/download"
    admin = Actor(world.ours.account_id, Role.ADMIN, add_person(world.ours.account_id, Role.ADMIN))
    assert another(app, world.stranger).get(path).status_code == 404
    assert signed_in(app, admin).get(path).status_code == 404
    assert app.test_client().get(path).location == f"/sign-in?next={path}"


def test_the_password_is_asked_for_before_it(browser: FlaskClient, settings: Settings, world: World) -> None:
    send(browser, scope="account")
    public_id = make(settings, world)
    let_proof_lapse()
    path = f"{PAGE}/{public_id}/download"
    assert browser.get(path).location == f"/prove?next={path}"
    assert (send(browser, scope="account").location or "").startswith("/prove?")


def test_who_is_the_owner_no_more_has_it_no_more(
    browser: FlaskClient, settings: Settings, world: World
) -> None:
    send(browser, scope="account")
    public_id = make(settings, world)
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.ADMIN.value))
    assert browser.get(f"{PAGE}/{public_id}/download").status_code == 403
    assert "Export the whole account" not in browser.get(PAGE).text


def test_after_a_week_it_is_gone(browser: FlaskClient, settings: Settings, world: World) -> None:
    send(browser, scope="account")
    public_id = make(settings, world)
    with session.transaction() as db:
        db.execute(update(Export).values(expires_at=SystemClock().now() - timedelta(seconds=1)))
    assert "You have no export." in told(browser)
    assert browser.get(f"{PAGE}/{public_id}/download").status_code == 404


def test_one_that_could_not_be_made_says_so(browser: FlaskClient) -> None:
    send(browser, scope="account")
    with session.transaction() as db:
        db.execute(update(Export).values(state="failed"))
    assert "It could not be made." in told(browser)


def test_a_page_that_is_open_shows_by_itself_that_it_is_ready(
    page: BrowserPage, settings: Settings, world: World
) -> None:
    page.goto(PAGE)
    page.get_by_role("button", name="Export the whole account").click()
    expect(page.locator("#exports")).to_contain_text("is being made")
    make(settings, world)
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=20_000)
