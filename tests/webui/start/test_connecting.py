"""Connecting the first mailbox: tried at real servers before anything is kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.desk.guidedstart import Progress
from gateway.desk.imapsources import Connection
from gateway.desk.smtpaccounts import Outgoing
from gateway.errors import Invalid
from gateway.i18n import speaking
from gateway.store import session
from gateway.store.models import ImapSource, Mailbox, SmtpAccount
from gateway.store.sealed import Seal
from gateway.store.servers import Security
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.smtp_peer import SmtpPeer
from tests.webui.cast import World
from webui import office
from webui.start import connecting
from webui.start.connecting import Plan

Known = Callable[[], Progress]
ADDRESS = "info@ours.example"


@pytest.fixture
def plan(app: Flask, dovecot: Dovecot, peer: SmtpPeer) -> Plan:
    sealed = Seal(office.of(app).settings.key()).seal(PASSWORD)
    return Plan(
        address=ADDRESS,
        name="Smith & Co",
        locale="de",
        incoming=Connection("localhost", USER, sealed, dovecot.port, Security.PLAIN),
        sending=Outgoing("localhost", USER, sealed, peer.port, Security.PLAIN),
        secret=PASSWORD,
    )


def work(app: Flask, world: World, plan: Plan) -> None:
    told = connecting.work(world.ours.actor, plan, office.of(app), "/start/mailbox")
    assert (told.status, told.headers) == ("303 See Other", [("Location", "/start/mailbox")])


def kept() -> tuple[list[str], int, int]:
    with session.reading() as db:
        addresses = db.execute(select(Mailbox.address).order_by(Mailbox.id)).scalars().all()
        sources, accounts = (len(db.execute(select(one.id)).all()) for one in (ImapSource, SmtpAccount))
    return [one for one in addresses if not one.startswith("help@")], sources, accounts


def test_what_works_both_ways_is_kept(
    app: Flask, world: World, plan: Plan, known: Known, peer: SmtpPeer
) -> None:
    work(app, world, plan)
    assert kept() == ([ADDRESS], 1, 1)
    assert (known().mailbox_id is not None, known().trouble) == (True, "")
    assert peer.mails == []


def test_without_a_server_of_ones_own_mail_leaves_by_the_installations(
    app: Flask, world: World, plan: Plan
) -> None:
    work(app, world, replace(plan, sending=None))
    assert kept() == ([ADDRESS], 1, 0)


@pytest.mark.parametrize("way", ["imap", "smtp"])
def test_what_does_not_work_is_told_and_nothing_is_kept(
    app: Flask, world: World, plan: Plan, known: Known, way: str
) -> None:
    if way == "imap":
        plan = replace(plan, secret="wrong")
    else:
        assert plan.sending is not None
        plan = replace(plan, sending=replace(plan.sending, username="somebody"))
    work(app, world, plan)
    assert kept() == ([], 0, 0)
    assert known().trouble.startswith(f"{way}|login")
    with speaking("en"):
        assert "did not accept user name and password" in connecting.in_words(known().trouble)


def test_an_address_that_is_a_strangers_is_told(app: Flask, world: World, plan: Plan, known: Known) -> None:
    work(app, world, replace(plan, address="help@stranger.example"))
    assert kept() == ([], 0, 0)
    with speaking("de"):
        assert connecting.in_words(known().trouble) == "Es gibt schon ein Postfach mit dieser Adresse."


def test_a_mailbox_that_is_there_is_connected_itself(
    app: Flask, world: World, plan: Plan, known: Known
) -> None:
    work(app, world, replace(plan, address="help@ours.example"))
    assert kept() == ([], 1, 1)
    with session.reading() as db:
        mine = select(Mailbox.public_id).where(Mailbox.id == world.ours.mailbox_id)
        public_id = db.execute(mine).scalar_one()
    assert known().mailbox_id == public_id


def test_what_makes_no_sense_is_asked_of_nobody(plan: Plan) -> None:
    with pytest.raises(Invalid):
        connecting.check(replace(plan, incoming=replace(plan.incoming, host="no host")))
    connecting.check(plan)


def test_no_trouble_is_no_words() -> None:
    assert connecting.in_words("") == ""


def test_the_password_is_in_no_text_of_the_plan(plan: Plan) -> None:
    assert PASSWORD not in repr(plan)
