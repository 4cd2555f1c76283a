"""The pages of erasing: what would go, the password, how far it is, the receipt."""

import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway.clock import SystemClock
from gateway.outbound.erasing import Means, erase
from gateway.rules.access import Actor, Role
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Attachment, Contact, Customer, Erasure, Ticket
from tests.admitting import add_person
from tests.webui.cast import World, mail
from tests.webui.pages import Page
from tests.webui.signin.test_security import let_proof_lapse
from tests.webui.test_routes import signed_in

PAGE = "/account/erasures"


def send(browser: FlaskClient, **fields: str | list[str]) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(PAGE, data={"csrf_token": token, **fields})


def contact() -> str:
    with session.reading() as db:
        return db.execute(select(Contact.public_id).where(Contact.account_id == 1)).scalar_one()


def carry_out(settings: Settings) -> str:
    """What the worker does, long after the files were kept; the newest erasure's public id."""
    with session.reading() as db:
        key, public_id = db.execute(
            select(Erasure.id, Erasure.public_id).order_by(Erasure.id.desc()).limit(1)
        ).one()
    means = replace(Means.of(settings, SystemClock()), quiet=timedelta(days=-1))
    assert erase(key, means=means, is_stopping=lambda: False)
    return str(public_id)


def text(browser: FlaskClient, path: str, selector: str = "main") -> str:
    return " ".join(Page(browser.get(path)).text_of(selector).split())


def test_a_contact_is_erased_from_its_page(browser: FlaskClient, settings: Settings) -> None:
    person = contact()
    way = f"{PAGE}/new?kind=contact&of={person}"
    assert Page(browser.get(f"/contacts/{person}")).all(f"#erase a[href={way}]") != []
    shown = text(browser, way)
    assert "Erase: Ann Example" in shown
    assert "Tickets 1" in shown
    assert "Contacts 1" in shown
    answer = send(browser, kind="contact", of=person)
    assert answer.status_code == 303
    here = answer.location
    assert "it is listed what goes" in text(browser, here)
    assert f'hx-get="{here}/progress"' in browser.get(f"{here}/progress").text
    assert "under way" in text(browser, PAGE, "#erasures")
    assert browser.get(f"{here}/receipt").status_code == 404
    carry_out(settings)
    assert "hx-get" not in browser.get(f"{here}/progress").text
    assert "Done" in text(browser, here)
    assert "Tickets: 1" in text(browser, PAGE, "#erasures")
    got = browser.get(f"{here}/receipt")
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(got.text)["receipt"]["kind"] == "contact"
    assert browser.get("/t/1").status_code == 404
    assert browser.get(f"/contacts/{person}").status_code == 404


def test_a_customer_has_the_way_on_its_page(browser: FlaskClient) -> None:
    with session.transaction() as db:
        db.add(Customer(public_id="cust", account_id=1, name="Acme", created_at=SystemClock().now()))
    assert Page(browser.get("/customers/cust")).all(f"#erase a[href={PAGE}/new?kind=customer&of=cust]") != []
    assert "Erase: Acme" in text(browser, f"{PAGE}/new?kind=customer&of=cust")


def test_a_ticket_or_one_of_its_files_is_erased(
    browser: FlaskClient, settings: Settings, world: World
) -> None:
    world.ours.receive(mail("Another"))
    way = f"{PAGE}/new?kind=ticket&of=1"
    assert Page(browser.get("/t/1")).all(f"#panel a[href={way}]") != []
    shown = Page(browser.get(way))
    links = [link.get("href") for link in shown.all("#files a")]
    with session.reading() as db:
        files = (
            db.execute(select(Attachment.public_id).where(Attachment.account_id == 1).order_by(Attachment.id))
            .scalars()
            .all()
        )
    assert links == [f"{PAGE}/new?kind=attachment&of={one}" for one in files]
    assert "Übersicht “1”.html" in text(browser, str(links[-1]))
    send(browser, kind="attachment", of=files[-1])
    carry_out(settings)
    assert browser.get(f"/attachments/{files[-1]}").status_code == 404
    assert browser.get("/t/1").status_code == 200
    send(browser, kind="ticket", of="1")
    carry_out(settings)
    assert [browser.get(f"/t/{number}").status_code for number in (1, 2)] == [404, 200]


def test_tickets_of_a_time_are_erased(browser: FlaskClient, settings: Settings, world: World) -> None:
    with session.transaction() as db:
        old = SystemClock().now() - timedelta(days=800)
        db.execute(update(Ticket).values(updated_at=old))
    world.ours.receive(mail("New"))
    shown = text(browser, f"{PAGE}/new?kind=range&first=&last={old.date()}")
    assert "Tickets 1" in shown
    send(browser, kind="range", last=f"{old.date() - timedelta(days=2)}")
    carry_out(settings)
    assert browser.get("/t/1").status_code == 200
    send(browser, kind="range", last=f"{old.date() + timedelta(days=1)}")
    carry_out(settings)
    assert [browser.get(f"/t/{number}").status_code for number in (1, 2)] == [404, 200]


def test_where_there_is_nothing_nothing_can_be_begun(browser: FlaskClient) -> None:
    shown = browser.get(f"{PAGE}/new?kind=remote").text
    assert "There is nothing of this kind." in shown
    assert "Erase for good" not in shown


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("kind=range", 422, "Please say up to when."),
        ("kind=range&last=2026-02-30", 422, "There is no such day."),
        ("kind=range&last=9999-12-31", 422, "There is no such day."),
        ("kind=range&first=2026-03-02&last=2026-03-01", 422, "The end must be after the beginning."),
        ("kind=remote&first=0001-01-01x", 422, "There is no such day."),
        ("kind=contact&of=nobody", 404, ""),
        ("kind=ticket&of=x", 404, ""),
        ("kind=ticket&of=999", 404, ""),
        ("kind=account", 404, ""),
        ("kind=quarantine", 404, ""),
        ("kind=", 404, ""),
    ],
)
def test_what_is_none_is_said(browser: FlaskClient, query: str, status: int, says: str) -> None:
    answer = browser.get(f"{PAGE}/new?{query}")
    assert (answer.status_code, says in answer.text) == (status, True)


def test_the_same_twice_is_refused_in_words(browser: FlaskClient) -> None:
    send(browser, kind="ticket", of="1")
    answer = send(browser, kind="ticket", of="1")
    assert (answer.status_code, "This is being erased already." in answer.text) == (409, True)


def test_the_password_is_asked_for_again(browser: FlaskClient) -> None:
    let_proof_lapse()
    way = f"{PAGE}/new?kind=ticket&of=1"
    shown = Page(browser.get(way))
    assert "Erase for good" not in shown.text_of("main")
    (link,) = shown.all("main form a.button")
    assert str(link.get("href")).startswith("/prove?next=/account/erasures/new%3Fkind%3Dticket")
    answer = send(browser, kind="ticket", of="1")
    assert answer.location.startswith("/prove")
    with session.reading() as db:
        assert db.execute(select(Erasure.id)).all() == []


def test_others_messages_that_name_them_are_offered_and_go_if_ticked(
    browser: FlaskClient, settings: Settings, world: World
) -> None:
    bob = EmailMessage()
    bob["From"], bob["To"], bob["Subject"] = "bob@other.example", "help@ours.example", "For Ann"
    bob["Message-ID"] = "<b@other.example>"
    bob.set_content("Please write to ann@customer.example as well.\n")
    world.ours.receive(bob)
    shown = Page(browser.get(f"{PAGE}/new?kind=contact&of={contact_of('Ann Example')}"))
    (box,) = shown.all("#quoted input")
    assert box.get("checked") is None
    assert "#2" in shown.text_of("#quoted")
    send(browser, kind="contact", of=contact_of("Ann Example"), quoted=[str(box.get("value"))])
    carry_out(settings)
    assert "ann@customer.example" not in browser.get("/t/2").text


def contact_of(name: str) -> str:
    with session.reading() as db:
        found = select(Contact.public_id).where(Contact.account_id == 1, Contact.name == name)
        return db.execute(found).scalar_one()


def test_staff_see_no_way_and_have_none(app: Flask, browser: FlaskClient, world: World) -> None:
    person = contact()
    staff = signed_in(app, Actor(1, Role.STAFF, add_person(1, Role.STAFF), "sam"))
    assert "account/erasures" not in staff.get("/t/1").text
    assert "account/erasures" not in staff.get(f"/contacts/{person}").text
    assert staff.get(f"{PAGE}/new?kind=ticket&of=1").status_code == 403
    assert browser.get(PAGE).status_code == 200


def test_the_page_looks_again_until_it_is_done(page: BrowserPage, served: str, settings: Settings) -> None:
    assert served
    page.goto(f"{PAGE}/new?kind=ticket&of=1")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator("#erasure")).to_contain_text("Under way")
    carry_out(settings)
    expect(page.get_by_role("link", name="Download the receipt")).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("link", name="Download the receipt").click()
    assert json.loads(got.value.path().read_text())["receipt"]["kind"] == "ticket"
