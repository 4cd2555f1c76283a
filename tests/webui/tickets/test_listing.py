"""The list's page."""

from flask.testing import FlaskClient
from sqlalchemy import event

from gateway import clock
from gateway.desk import views
from gateway.desk.views import NewView
from gateway.store import session
from tests.webui.cast import World, mail
from tests.webui.forms import send
from tests.webui.pages import Page
from webui.rail import SAVED


def test_a_new_mail_is_unread_until_somebody_has_looked(world: World, browser: FlaskClient) -> None:
    assert "unread" in (Page(browser.get("/")).one("li.row").get("class") or "")
    shown = Page(browser.get("/t/1")).one("[data-seen]").get("data-seen")
    assert send(browser, "/t/1/seen", article=shown).status_code == 204
    assert "unread" not in (Page(browser.get("/")).one("li.row").get("class") or "")
    assert send(browser, "/t/1/unread", list="/?view=mine").location == "/?view=mine"
    assert "unread" in (Page(browser.get("/")).one("li.row").get("class") or "")


def test_who_waits_longest_comes_first_and_the_order_can_be_another(
    world: World, browser: FlaskClient
) -> None:
    world.ours.receive(mail("Second"))
    assert [a.get("href") for a in Page(browser.get("/")).all("li.row a")] == ["/t/1", "/t/2"]
    newest = Page(browser.get("/?view=open&order=newest"))
    assert [a.get("href") for a in newest.all("li.row a")] == ["/t/2", "/t/1"]
    assert newest.one("#order option[selected]").get("value") == "newest"


def test_an_act_is_told_of_with_a_way_back(browser: FlaskClient) -> None:
    told = send(browser, "/bulk", n="1", status="closed").location
    toast = Page(browser.get(told)).one("form.toast")
    assert toast.get("action", "").startswith("/acts/")
    back = send(browser, toast.get("action") or "", back="/?view=open").location
    assert "Undone" in Page(browser.get(back)).text_of("form.toast")
    assert Page(browser.get("/")).one("li.row a").get("href") == "/t/1"


def test_nobody_is_told_of_anothers_act(world: World, browser: FlaskClient) -> None:
    assert Page(browser.get("/?done=nothing")).all("form.toast") == []


def test_what_stands_beside_a_search_is_not_read_again_for_the_next_one(browser: FlaskClient) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        asked.append(statement)

    browser.get("/?q=smokes")
    event.listen(session.engine(), "before_cursor_execute", note)
    found = Page(browser.get("/?q=look")).all("li.row")
    event.remove(session.engine(), "before_cursor_execute", note)
    assert found
    assert any("article_search" in one for one in asked)
    assert not any("FROM saved_view" in one for one in asked)


def test_a_saved_view_is_itself_also_when_words_stand_beside_it(world: World, browser: FlaskClient) -> None:
    with session.transaction() as db:
        made = views.create(db, world.ours.actor, NewView("Smoke", "smokes"), now=clock.now())
    page = Page(browser.get(f"/?view={SAVED}{made}&q=nowhere"))
    assert "#1" in page.text_of("li.row")
