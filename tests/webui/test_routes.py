"""Every route with everybody: nobody, guests, staff of other groups, staff, the owner, and a stranger.

The table names each route once with whom it lets in; a route that it does not name fails the test.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import canned, customers, groups, remote, systems
from gateway.rules.access import Actor, Role
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import (
    Article,
    Attachment,
    CannedReply,
    Contact,
    Customer,
    CustomerGroup,
    Mailbox,
    Record,
    Staff,
    table,
)
from tests.admitting import add_guest, add_limited, add_person, cookie_of, group_of
from tests.systems import keys
from tests.webui.cast import World, mail
from tests.webui.invited import guest, invite
from tests.webui.pages import Page

TABLE = Path(__file__).with_name("routes.txt")
NUMBER = 3
"""Of a ticket of ours; the stranger has none of this number."""


@dataclass(frozen=True)
class Route:
    """A line of the table."""

    who: str
    method: str
    rule: str

    @property
    def is_api(self) -> bool:
        return self.rule.startswith("/api/")

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def routes() -> tuple[Route, ...]:
    """The table: who is let in, method, path.

    `anybody`; `token`; `self` is whoever is signed in; `guest`; `person` is who works here, `wide` who does
    so for every customer, `manager` the owner and admins, `owner` the
    owner alone; `both` are guests and whoever works here.
    """
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(Route(*line.split()) for line in lines if line and not line.startswith("#"))


ROUTES = routes()
WHO = {"anybody", "token", "self", "guest", "both", "person", "wide", "manager", "owner"}
BODIES: Mapping[str, dict[str, Any]] = {
    "/api/v1/articles/<id>/discard": {"recipient": "ann@customer.example"},
    "/api/v1/articles/<id>/dismiss": {"recipient": "ann@customer.example"},
    "/api/v1/articles/<id>/resend": {"recipient": "ann@customer.example"},
    "/api/v1/articles/<id>/forward": {"to": ["bob@customer.example"]},
    "/api/v1/contacts/<id>/merge": {"into": "x" * 24},
    "/api/v1/customers/<id>/contacts": {"address": "bob@customer.example"},
    "/api/v1/groups/<id>": {"name": "North"},
    "/api/v1/tickets/<number>/articles": {"kind": "note", "text": "Hello"},
    "/api/v1/tickets/<number>/merge": {"into": 1},
    "/people/invite": {"ticket": str(NUMBER)},
    "/mailboxes/<public_id>/hours": {"zone": "UTC"},
    "/mailboxes/<public_id>/outgoing": {
        "host": "mail.example",
        "security": "tls",
        "auth": "password",
        "username": "help",
        "secret": "x",
        "sender": "ours",
        "max_connections": "2",
        "mails_per_minute": "0",
    },
    "/mailboxes/<public_id>/settings": {"locale": "en", "reopen_days": "30", "silence_hours": "0"},
    "/bulk": {"n": str(NUMBER), "status": "closed"},
    "/api/v1/systems/<id>": {"name": "Server"},
    "/t/<number>/link": {"other": "1"},
    "/t/<number>/merge": {"into": "1"},
    "/t/<number>/priority": {"priority": "2"},
    "/t/<number>/sleep": {"wake": "1"},
    "/t/<number>/subject": {"subject": "Other"},
    "/t/<number>/tags": {"tags": "red"},
    "/t/<number>/unlink": {"other": "1"},
    "/views": {"name": "Red", "query": "red"},
    "/t/<number>/status": {"status": "closed"},
}
"""What must be sent along so that the id is looked at; elsewhere it is looked at first."""


_NOT_STAFF = ("manager", "owner")


def plain(rule: str) -> str:
    """A rule without the bounds of its numbers."""
    return re.sub(r"<int\([^)]*\):number>", "<number>", rule)


@pytest.fixture
def ids(world: World, settings: Settings) -> Mapping[str, str]:
    """Of each kind of thing one of ours, by the word of its path."""
    ours, now = world.ours, clock.now()
    for number in range(NUMBER):
        ours.receive(mail(f"Ticket {number}", f"Text {number}"))
    with session.transaction() as db:
        canned.create(db, ours.actor, name="Hello", text="Dear", now=now)
        customers.create(db, ours.actor, name="Acme", now=now)
        groups.create(db, ours.actor, name="North", now=now)
    invitation, _ = invite(ours, guest())
    kinds: Mapping[str, type[Record]] = {
        "articles": Article,
        "attachments": Attachment,
        "canned": CannedReply,
        "canned-replies": CannedReply,
        "contacts": Contact,
        "customers": Customer,
        "groups": CustomerGroup,
        "mailboxes": Mailbox,
        "people": Staff,
        "staff": Staff,
    }
    found: dict[str, str] = {}
    with session.reading() as db:
        for word, kind in kinds.items():
            columns = table(kind).c
            mine = select(columns.public_id).where(columns.account_id == ours.account_id)
            found[word] = db.execute(mine.order_by(columns.id)).scalars().all()[0]
    found["invitations"] = invitation
    with session.transaction() as db:
        made = remote.make(db, ours.actor, NUMBER, scopes=(), key=settings.key(), now=now)
        acme = customers.create(db, ours.actor, name="Beta", now=now)
        code = systems.make_code(db, ours.actor, acme, key=settings.key(), now=now).code
        system = systems.enrol(db, keys().enrolment(code), key=settings.key(), now=now)
    found |= {"remote-sessions": made.public_id, "systems": system.public_id}
    return found | {"quarantine": "x" * 24, "contact-merges": "x" * 24, "remote-image": "x"}


@pytest.fixture
def staff(app: Flask, world: World) -> FlaskClient:
    """The browser of a colleague who is no admin."""
    key = add_person(world.ours.account_id, Role.STAFF)
    return signed_in(app, Actor(world.ours.account_id, Role.STAFF, key))


def call(
    browser: FlaskClient, route: Route, ids: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> TestResponse:
    words = [word for word in route.rule.split("/") if word not in ("", "api", "v1")]
    path = route.rule.replace("<number>", str(NUMBER)).replace("<path:filename>", "css/app.css")
    if "<public_id>" in path and "canned" in words:
        path = path.replace("<public_id>", ids["canned"])
    if "remote" in words:
        path = path.replace("<public_id>", ids["remote-sessions"])
    if words[:2] == ["people", "invitations"]:
        path = path.replace("<public_id>", ids["invitations"])
    path = re.sub(r"<\w+>", ids.get(words[0], "x") if words else "x", path)
    body = BODIES.get(route.rule, {})
    if route.is_api:
        json = None if route.method in ("GET", "DELETE") else body
        return browser.open(path, method=route.method, json=json, headers=dict(headers or {}))
    if route.method == "POST":
        page = browser.get("/account")
        token = Page(page if page.status_code == 200 else browser.get("/sign-in")).token
        body = {"csrf_token": token, **body}
    return browser.open(path, method=route.method, data=body)


def test_the_table_names_every_route_and_no_other(app: Flask) -> None:
    known = {
        f"{method} {plain(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert known == {str(route) for route in ROUTES}
    assert {route.who for route in ROUTES} == WHO


def test_nobody_gets_in(app: Flask, ids: Mapping[str, str]) -> None:
    let_in = []
    for route in ROUTES:
        answer = call(app.test_client(), route, ids)
        if route.is_api:
            is_refused = answer.status_code == 401
        else:
            is_refused = answer.status_code == 303 and answer.location.startswith("/sign-in?next=")
        let_in += [] if is_refused else [route]
    assert [str(route) for route in let_in if route.who != "anybody"] == []


def test_a_strangers_thing_is_not_there(app: Flask, world: World, ids: Mapping[str, str]) -> None:
    browser = app.test_client()
    browser.set_cookie("session", world.stranger.cookie)
    with_id = [route for route in ROUTES if "<" in route.rule and route.who != "anybody"]
    told = {str(route): call(browser, route, ids, world.stranger.headers).status_code for route in with_id}
    assert {route: status for route, status in told.items() if status != 404} == {}
    assert len(told) > 50


def test_what_is_for_owner_and_admins_is_denied_to_staff(
    staff: FlaskClient, browser: FlaskClient, ids: Mapping[str, str]
) -> None:
    for_managers = [route for route in ROUTES if route.who in _NOT_STAFF]
    denied = [route for route in for_managers if call(staff, route, ids).status_code == 403]
    assert list(map(str, denied)) == list(map(str, for_managers))
    reading = [route for route in ROUTES if route.who != "token" and route.method == "GET"]
    assert {str(r) for r in reading if call(browser, r, ids).status_code == 403} == set()
    refused = {str(r) for r in reading if call(staff, r, ids).status_code == 403}
    assert refused == {str(r) for r in reading if r.who in _NOT_STAFF}


def test_what_is_for_the_owner_is_denied_to_admins(staff: FlaskClient, ids: Mapping[str, str]) -> None:
    """The person who is named is the owner, to whom admins do nothing."""
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.role == Role.STAFF.value).values(role=Role.ADMIN.value))
    closed = {str(r) for r in ROUTES if r.who in _NOT_STAFF and call(staff, r, ids).status_code == 403}
    owners = {str(r) for r in ROUTES if r.who == "owner"}
    assert owners <= closed
    assert {route for route in closed - owners if "/people/<public_id>" not in route} == set()


def test_staff_may_do_whatever_is_for_people(staff: FlaskClient, ids: Mapping[str, str]) -> None:
    for_staff = {"self", "person", "wide", "both"}
    doing = [r for r in ROUTES if r.who in for_staff and r.method == "POST" and "sessions" not in r.rule]
    assert [str(route) for route in doing if call(staff, route, ids).status_code == 403] == []


def signed_in(app: Flask, by: Actor) -> FlaskClient:
    made = app.test_client()
    made.set_cookie("session", cookie_of(by, now=clock.now()))
    return made


def test_to_a_guest_there_are_their_own_pages_and_no_others(
    app: Flask, world: World, ids: Mapping[str, str]
) -> None:
    """Guest of ticket 2; what is named is of ticket 1 or 3."""
    browser = signed_in(app, add_guest(world.ours.account_id, ticket=2, may=["note", "answer"]))
    closed = [r for r in ROUTES if r.who in ("person", "wide", "manager", "both") and r.rule != "/"]
    closed += [r for r in ROUTES if r.who == "guest" and "<" in r.rule]
    told = {route.rule: call(browser, route, ids).status_code for route in closed}
    assert {rule for rule, status in told.items() if status != 404} == {"/account/security/demand"}
    assert browser.get("/").location == "/guest"
    opened = [r for r in ROUTES if r.who in ("self", "guest") and r.method == "GET" and "<" not in r.rule]
    assert {str(r) for r in opened if call(browser, r, ids).status_code >= 400} == set()


def test_what_is_shared_with_a_guest_opens(app: Flask, world: World, ids: Mapping[str, str]) -> None:
    browser = signed_in(app, add_guest(world.ours.account_id, ticket=1))
    assert browser.get("/guest/1").status_code == 200
    assert browser.get(f"/articles/{ids['articles']}/html").status_code == 200
    assert browser.get(f"/attachments/{ids['attachments']}").status_code == 200
    assert browser.get(f"/articles/{ids['articles']}/raw").status_code == 404


def test_to_staff_of_other_groups_nothing_is_there(app: Flask, world: World, ids: Mapping[str, str]) -> None:
    key, _ = group_of(world.ours.actor, "Nobody's")
    browser = signed_in(app, add_limited(world.ours.account_id, [key]))
    about_all = {"mailboxes", "canned"}
    closed = [r for r in ROUTES if r.who in ("person", "both", "wide") and "<" in r.rule]
    closed = [r for r in closed if r.rule.split("/")[1] not in about_all and "<token>" not in r.rule]
    told = {str(route): call(browser, route, ids).status_code for route in closed}
    assert {route: status for route, status in told.items() if status not in (403, 404)} == {}
    read = [r for r in closed if r.method == "GET" and r.who != "wide"]
    assert {str(r) for r in read if call(browser, r, ids).status_code != 404} == set()
    wide = [r for r in ROUTES if r.who == "wide" and "<" not in r.rule]
    assert {call(browser, r, ids).status_code for r in wide} == {403}
    for path in ("/", "/customers", "/contacts", "/groups", "/undelivered", "/?q=ticket"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Ticket 0" not in page.text
        assert "Acme" not in page.text


def _everything() -> dict[str, str]:
    """Each table with its rows."""
    with session.reading() as db:
        return {
            one.name: repr(db.execute(select(one).order_by(*one.primary_key)).all())
            for one in Record.metadata.sorted_tables
        }


def test_reading_changes_nothing(browser: FlaskClient, world: World, ids: Mapping[str, str]) -> None:
    before = _everything()
    for route in ROUTES:
        if route.method == "GET" and route.rule != "/readyz":
            assert call(browser, route, ids, world.ours.headers).status_code < 500, route
    after = _everything()
    assert [name for name in after if after[name] != before[name]] == []
