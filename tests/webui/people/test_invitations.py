"""The pages of invitations."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import customers, groups
from gateway.mail.parse import parse
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import AutomaticMail, Delivery, Invitation, Staff
from tests.admitting import add_person, cookie_of, invitation_row
from tests.webui.cast import Business, World
from tests.webui.pages import Page
from tests.webui.signin.test_security import let_proof_lapse

LIST, INVITE = "/people/invitations", "/people/invite"
IDA, KIM = "ida@freelance.example", "kim@ours.example"
TODAY = clock.now().astimezone().date()


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def mailed(business: Business) -> list[tuple[str, str]]:
    """To whom invitations were mailed, and the secret in each."""
    with session.reading() as db:
        owed = db.execute(select(Delivery.recipient, Delivery.raw_sha256).order_by(Delivery.id)).all()
    texts = [(to, parse(business.blobs.read(raw or ""), detect_type=detect_type).text) for to, raw in owed]
    return [
        (to, found[1]) for to, text in texts if (found := re.search(r"http://\S+/invitation#(\S+)", text))
    ]


def invitation() -> Invitation:
    with session.reading() as db:
        found = db.execute(select(Invitation).order_by(Invitation.id.desc())).scalars().first()
        assert found is not None
        db.expunge(found)
        return found


def as_staff(app: Flask, world: World) -> FlaskClient:
    """The browser of a colleague who is no admin."""
    key = add_person(world.ours.account_id, Role.STAFF)
    made = app.test_client()
    made.set_cookie("session", cookie_of(Actor(world.ours.account_id, Role.STAFF, key), now=clock.now()))
    return made


def test_a_colleague_is_invited_listed_sent_another_link_and_revoked(
    browser: FlaskClient, world: World
) -> None:
    assert "Nobody is invited yet" in Page(browser.get(LIST)).text_of(".empty")
    answer = send(browser, INVITE, address=KIM, first_name="Kim", role="staff", sees="all", locale="de")
    assert answer.location == f"{LIST}?sent=1"
    page = Page(browser.get(answer.location))
    assert page.text_of(".alert") == "The invitation is on its way."
    assert page.text_of(".held h2") == "Kim"
    assert [word for word in (KIM, "Staff", "not accepted yet") if word not in page.text_of(".held")] == []
    path = f"{LIST}/{invitation().public_id}"
    assert send(browser, f"{path}/resend").location == f"{LIST}?sent=1"
    (first, second) = mailed(world.ours)
    assert (first[0], second[0], first[1] != second[1]) == (KIM, KIM, True)
    assert first[1] not in browser.get(path).text
    assert send(browser, f"{path}/revoke").location == f"{LIST}?revoked=1"
    page = Page(browser.get(f"{LIST}?state=revoked"))
    assert ("revoked" in page.text_of(".held"), page.all(".held button")) == (True, [])
    assert send(browser, f"{path}/resend").status_code == 409
    assert Page(browser.get(f"{LIST}?state=open")).all(".held") == []


def test_a_guest_is_invited_from_the_ticket_and_may_do_more_later(browser: FlaskClient, world: World) -> None:
    path = f"{INVITE}?ticket=1"
    assert [a.get("href") for a in Page(browser.get("/t/1")).all(".panel a")][-1] == path
    page = Page(browser.get(path))
    assert (page.one("[name=ticket]").get("value"), "#1 Look at this" in page.text_of("h2")) == ("1", True)
    send(browser, INVITE, ticket="1", address=IDA, may_note="on", until=TODAY.isoformat())
    made = invitation()
    assert (made.address, made.may_note, made.may_answer, made.until is None) == (IDA, True, False, False)
    assert mailed(world.ours)[0][0] == IDA
    path = f"{LIST}/{made.public_id}"
    page = Page(browser.get(path))
    assert page.one("[name=until]").get("value") == TODAY.isoformat()
    assert page.one("[name=may_note]").get("checked") is not None
    assert send(browser, path, may_answer="on").location == f"{LIST}?changed=1"
    made = invitation()
    assert (made.may_note, made.may_answer, made.until) == (False, True, None)


def test_a_guest_is_invited_from_a_customer_and_from_a_group(browser: FlaskClient, world: World) -> None:
    now = clock.now()
    with session.transaction() as db:
        acme = customers.create(db, world.ours.actor, name="Acme", now=now)
        north = groups.create(db, world.ours.actor, name="North", now=now)
    for page, kind, key, name in (
        (f"/customers/{acme}", "customer", acme, "Acme"),
        (f"/groups/{north}", "group", north, "North"),
    ):
        path = f"{INVITE}?{kind}={key}"
        assert path in [a.get("href") for a in Page(browser.get(page)).all("a")]
        assert name in Page(browser.get(path)).text_of("h2")
        assert send(browser, INVITE, address=IDA, **{kind: key}).status_code == 303
        assert name in Page(browser.get(LIST)).text_of(".held")


def test_whoever_came_from_the_guided_start_goes_back_there(browser: FlaskClient) -> None:
    start = f"{INVITE}?next=/start/colleagues"
    assert 'name="next" value="/start/colleagues"' in browser.get(start).text
    asked = {"role": "staff", "sees": "all"}
    kim = send(browser, INVITE, address="kim@ours.example", **asked, next="/start/colleagues")
    assert kim.location == "/start/colleagues"
    eve = send(browser, INVITE, address="eve@ours.example", **asked, next="//evil.example")
    assert eve.location == "/"


def test_colleagues_are_given_groups_by_their_boxes(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        north = groups.create(db, world.ours.actor, name="North", now=clock.now())
    assert "North" in Page(browser.get(INVITE)).text_of("fieldset")
    send(browser, INVITE, address=KIM, role="staff", sees="groups", groups=north)
    assert (invitation().sees_all, len(invitation().groups)) == (False, 1)
    assert "Staff · North" in Page(browser.get(LIST)).text_of(".held")


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"address": "nobody", "role": "staff"}, 422, "valid e-mail address"),
        ({"address": KIM, "role": "owner"}, 422, "as admin or as staff"),
        ({"address": KIM, "role": "staff", "sees": "groups"}, 422, "at least one group"),
        ({"address": "owner@ours.example", "role": "staff"}, 409, "works here already"),
        ({"address": IDA, "ticket": "1", "until": "2020-01-01"}, 422, "from today on"),
        ({"address": IDA, "ticket": "1", "until": "soon"}, 422, "from today on"),
    ],
)
def test_what_cannot_be_taken_comes_back_as_it_was_typed(
    browser: FlaskClient, world: World, fields: dict[str, str], status: int, words: str
) -> None:
    answer = send(browser, INVITE, first_name="Ida", **fields)
    page = Page(answer)
    assert (answer.status_code, words in page.text_of("#wrong")) == (status, True)
    assert page.one("[name=address]").get("value") == fields["address"]
    assert page.one("[name=first_name]").get("value") == "Ida"
    assert (page.all("[name=ticket]") != []) == ("ticket" in fields)
    assert mailed(world.ours) == []


def test_what_cannot_be_changed_is_told_on_its_page(browser: FlaskClient) -> None:
    send(browser, INVITE, address=IDA, ticket="1")
    path = f"{LIST}/{invitation().public_id}"
    answer = send(browser, path, until="2020-01-01", may_note="on")
    page = Page(answer)
    assert (answer.status_code, "from today on" in page.text_of("#wrong")) == (422, True)
    assert (page.one("[name=until]").get("value"), invitation().may_note) == ("2020-01-01", False)


def test_too_many_are_told_with_the_time_to_wait(browser: FlaskClient) -> None:
    send(browser, INVITE, address=IDA, ticket="1")
    path = f"{LIST}/{invitation().public_id}/resend"
    answers = [send(browser, path) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 303, 429]
    assert "too many invitations" in Page(answers[-1]).text_of("#wrong")
    with session.transaction() as db:
        db.execute(delete(AutomaticMail))
    assert send(browser, path).status_code == 303


def test_staff_invite_guests_to_tickets_and_see_what_they_sent(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    staff = as_staff(app, world)
    send(browser, INVITE, address=KIM, role="staff", sees="all")
    owners = invitation().public_id
    page = Page(staff.get(INVITE))
    assert (page.all("[name=role]"), "Open the ticket" in page.text_of(".main")) == ([], True)
    assert send(staff, INVITE, address="x@y.example", role="staff", sees="all").status_code == 403
    assert send(staff, INVITE, address=IDA, ticket="1").status_code == 303
    mine = invitation().public_id
    assert KIM not in staff.get(LIST).text
    for path in (f"{LIST}/{owners}", f"{LIST}/{owners}/revoke", f"{LIST}/{owners}/resend"):
        assert send(staff, path).status_code == 404
    assert send(staff, f"{LIST}/{mine}/revoke").status_code == 303
    assert {one.get("href") for one in Page(staff.get("/customers")).all("a")}.isdisjoint({INVITE})
    with session.transaction() as db:
        acme = customers.create(db, world.ours.actor, name="Acme", now=clock.now())
    assert staff.get(f"{INVITE}?customer={acme}").status_code == 403
    assert "Invite a guest" not in staff.get(f"/customers/{acme}").text


@pytest.mark.parametrize("target", ["ticket=9", "ticket=x", "customer=x", "group=x"])
def test_what_is_not_there_cannot_be_shared(browser: FlaskClient, target: str) -> None:
    assert browser.get(f"{INVITE}?{target}").status_code == 404
    kind, _, key = target.partition("=")
    assert send(browser, INVITE, address=IDA, **{kind: key}).status_code == 404


def test_a_strangers_ticket_cannot_be_shared(app: Flask, world: World) -> None:
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    assert stranger.get(f"{INVITE}?ticket=1").status_code == 404
    assert send(stranger, INVITE, address=IDA, ticket="1").status_code == 404
    assert mailed(world.ours) == []


def test_the_password_is_asked_for_again_to_let_somebody_in_and_not_to_take_it_away(
    browser: FlaskClient,
) -> None:
    send(browser, INVITE, address=IDA, ticket="1")
    path = f"{LIST}/{invitation().public_id}"
    let_proof_lapse()
    assert browser.get(f"{INVITE}?ticket=1").location == "/prove?next=/people/invite%3Fticket%3D1"
    for asked in (INVITE, path, f"{path}/resend"):
        assert send(browser, asked, address=IDA).location.startswith("/prove?next=")
    assert send(browser, f"{path}/revoke").location == f"{LIST}?revoked=1"


def test_who_has_not_confirmed_their_address_is_told_so(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=None))
    answer = send(browser, INVITE, address=KIM, role="staff", sees="all")
    assert (answer.status_code, "confirm your e-mail" in Page(answer).text_of("#wrong")) == (403, True)
    assert mailed(world.ours) == []


def test_a_long_list_goes_on_and_keeps_its_state(browser: FlaskClient, world: World) -> None:
    now = clock.now()
    rows = [
        invitation_row(
            world.ours.account_id, f"i{number}", created_at=now, expires_at=now + timedelta(days=1)
        )
        for number in range(51)
    ]
    with session.transaction() as db:
        db.execute(insert(Invitation), rows)
    page = Page(browser.get(f"{LIST}?state=open"))
    assert len(page.all(".held li")) == 50
    older = page.one("[rel=next]").get("href") or ""
    assert older.startswith(f"{LIST}?state=open&after=")
    assert [e.text_content() for e in Page(browser.get(older)).all(".held h2")] == ["i0@ours.example"]
