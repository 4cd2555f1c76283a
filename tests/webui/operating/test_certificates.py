"""A certificate of an account that is gone, and that did not arrive: on the operator's page."""

import pytest
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import operating
from gateway.store import session
from tests.webui.forms import send
from tests.webui.pages import Page
from tests.webui.privacy.test_receipts import ASKER, fail

PAGE = "/operator"


@pytest.mark.parametrize("verb", ["again", "forget"])
def test_it_is_seen_and_sent_again_or_forgotten(browser: FlaskClient, verb: str) -> None:
    fail(None)
    fail(1, "e2")
    way = f"{PAGE}/certificates/e1/receipt/{verb}"
    assert send(browser, way).status_code == 404
    with session.transaction() as db:
        operating.appoint(db, "ours", now=clock.now())
    page = Page(browser.get(PAGE))
    assert page.text_of("#unsent").count(ASKER) == 1
    assert page.all("#unsent form")[0].get("action") == f"{PAGE}/certificates/e1/receipt/again"
    assert send(browser, way).location == PAGE
    assert Page(browser.get(PAGE)).all("#unsent") == []
    assert send(browser, f"{PAGE}/certificates/e2/receipt/{verb}").status_code == 404
