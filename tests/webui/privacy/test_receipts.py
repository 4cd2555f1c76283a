"""A receipt that did not arrive: on the page of erasures, sent again, or forgotten."""

import pytest
from flask.testing import FlaskClient

from gateway import clock
from gateway.rules.retry import Failed
from gateway.store import farewells, session
from tests.webui.forms import send
from tests.webui.pages import Page

PAGE = "/account/erasures"
ASKER, SAID = "zora@asker.example", "550 5.1.1 <no> such user"


def fail(account_id: int | None, erasure: str = "e1") -> None:
    now = clock.now()
    with session.transaction() as db:
        key = farewells.owe(db, erasure, recipient=ASKER, locale="en", account_id=account_id, now=now)
        owed = farewells.claim(db, key, now=now)
        assert owed is not None
        farewells.record(db, owed, Failed(SAID), done_at=now, now=now, jitter=0.0)


@pytest.mark.parametrize("verb", ["again", "forget"])
def test_it_is_seen_and_sent_again_or_forgotten(browser: FlaskClient, verb: str) -> None:
    assert Page(browser.get(PAGE)).all("#unsent") == []
    fail(1)
    page = Page(browser.get(PAGE))
    assert ASKER in page.text_of("#unsent")
    assert SAID in page.text_of("#unsent")
    ways = [page.all("#unsent form")[0].get("action"), page.all("#unsent button")[1].get("formaction")]
    assert ways == [f"{PAGE}/e1/receipt/{way}" for way in ("again", "forget")]
    answer = send(browser, f"{PAGE}/e1/receipt/{verb}")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert Page(browser.get(PAGE)).all("#unsent") == []
    assert send(browser, f"{PAGE}/e1/receipt/{verb}").status_code == 404


def test_those_of_others_and_of_ended_accounts_are_not_there(browser: FlaskClient) -> None:
    fail(2, "e2")
    fail(None, "e3")
    assert Page(browser.get(PAGE)).all("#unsent") == []
    for erasure in ("e2", "e3"):
        assert send(browser, f"{PAGE}/{erasure}/receipt/again").status_code == 404
