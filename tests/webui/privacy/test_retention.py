"""The page of how long things are kept: seen before it holds, and then told by the inventory."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from gateway import clock
from gateway.rules.access import Role
from gateway.rules.retention import MAX_DAYS
from gateway.store import session
from gateway.store.models import Account, Staff, Ticket
from tests.webui.cast import World
from tests.webui.forms import send
from tests.webui.pages import Page

PAGE = "/account/retention"
FIELDS = ("closed", "spam", "quarantined", "remote")


def close(world: World, *, days_ago: int) -> None:
    with session.transaction() as db:
        ours = Ticket.account_id == world.ours.account_id
        values = {"status": "closed", "updated_at": clock.now() - timedelta(days=days_ago)}
        db.execute(update(Ticket).where(ours).values(**values))


def rules(world: World) -> tuple[int, ...]:
    with session.reading() as db:
        columns = Account.keep_closed_days, Account.keep_spam_days, Account.keep_quarantined_days
        mine = select(*columns, Account.keep_remote_days).where(Account.id == world.ours.account_id)
        return tuple(db.execute(mine).one())


def test_it_is_reached_from_what_is_stored_and_empty_at_first(browser: FlaskClient, world: World) -> None:
    assert PAGE in browser.get("/account/privacy").text
    page = Page(browser.get(PAGE))
    assert [page.one(f"#{name}").get("value") for name in FIELDS] == [""] * 4
    assert page.all("#first") == []
    assert "Days, from 1 to 7,300." in page.text_of("#rules")


def test_what_goes_is_seen_before_the_rules_hold(browser: FlaskClient, world: World) -> None:
    close(world, days_ago=30)
    page = Page(browser.get(f"{PAGE}?closed=30&spam=&quarantined=&remote=7"))
    assert "1 closed ticket" in page.text_of("#first")
    assert rules(world) == (0, 0, 0, 0)
    hidden = {name: page.one(f"#first [name={name}]").get("value") for name in FIELDS}
    assert hidden == {"closed": "30", "spam": "", "quarantined": "", "remote": "7"}
    answer = send(browser, PAGE, **hidden)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?saved=1")
    assert rules(world) == (30, 0, 0, 7)
    saved = Page(browser.get(answer.location))
    assert saved.one("#closed").get("value") == "30"
    again = Page(browser.get(f"{PAGE}?closed=30&remote=7"))
    assert "These rules hold already." in again.text_of("#first")
    assert again.all("#first form") == []


def test_where_nothing_goes_it_says_so(browser: FlaskClient, world: World) -> None:
    close(world, days_ago=3)
    assert "nothing goes" in Page(browser.get(f"{PAGE}?closed=30")).text_of("#first")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("0", 422),
        ("1", 200),
        (str(MAX_DAYS), 200),
        (str(MAX_DAYS + 1), 422),
        ("-1", 422),
        ("many", 422),
        ("9" * 40, 422),
    ],
)
def test_what_is_no_rule_is_said_at_its_field(
    browser: FlaskClient, world: World, field: str, typed: str, status: int
) -> None:
    answer = browser.get(f"{PAGE}?{field}={typed}")
    assert answer.status_code == status
    assert (Page(answer).one(f"#{field}").get("aria-invalid") == "true") == (status == 422)
    sent = send(browser, PAGE, **{field: typed})
    assert sent.status_code == (303 if status == 200 else 422)
    assert any(rules(world)) == (status == 200)


def test_the_inventory_tells_the_rules(browser: FlaskClient, world: World) -> None:
    send(browser, PAGE, closed="90", spam="1", quarantined="14", remote="30")
    page = Page(browser.get("/account/privacy"))
    told = [" ".join(" ".join(one.itertext()).split()) for one in page.all("summary")]

    def of(name: str) -> str:
        return next(one for one in told if one.startswith(name))

    both = "of closed tickets 90 days after the last activity; of spam 1 day after the last activity"
    assert of("Tickets").endswith(both)
    assert of("Messages and notes").endswith(f"as long as its ticket; {both}")
    assert of("Mail in quarantine").endswith("; in quarantine 14 days after its arrival")
    assert of("Remote sessions").endswith("; 30 days after the session’s end")
    assert of("Customers").endswith("as long as the account at most")


def test_it_speaks_german(browser: FlaskClient, world: World) -> None:
    close(world, days_ago=30)
    page = browser.get(f"{PAGE}?closed=30", headers={"Accept-Language": "de"})
    assert "Wie lange aufbewahrt wird" in page.text
    assert "1 geschlossenes Ticket" in page.text


def test_staff_neither_see_nor_change_it(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.STAFF.value))
    assert browser.get(PAGE).status_code == 403
    assert browser.get(f"{PAGE}?closed=many").status_code == 403
    assert send(browser, PAGE, closed="1").status_code == 403
    assert rules(world) == (0, 0, 0, 0)
