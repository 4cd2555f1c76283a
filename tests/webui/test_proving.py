"""One's own password in a form: right, wrong, and guessed too often."""

from flask.testing import FlaskClient
from sqlalchemy import select, update

from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.models import WebSession
from tests.webui.cast import PASSWORD, World
from tests.webui.forms import send


def is_proven(world: World) -> bool:
    with session.reading() as db:
        mine = select(WebSession.proven_at).where(WebSession.staff_id == world.ours.owner_id)
        return db.execute(mine).scalar_one() is not None


def prove(browser: FlaskClient, password: str) -> int:
    return send(browser, "/account/terminate", password=password, name="another").status_code


def test_the_right_password_counts_as_given_lately(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(WebSession).values(proven_at=None))
    assert (prove(browser, "wrong password"), is_proven(world)) == (422, False)
    assert (prove(browser, PASSWORD), is_proven(world)) == (422, True)


def test_guessing_ends_and_the_right_one_is_no_guess(browser: FlaskClient, world: World) -> None:
    most = MOST[Counted.LOGIN_HERE]
    assert {prove(browser, PASSWORD) for _ in range(most)} == {422}
    assert {prove(browser, "wrong password") for _ in range(most)} == {422}
    assert prove(browser, PASSWORD) == 429
