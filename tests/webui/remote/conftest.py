"""A remote session of ticket 1 of ours, as its pages find it."""

import pytest

from gateway import clock
from gateway.desk import remote
from gateway.desk.remote import Made
from gateway.rules.remote import Scope
from gateway.settings import Settings
from gateway.store import session
from tests.webui.cast import World


@pytest.fixture
def made(world: World, settings: Settings) -> Made:
    """Asks for mouse and keyboard."""
    with session.transaction() as db:
        return remote.make(
            db, world.ours.actor, 1, scopes=[Scope.CONTROL], key=settings.key(), now=clock.now()
        )
