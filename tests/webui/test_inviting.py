"""Sending invitations, as pages and API do it."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from gateway import clock
from gateway.errors import Conflict
from gateway.ids import hash_secret
from gateway.mail.parse import parse
from gateway.store import idempotency, session
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, Invitation
from tests.webui.cast import World
from tests.webui.invited import guest, staff
from webui import inviting


def test_what_is_mailed_is_the_link_that_is_good_and_again_another_one(app: Flask, world: World) -> None:
    by, links = world.ours.actor, []
    with app.app_context():
        public_id = inviting.invite(by, guest())
        links.append(_newest(world))
        inviting.invite_again(by, public_id)
        links.append(_newest(world))
    assert links[0] != links[1]
    with session.reading() as db:
        kept = db.execute(select(Invitation.token_hash).where(Invitation.public_id == public_id)).scalar_one()
    assert kept == hash_secret(links[1])


def test_who_lost_the_key_of_the_request_has_sent_nothing(app: Flask, world: World) -> None:
    now = clock.now()
    with session.transaction() as db:
        held = idempotency.claim(db, world.ours.account_id, "k", "x" * 64, now=now)
        idempotency.release(db, held)
    with app.app_context(), pytest.raises(Conflict):
        inviting.invite(world.ours.actor, staff(), held)
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(Invitation)).scalar_one() == 0


def _newest(world: World) -> str:
    with session.reading() as db:
        raw = db.execute(select(Delivery.raw_sha256).order_by(Delivery.id.desc())).scalars().first()
    text = parse(world.ours.blobs.read(raw or ""), detect_type=detect_type).text
    found = re.search(r"http://127\.0\.0\.1:8080/invitation#(\S+)", text)
    assert found is not None
    return found[1]
