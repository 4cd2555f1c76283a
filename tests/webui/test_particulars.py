"""What is known of a person, read and kept."""

import pytest
from flask import Flask
from sqlalchemy import select

from gateway import clock
from gateway.desk.staff import Particulars
from gateway.errors import Conflict, Invalid
from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import Delivery
from tests.hiring import hire, view_of
from tests.webui.cast import World
from webui import particulars


def test_a_form_is_read_with_what_it_may_say_alone() -> None:
    form = {"login": "sam", "email": "sam@x.example", "role": "owner", "company": "C" * 5000}
    assert particulars.read(form) == Particulars("sam", "", "", "sam@x.example", "", "", "C" * 1000)


def test_what_is_known_is_shown_and_kept(app: Flask, world: World) -> None:
    sam = hire(world.ours.account_id, "sam", now=clock.now())
    with app.app_context():
        particulars.keep(world.ours.actor, "p-sam", Particulars(company="Ours", last_name="New"))
    shown = particulars.of(view_of(sam))
    assert (shown.login, shown.last_name, shown.company) == ("sam", "New", "Ours")


def test_a_new_address_brings_two_mails(app: Flask, world: World) -> None:
    sam = hire(world.ours.account_id, "sam", now=clock.now())
    with app.app_context():
        particulars.keep(world.ours.actor, "p-sam", Particulars(email="Sam@NEW.example"))
        particulars.keep(world.ours.actor, "p-sam", Particulars(email=view_of(sam).email))
    assert (view_of(sam).email, view_of(sam).is_confirmed) == ("Sam@NEW.example", False)
    with session.reading() as db:
        sent = db.execute(select(Delivery.recipient).order_by(Delivery.recipient)).scalars().all()
    assert sent == ["Sam@NEW.example", "sam@people.example"]


def test_a_wrong_address_writes_to_nobody(app: Flask, world: World) -> None:
    hire(world.ours.account_id, "sam", now=clock.now())
    with app.app_context(), pytest.raises(Invalid) as caught:
        particulars.keep(world.ours.actor, "p-sam", Particulars(email="sam@"))
    assert caught.value.field == "email"


def test_it_is_kept_with_what_else_is_done_or_not_at_all(app: Flask, world: World) -> None:
    sam = hire(world.ours.account_id, "sam", Role.ADMIN, now=clock.now())

    def refuse(_db: object) -> None:
        raise Conflict

    with app.app_context(), pytest.raises(Conflict):
        particulars.keep(world.ours.actor, "p-sam", Particulars(company="x"), also=refuse)
    assert view_of(sam).company == ""
