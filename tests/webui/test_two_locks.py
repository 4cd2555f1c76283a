"""The pages on PostgreSQL: a query that forgot the account shows nothing of another, and all else works."""

from collections.abc import Mapping

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from werkzeug.test import TestResponse

from gateway import clock
from gateway.store import binding, session
from gateway.store.models import Contact, Customer, Mailbox, MailedLink, Ticket, WebSession
from tests.admitting import add_guest, cookie_of
from tests.webui.cast import PASSWORD, World, mail
from tests.webui.invited import guest, invite
from tests.webui.pages import Page
from webui.bridge import Told
from webui.later import Later


@pytest.fixture
def kind() -> str:
    """SQLite has no second lock."""
    return "postgresql"


def forgetful() -> dict[str, int]:
    """How many rows queries see that name no account: the planted fault."""
    with session.reading() as db:
        return {
            one.__tablename__: db.execute(select(func.count()).select_from(one)).scalar_one()
            for one in (Ticket, Contact, Mailbox, WebSession)
        }


@pytest.fixture
def planted(app: Flask) -> Flask:
    """The application with faults in it: a page and a route of the API that forgot the account."""
    app.add_url_rule("/planted", view_func=forgetful)
    return app


def seen(client: FlaskClient, path: str, headers: Mapping[str, str] | None = None) -> dict[str, int]:
    answer = client.get(path, headers=dict(headers or {}))
    found: dict[str, int] = answer.get_json()
    return found


def send(browser: FlaskClient, path: str, _form: str = "/account", **fields: str) -> TestResponse:
    token = Page(browser.get(_form)).token
    return browser.post(path, data={"csrf_token": token, **fields})


def test_a_page_that_forgot_the_account_shows_its_own_alone(planted: Flask, world: World) -> None:
    world.stranger.receive(mail())
    for business in (world.ours, world.stranger):
        browser = planted.test_client()
        browser.set_cookie("session", business.cookie)
        assert set(seen(browser, "/planted").values()) == {1}
    assert set(forgetful().values()) == {2}  # a request leaves nothing behind


def test_a_page_for_nobody_shows_nothing(planted: Flask, world: World) -> None:
    assert set(seen(planted.test_client(), "/planted").values()) == {0}
    wrong = planted.test_client()
    wrong.set_cookie("session", "made up")
    assert set(seen(wrong, "/planted").values()) == {0}


def test_the_api_is_bound_to_the_tokens_account(app: Flask, world: World) -> None:
    told: list[str] = []

    def listen(answer: Response) -> Response:
        told.append(binding.present())
        return answer

    app.after_request(listen)
    for headers in (world.ours.headers, world.stranger.headers, {"Authorization": "Bearer m4a_wrong"}, {}):
        app.test_client().get("/api/v1/tickets", headers=headers)
    assert told == [str(world.ours.account_id), str(world.stranger.account_id), "none", "none"]


def test_a_row_of_another_account_cannot_be_written(app: Flask, world: World) -> None:
    def write() -> str:
        values = {
            "public_id": "planted",
            "account_id": world.stranger.account_id,
            "name": "Planted",
            "created_at": clock.now(),
        }
        with session.transaction() as db:
            db.execute(insert(Customer), values)
        return ""

    app.add_url_rule("/planted", view_func=write)
    browser = app.test_client()
    browser.set_cookie("session", world.ours.cookie)
    assert browser.get("/planted").status_code == 500
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(Customer)).scalar_one() == 0


def test_what_is_done_beside_the_pages_is_bound_as_well(app: Flask, world: World) -> None:
    told: list[str] = []

    def work() -> Told:
        told.append(binding.present())
        return Told("200 OK", [])

    app.add_url_rule("/planted", view_func=lambda: Later(work))
    browser = app.test_client()
    browser.set_cookie("session", world.ours.cookie)
    browser.get("/planted")
    assert told == [str(world.ours.account_id)]


def test_the_whole_circle_works(client: FlaskClient) -> None:
    fields = {"login": "anna", "email": "anna@acme.example", "password": PASSWORD}
    assert send(client, "/sign-up", "/sign-up", **fields).status_code == 303
    assert "anna@acme.example" in client.get("/account").text
    box = send(client, "/mailboxes", address="help@acme.example").location
    assert client.get(box).status_code == 200
    assert send(client, "/customers", name="Smith", domains="smith.example").status_code == 303
    assert "Smith" in send(client, "/customers/export").text
    send(client, "/sign-out")
    assert client.get("/").status_code == 303
    back = send(client, "/sign-in", "/sign-in", login="anna", password=PASSWORD)
    assert (back.status_code, client.get("/").status_code) == (303, 200)
    checked = send(client, "/account/audit/check").location
    assert "the chain is whole" in client.get(checked).text
    send(client, "/forgotten", "/forgotten", login="anna")
    with session.reading() as db:
        links = db.execute(select(MailedLink.purpose).order_by(MailedLink.id)).scalars().all()
    assert links == ["confirm", "reset"]


def test_an_address_that_another_account_has_is_told_as_taken(browser: FlaskClient, world: World) -> None:
    answer = send(browser, "/mailboxes", address="help@stranger.example")
    assert (answer.status_code, "There is a mailbox with this address already." in answer.text) == (409, True)


def test_an_invitation_is_told_to_be_somebody_elses(app: Flask, world: World) -> None:
    _, secret = invite(world.ours, guest(address="ida@freelance.example"))
    theirs = app.test_client()
    theirs.set_cookie("session", world.stranger.cookie)
    answer = send(theirs, "/invitation", code=secret)
    assert "which this invitation is not for" in answer.text


def test_a_login_that_somebody_has_in_another_account_is_told_as_taken(browser: FlaskClient) -> None:
    fields = {"first_name": "O", "last_name": "Wner", "email": "owner@ours.example"}
    answer = send(browser, "/account/profile", login="stranger", **fields)
    assert (answer.status_code, "This login is taken." in answer.text) == (409, True)


def test_a_guest_reads_and_answers_what_is_shared(app: Flask, world: World) -> None:
    theirs = app.test_client()
    by = add_guest(world.ours.account_id, ticket=1, may=["answer"])
    theirs.set_cookie("session", cookie_of(by, now=clock.now()))
    answer = send(theirs, "/guest/1/articles", kind="reply", text="Is it in?")
    assert answer.status_code == 303
    assert "Is it in?" in theirs.get("/guest/1").text
    world.stranger.receive(mail())
    strangers = add_guest(world.stranger.account_id, ticket=1)
    theirs.set_cookie("session", cookie_of(strangers, now=clock.now()))
    assert "Is it in?" not in theirs.get("/guest/1").text
