"""Creating an account: by anybody, by invitation, or not at all."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import people, signupinvitations
from gateway.desk.signupinvitations import Invited
from gateway.rules.throttling import MOST, Counted
from gateway.settings import Settings
from gateway.store.models import Account, Staff
from gateway.store.session import reading, transaction
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page
from tests.webui.signin.test_letters import letters
from webui.app import create_app

NEW = {"login": "smith", "email": "s@smith.example", "password": PASSWORD}
INVITED = "/sign-up/invited"


def send(browser: FlaskClient, page: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/sign-in")).token
    return browser.post(page, data={"csrf_token": token, **fields})


def with_mode(settings: Settings, mode: str) -> FlaskClient:
    return create_app(settings.with_values(public_sign_up=mode)).test_client()


def invite() -> Invited:
    with transaction() as db:
        return signupinvitations.invite(db, "guest@firm.example", now=clock.now())


def accounts() -> int:
    with reading() as db:
        return db.execute(select(func.count()).select_from(Account)).scalar_one()


def owner(login: str) -> Staff:
    with reading() as db:
        row = db.execute(select(Staff).where(Staff.login == login)).scalar_one()
        db.expunge(row)
        return row


def test_an_account_begins_with_three_fields_and_the_guided_start(
    client: FlaskClient, database: None
) -> None:
    answer = send(client, "/sign-up", **NEW)
    assert (answer.status_code, answer.location) == (303, "/start")
    page = Page(client.get("/start/business"))
    with reading() as db:
        made = people.get_account(db, "smith")
    assert page.text_of("#account-id") == made.public_id
    assert page.one("#business").get("value") == ""
    assert "s@smith.example" in page.text_of(".banner")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("login", "?", "A login has 2 to 100"),
        ("login", "ours", "This login is taken."),
        ("email", "nobody", "not a valid e-mail"),
        ("password", "short", "A password has 10"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, world: World, field: str, value: str, said: str
) -> None:
    answer = send(client, "/sign-up", **(NEW | {field: value}))
    assert answer.status_code in (409, 422)
    page = Page(answer)
    assert said in page.text_of("#wrong")
    assert page.one(f"#{field}").get("aria-invalid") == "true"
    kept = "login" if field == "email" else "email"
    assert page.one(f"#{kept}").get("value") == (NEW | {field: value})[kept]
    assert page.one("#password").get("value") is None


@pytest.mark.parametrize(
    ("mode", "said"), [("closed", "has closed it for new accounts"), ("invitation", "have an invitation")]
)
def test_where_not_everybody_may_a_page_says_so_and_has_no_form(
    settings: Settings, world: World, mode: str, said: str
) -> None:
    browser, before = with_mode(settings, mode), accounts()
    page = Page(browser.get("/sign-up"))
    assert said in page.text_of("main")
    assert page.all("main form") == []
    assert "/sign-up" not in browser.get("/sign-in").text
    refused = send(browser, "/sign-up", **NEW)
    assert (refused.status_code, accounts()) == (403, before)
    assert said in Page(refused).text_of("main")


def test_where_sign_up_is_closed_an_older_invitation_opens_nothing(settings: Settings, world: World) -> None:
    browser, before, invited = with_mode(settings, "closed"), accounts(), invite()
    assert Page(browser.get(INVITED)).all("main form") == []
    assert send(browser, INVITED, code=invited.secret, login="smith", password=PASSWORD).status_code == 403
    assert accounts() == before


@pytest.mark.parametrize("mode", ["invitation", "open"])
@pytest.mark.parametrize("is_mailed", [True, False])
def test_who_was_invited_gets_the_address_of_the_invitation(
    settings: Settings, world: World, mode: str, *, is_mailed: bool
) -> None:
    browser, invited = with_mode(settings, mode), invite()
    secret = invited.mailed_secret if is_mailed else invited.secret
    link = signupinvitations.link("http://127.0.0.1:8080", secret)
    answer = send(browser, INVITED, code=link, login="Smith", password=PASSWORD, email="other@evil.example")
    assert (answer.status_code, answer.location) == (303, "/start")
    made = owner("smith")
    assert made.email == "guest@firm.example"
    assert (made.email_confirmed_at is not None) is is_mailed
    assert [to for to, _ in letters(world.ours.blobs)] == ([] if is_mailed else ["guest@firm.example"])
    assert browser.get("/start/business").status_code == 200


def test_an_invitation_is_used_up_by_its_account_alone(settings: Settings, world: World) -> None:
    browser, invited = with_mode(settings, "invitation"), invite()
    assert browser.get(INVITED).status_code == 200
    taken = send(browser, INVITED, code=invited.secret, login="ours", password=PASSWORD)
    assert taken.status_code == 409
    page = Page(taken)
    assert "This login is taken." in page.text_of("#wrong")
    assert page.one("#code").get("value") == invited.secret
    send(browser, INVITED, code=invited.secret, login="smith", password=PASSWORD)
    again = with_mode(settings, "invitation")
    used = send(again, INVITED, code=invited.secret, login="other", password=PASSWORD)
    assert used.status_code == 404
    assert "used or is too old" in Page(used).text_of("#wrong")


def test_guessing_invitations_ends_soon(app: Flask, world: World) -> None:
    browser = app.test_client()
    told = {
        send(browser, INVITED, code="x", login="smith", password=PASSWORD).status_code
        for _ in range(MOST[Counted.SECRET] + 1)
    }
    assert told == {404, 429}


@pytest.mark.parametrize("path", ["/sign-up", INVITED])
def test_a_form_without_its_token_makes_no_account(client: FlaskClient, world: World, path: str) -> None:
    before = accounts()
    assert client.post(path, data=NEW | {"code": invite().secret}).status_code == 400
    assert accounts() == before
