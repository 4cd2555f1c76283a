"""The page of an invitation: seen before it is accepted, accepted once, and no way into anybody else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import customers, groups, invitations, mailedlinks, passwords, signin
from gateway.rules.access import Role
from gateway.rules.invitations import Rights
from gateway.rules.throttling import MOST, Counted
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Account, Invitation, Knock, Staff
from tests.webui.cast import PASSWORD, World
from tests.webui.invited import IDA, guest, invite, staff
from tests.webui.pages import Page
from tests.webui.signin.test_letters import statements
from webui.app import create_app

PAGE, ACCEPT = "/invitation", "/invitation/accept"
NEW = {"first_name": "Ida", "last_name": "Inger", "login": "ida", "password": PASSWORD}


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get(PAGE)).token
    return browser.post(path, data={"csrf_token": token, **fields})


def person(login: str) -> Staff:
    with session.reading() as db:
        found = db.execute(select(Staff).where(Staff.login == login)).scalar_one()
        db.expunge(found)
        return found


@pytest.fixture
def ida(client: FlaskClient, world: World) -> Staff:
    """A guest who has accepted, signed in in `client`."""
    _, secret = invite(world.ours, guest())
    assert send(client, ACCEPT, code=secret, **NEW).status_code == 303
    return person("ida")


def test_a_guest_sees_what_it_is_and_joins(client: FlaskClient, world: World) -> None:
    today = clock.now().astimezone().date()
    _, secret = invite(world.ours, guest(rights=Rights(may_note=True), until=today))
    assert client.get(PAGE).status_code == 200
    answer = send(client, PAGE, code=f"http://desk.localhost/invitation#{secret}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    page = Page(answer)
    facts = page.text_of(".facts")
    assert page.text_of("h1") == "ours invites you"
    told = ("ours", IDA, "#1 Look at this", "read, write notes", str(today.year))
    assert [word for word in told if word not in facts] == []
    assert page.one("#login").get("value") == IDA
    assert page.one("#first_name").get("value") == "Ida"
    answer = send(client, ACCEPT, code=secret, **NEW)
    assert (answer.status_code, answer.location) == (303, "/guest")
    made = person("ida")
    assert (made.role, made.email, made.email_confirmed_at is not None) == ("guest", IDA, True)
    assert passwords.check(made.password_hash, PASSWORD)


def test_a_colleague_joins_with_what_they_say_of_themselves_and_is_signed_in(
    client: FlaskClient, world: World
) -> None:
    _, secret = invite(world.ours, staff(role=Role.ADMIN))
    page = Page(send(client, PAGE, code=secret))
    assert "Admin" in page.text_of(".facts")
    assert page.one("#login").get("value") == "kim"
    more = {"salutation": "Dr.", "company": "Klein Ltd", "postal_address": "1 High Street\r\nTown"}
    answer = send(client, ACCEPT, code=secret, **NEW | more | {"login": "kim"})
    assert answer.location == "/"
    assert client.get("/").status_code == 200
    made = person("kim")
    assert (made.role, made.salutation, made.company) == ("admin", "Dr.", "Klein Ltd")
    assert (made.postal_address, made.sees_all) == ("1 High Street\nTown", True)


def test_who_is_given_groups_is_told_so(client: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        north = groups.create(db, world.ours.actor, name="North", now=clock.now())
    _, secret = invite(world.ours, staff(sees_all=False, groups=(north,)))
    assert "the groups that you are given" in Page(send(client, PAGE, code=secret)).text_of(".facts")


@pytest.mark.parametrize("kind", ["customer", "group"])
def test_a_guest_of_a_customer_or_a_group_is_told_its_name(
    client: FlaskClient, world: World, kind: str
) -> None:
    with session.transaction() as db:
        make = customers.create if kind == "customer" else groups.create
        made = make(db, world.ours.actor, name="North", now=clock.now())
    _, secret = invite(world.ours, guest(ticket=None, **{kind: made}))
    assert "North" in Page(send(client, PAGE, code=secret)).text_of(".facts")


def test_a_link_is_used_once_and_every_link_that_is_none_gets_the_same_answer(
    client: FlaskClient, world: World, app: Flask
) -> None:
    _, used = invite(world.ours, guest())
    send(client, ACCEPT, code=used, **NEW)
    revoked_id, revoked = invite(world.ours, staff())
    _, expired = invite(world.ours, staff("old@ours.example"))
    with session.transaction() as db:
        invitations.revoke(db, world.ours.actor, revoked_id, now=clock.now())
        old = update(Invitation).where(Invitation.address == "old@ours.example")
        db.execute(old.values(expires_at=clock.now()))
    told, asked = set(), set()
    for secret in (used, revoked, expired, "never was", ""):
        browser = app.test_client()
        for path, fields in ((PAGE, {}), (ACCEPT, NEW | {"login": "eve"})):
            Page(browser.get(PAGE))
            with statements() as seen:
                answer = send(browser, path, code=secret, **fields)
            told.add((answer.status_code, Page(answer).text_of("#wrong")))
            asked.add((path, tuple(seen)))
    assert [status for status, _ in told] == [404]
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("changed", "field", "status"),
    [
        ({"login": "x"}, "login", 422),
        ({"login": "ours"}, "login", 409),
        ({"password": "short"}, "password", 422),
        ({"first_name": ""}, "first_name", 422),
        ({"last_name": "x" * 101}, "last_name", 422),
        ({"company": "x" * 201}, "company", 422),
        ({"postal_address": "x" * 501}, "postal_address", 422),
    ],
)
def test_what_cannot_be_taken_comes_back_and_the_link_stays_good(
    client: FlaskClient, world: World, changed: dict[str, str], field: str, status: int
) -> None:
    _, secret = invite(world.ours, guest())
    answer = send(client, ACCEPT, code=secret, **NEW | changed)
    page = Page(answer)
    assert (answer.status_code, len(page.all("#wrong"))) == (status, 1)
    assert [e.get("name") for e in page.all("[aria-invalid=true]")] == [field]
    if field != "login":
        assert page.one("#login").get("value") == "ida"
    assert send(client, ACCEPT, code=secret, **NEW).status_code == 303


def test_who_has_the_address_already_signs_in_and_accepts_with_one_button(
    app: Flask, ida: Staff, world: World
) -> None:
    world.ours.receive(b"From: ann@customer.example\r\nSubject: Two\r\nMessage-ID: <2@x>\r\n\r\nTwo\r\n")
    _, secret = invite(world.ours, guest(ticket=2))
    browser = app.test_client()
    page = Page(send(browser, PAGE, code=secret))
    assert ("ida" in page.text_of("p"), page.all("#password")) == (True, [])
    onward = page.one(".button.primary").get("href") or ""
    assert onward == "/sign-in?next=/invitation/accept"
    assert send(browser, ACCEPT, code=secret, **NEW | {"login": "eve"}).status_code == 409
    token = Page(browser.get(onward)).token
    fields = {"csrf_token": token, "login": "ida", "password": PASSWORD, "next": ACCEPT}
    assert browser.post("/sign-in", data=fields).location == ACCEPT
    page = Page(browser.get(ACCEPT))
    assert ("signed in as ida" in page.text_of(".main, form"), page.all("#password")) == (True, [])
    code = page.one("[name=code]").get("value") or ""
    answer = send(browser, ACCEPT, code=code)
    assert (code, answer.location) == (secret, "/guest")
    assert browser.get(ACCEPT).location == PAGE
    with session.reading() as db:
        held = select(Invitation.id).where(Invitation.staff_id == ida.id)
        assert len(db.execute(held).all()) == 2


def test_who_is_signed_in_as_somebody_else_cannot_accept(browser: FlaskClient, world: World) -> None:
    _, secret = invite(world.ours, guest())
    page = Page(send(browser, PAGE, code=secret))
    assert ("signed in as ours" in page.text_of(".alert"), page.all("#password")) == (True, [])
    answer = send(browser, ACCEPT, code=secret, **NEW)
    assert (answer.status_code, "signed in as ours" in Page(answer).text_of(".alert")) == (403, True)
    with session.reading() as db:
        assert db.execute(select(Staff.id).where(Staff.email == IDA)).first() is None


def test_a_guest_who_is_here_may_become_a_colleague(client: FlaskClient, ida: Staff, world: World) -> None:
    _, secret = invite(world.ours, staff(IDA))
    assert send(client, ACCEPT, code=secret).location == "/"
    assert person("ida").role == "staff"


def test_the_session_is_a_new_one_and_a_form_of_before_is_worth_nothing(
    client: FlaskClient, world: World
) -> None:
    _, secret = invite(world.ours, staff())
    client.set_cookie("session", "planted")
    token = Page(client.get(PAGE)).token
    answer = client.post(ACCEPT, data={"csrf_token": token, "code": secret, **NEW})
    cookie = client.get_cookie("session")
    assert (answer.status_code, cookie is not None and cookie.value != "planted") == (303, True)
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 400


def test_where_a_second_factor_is_demanded_it_is_set_up_first(client: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Account).values(demands_second_factor=True))
    _, secret = invite(world.ours, staff())
    assert send(client, ACCEPT, code=secret, **NEW).location == "/"
    assert client.get("/").location == "/account/security?owed=1"


def test_a_new_person_can_ask_for_a_new_password_as_anybody(client: FlaskClient, ida: Staff) -> None:
    with session.reading() as db:
        assert [one.login for one in mailedlinks.find_readers(db, IDA)] == ["ida"]
        assert signin.find_credentials(db, "ida") is not None


def test_without_its_secret_there_is_nothing_to_go_on_with(client: FlaskClient, world: World) -> None:
    assert client.get(ACCEPT).location == PAGE
    client.set_cookie("invitation", "never was")
    assert client.get(ACCEPT).status_code == 404


@pytest.mark.parametrize("path", [PAGE, ACCEPT])
def test_wrong_links_without_end_are_not_looked_at(client: FlaskClient, world: World, path: str) -> None:
    send(client, path, code="wrong", **NEW)
    with session.transaction() as db:
        db.execute(update(Knock).values(times=MOST[Counted.SECRET]))
    _, secret = invite(world.ours, guest())
    assert send(client, path, code=secret, **NEW).status_code == 429


def test_over_tls_the_secret_is_kept_for_this_host_alone(
    settings: Settings, world: World, ida: Staff
) -> None:
    world.ours.receive(b"From: ann@customer.example\r\nSubject: Two\r\nMessage-ID: <2@x>\r\n\r\nTwo\r\n")
    _, secret = invite(world.ours, guest(ticket=2))
    safe = create_app(settings.with_values(base_url="https://desk.example")).test_client()
    where = {"base_url": "https://desk.example"}
    token = Page(safe.get(PAGE, **where)).token
    answer = safe.post(
        PAGE, data={"csrf_token": token, "code": secret}, headers={"Origin": "https://desk.example"}, **where
    )
    kept = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-invitation=")]
    assert len(kept) == 1
    assert [word for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/") if word not in kept[0]] == []


def test_no_log_names_a_secret_or_a_person(
    client: FlaskClient, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    _, secret = invite(world.ours, guest())
    send(client, PAGE, code=secret)
    send(client, ACCEPT, code="wrong-secret", **NEW)
    send(client, ACCEPT, code=secret, **NEW)
    said = "".join(capfd.readouterr())
    assert [word for word in (secret, "wrong-secret", IDA, "Inger", PASSWORD) if word in said] == []
