"""What is too large for the server by which an answer leaves is said while it is written."""

from flask.testing import FlaskClient
from sqlalchemy import update

from gateway import clock
from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import Outgoing
from gateway.store import session
from gateway.store.models import Mailbox, SmtpAccount
from tests.webui.cast import World
from tests.webui.pages import Page


def test_the_composer_says_how_much_the_outgoing_server_takes(browser: FlaskClient, world: World) -> None:
    page = Page(browser.get("/t/1"))
    assert page.one("#composer").get("data-limit") == str(50 * 1024 * 1024)
    with session.transaction() as db:
        wanted = Outgoing(host="smtp.example.org", username="u", sealed_secret="s")
        public_id = db.get_one(Mailbox, world.ours.mailbox_id).public_id
        smtpaccounts.save(db, world.ours.actor, public_id, wanted, now=clock.now())
        db.execute(update(SmtpAccount).values(max_message_bytes=7 * 1024 * 1024))
    composer = Page(browser.get("/t/1")).one("#composer")
    assert composer.get("data-limit") == str(7 * 1024 * 1024)
    assert "7.0 MB" in (composer.get("data-too-large") or "").replace("\u00a0", " ")
