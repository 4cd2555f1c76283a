"""The page of what is stored."""

from flask.testing import FlaskClient
from sqlalchemy import update

from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import Staff
from tests.webui.cast import World
from tests.webui.pages import Page

PAGE = "/account/privacy"


def test_owner_and_admins_read_what_is_stored(browser: FlaskClient, world: World) -> None:
    assert PAGE in browser.get("/account").text
    page = Page(browser.get(PAGE))
    told = [" ".join(" ".join(one.itertext()).split()) for one in page.all("#customers summary")]
    (messages,) = (one for one in told if one.startswith("Messages and notes"))
    assert messages.startswith("Messages and notes 1 ")
    assert messages.endswith("· as long as its ticket")
    assert [one.text for one in page.all("#elsewhere dt")][:1] == ["Raw mail and files"]
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.ADMIN.value))
    assert browser.get(PAGE).status_code == 200


def test_it_speaks_german(browser: FlaskClient) -> None:
    answer = browser.get(PAGE, headers={"Accept-Language": "de"})
    assert "Was gespeichert ist" in answer.text
    assert "um Anfragen anzunehmen und zu beantworten" in answer.text


def test_staff_do_not_read_it(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.STAFF.value))
    assert PAGE not in browser.get("/account").text
    assert browser.get(PAGE).status_code == 403
