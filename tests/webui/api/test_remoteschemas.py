"""How a remote session looks over the API: every field as the store has it, and the link in no list."""

from gateway.desk import remote
from gateway.rules.remote import Scope
from gateway.store import session
from tests.remotes import join, make
from tests.webui.cast import World
from webui.api.remoteschemas import MadeRemoteSession, RemoteSession, RemoteSessionIn, RemoteSessionList


def test_whoever_was_there_is_in_it(world: World) -> None:
    made = make(world.ours.actor, scopes=[Scope.FILES])
    join(world.ours.actor, made.public_id)
    with session.reading() as db:
        found = remote.get(db, world.ours.actor, made.public_id)
    shape = RemoteSession.of(found)
    assert (shape.id, shape.made_by, shape.asked) == (made.public_id, "ours", [Scope.VIEW, Scope.FILES])
    assert [(one.login, one.left_at, one.controlled) for one in shape.visits] == [("ours", None, False)]
    assert RemoteSessionList.of([found]).items == [shape]


def test_only_a_new_one_has_its_link() -> None:
    extra = MadeRemoteSession.model_fields.keys() - RemoteSession.model_fields.keys()
    assert extra == {"link", "code", "code_expires_at"}
    assert RemoteSessionIn().scopes == []
