"""The IMAP account of a mailbox, on both databases; strangers included."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import imapsources
from gateway.desk.imapsources import MOST_FOLDERS, Connection, SourceView
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import imap, session
from gateway.store.imap import FolderCount, SourceState, WhenDone
from gateway.store.models import ImapFolder, ImapSource
from gateway.store.servers import Auth, Security
from tests.world import NOON, World

CONNECTION = Connection(host="imap.example.org", username="help", sealed_secret="sealed one")


def connect(world: World, **changes: Any) -> SourceView:
    ours = world.ours
    with session.transaction() as db:
        made = replace(CONNECTION, **changes)
        return imapsources.connect(db, ours.owner, ours.mailbox.public_id, made, now=NOON)


def call(
    world: World, verb: Callable[..., Any], *arguments: Any, by: Actor | None = None, **named: Any
) -> Any:
    with session.transaction() as db:
        return verb(db, by or world.ours.owner, world.ours.mailbox.public_id, *arguments, **named)


def count(world: World) -> None:
    """What a fetching process does with a trial."""
    with session.transaction() as db:
        now = NOON
        source_id = db.execute(select(ImapSource.id)).scalar_one()
        held = imap.claim(db, source_id, owner="x", now=now, lease=now - now, also_resting=True)
        assert held is not None
        imap.note_trial(db, held, [FolderCount("INBOX", 5, 100, 412, 300)], 300, now=now)
        imap.release(db, held)


def row() -> ImapSource:
    with session.reading() as db:
        found = db.execute(select(ImapSource)).scalar_one()
        db.expunge(found)
        return found


def test_a_view_tells_everything_but_the_secrets(world: World) -> None:
    made = connect(
        world,
        host="IMAP.Bücher.example",
        sealed_client_secret="sealed two",
        auth=Auth.XOAUTH2,
        token_url="https://token.example/t",
        client_id="us",
        folders=("INBOX", "Sales", "INBOX"),
        when_done=WhenDone.MOVE,
        move_to="Done",
    )
    assert call(world, imapsources.find_view) == made
    assert "sealed" not in str(asdict(made))
    assert (made.host, made.folders, made.state) == (
        "imap.xn--bcher-kva.example",
        ("INBOX", "Sales"),
        SourceState.TRIAL,
    )


def test_a_mailbox_has_one_account(world: World) -> None:
    assert call(world, imapsources.find_view) is None
    connect(world)
    with pytest.raises(Conflict):
        connect(world)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "a b"}, "host"),
        ({"host": "x\r\ny"}, "host"),
        ({"host": "x/y"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"username": ""}, "username"),
        ({"username": "a\r\nA1 DELETE INBOX"}, "username"),
        ({"username": "x" * 321}, "username"),
        ({"sealed_secret": ""}, "secret"),
        ({"folders": ()}, "folders"),
        ({"folders": ("a\r\nb",)}, "folders"),
        ({"folders": ("a\x00",)}, "folders"),
        ({"folders": ("\ud800",)}, "folders"),
        ({"folders": tuple(str(n) for n in range(MOST_FOLDERS + 1))}, "folders"),
        ({"when_done": WhenDone.MOVE}, "move_to"),
        ({"when_done": WhenDone.MOVE, "move_to": "inbox"}, "move_to"),
        ({"when_done": WhenDone.MOVE, "move_to": "a\nb"}, "move_to"),
        ({"auth": Auth.XOAUTH2}, "token_url"),
        ({"auth": Auth.XOAUTH2, "token_url": "ftp://x", "client_id": "c"}, "token_url"),
        ({"auth": Auth.XOAUTH2, "token_url": "https://u@x/", "client_id": "c"}, "token_url"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        connect(world, **changes)
    assert caught.value.field == field
    assert call(world, imapsources.find_view) is None


def test_it_begins_when_somebody_has_seen_what_an_import_would_bring(world: World) -> None:
    connect(world)
    with pytest.raises(Conflict, match="counted"):
        call(world, imapsources.start, import_old=False, now=NOON)
    count(world)
    begun = call(world, imapsources.start, import_old=False, now=NOON)
    assert (begun.state, begun.imports_old, begun.connected_at) == (SourceState.ACTIVE, False, NOON)
    assert begun.trial["threads"] == 300
    assert next_uid() == 100
    with pytest.raises(Conflict):
        call(world, imapsources.start, import_old=True, now=NOON)


def next_uid() -> int:
    with session.reading() as db:
        return db.execute(select(ImapFolder.next_uid)).scalar_one()


def test_with_old_mail_it_begins_at_the_beginning(world: World) -> None:
    connect(world)
    count(world)
    assert call(world, imapsources.start, import_old=True, now=NOON).imports_old
    assert next_uid() == 1


def test_it_is_paused_and_resumed(world: World) -> None:
    connect(world)
    with pytest.raises(Conflict):
        call(world, imapsources.pause)
    assert call(world, imapsources.resume).state is SourceState.TRIAL
    count(world)
    call(world, imapsources.start, import_old=False, now=NOON)
    assert call(world, imapsources.pause).state is SourceState.PAUSED
    assert call(world, imapsources.resume).state is SourceState.ACTIVE


def test_every_change_takes_it_from_whoever_holds_it(world: World) -> None:
    connect(world)
    count(world)
    verbs: list[Callable[[Session], object]] = [
        lambda db: imapsources.start(db, *by_us(world), import_old=False, now=NOON),
        lambda db: imapsources.pause(db, *by_us(world)),
        lambda db: imapsources.resume(db, *by_us(world)),
        lambda db: imapsources.change(db, *by_us(world), CONNECTION, now=NOON),
    ]
    for verb in verbs:
        with session.transaction() as db:
            db.query(ImapSource).update({"lease_token": "held", "last_error": "login", "leased_until": NOON})
        with session.transaction() as db:
            verb(db)
        assert (row().lease_token, row().leased_until, row().last_error) == ("", None, "")


def by_us(world: World) -> tuple[Actor, str]:
    return world.ours.owner, world.ours.mailbox.public_id


def test_a_changed_password_goes_on_and_an_empty_one_leaves_it(world: World) -> None:
    connect(world)
    count(world)
    call(world, imapsources.start, import_old=False, now=NOON)
    changed = replace(CONNECTION, sealed_secret="", when_done=WhenDone.DELETE, security=Security.STARTTLS)
    view = call(world, imapsources.change, changed, now=NOON)
    assert (view.state, view.when_done, view.security) == (
        SourceState.ACTIVE,
        WhenDone.DELETE,
        Security.STARTTLS,
    )
    assert row().sealed_secret == "sealed one"
    call(world, imapsources.change, replace(CONNECTION, sealed_secret="sealed new"), now=NOON)
    assert row().sealed_secret == "sealed new"
    assert next_uid() == 100


@pytest.mark.parametrize("changes", [{"host": "other.example"}, {"username": "other"}])
def test_another_account_is_on_trial_again(world: World, changes: dict[str, Any]) -> None:
    connect(world)
    count(world)
    call(world, imapsources.start, import_old=False, now=NOON)
    view = call(world, imapsources.change, replace(CONNECTION, **changes), now=NOON)
    assert (view.state, view.trial) == (SourceState.TRIAL, None)
    with session.reading() as db:
        assert db.execute(select(ImapFolder.id)).first() is None


@pytest.mark.parametrize("changes", [{"host": "other.example"}, {"username": "other"}, {"port": 994}])
def test_the_saved_password_goes_to_no_other_account(world: World, changes: dict[str, Any]) -> None:
    connect(world)
    with pytest.raises(Invalid) as caught:
        call(world, imapsources.change, replace(CONNECTION, sealed_secret="", **changes), now=NOON)
    assert caught.value.field == "secret"


def test_it_is_removed_with_its_secrets(world: World) -> None:
    connect(world)
    call(world, imapsources.remove, now=NOON)
    assert call(world, imapsources.find_view) is None
    with pytest.raises(NotFound):
        call(world, imapsources.remove, now=NOON)
    connect(world)


VERBS: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    (imapsources.connect, (CONNECTION,), {"now": NOON}),
    (imapsources.change, (CONNECTION,), {"now": NOON}),
    (imapsources.start, (), {"import_old": True, "now": NOON}),
    (imapsources.pause, (), {}),
    (imapsources.resume, (), {}),
    (imapsources.remove, (), {"now": NOON}),
    (imapsources.find_view, (), {}),
]


@pytest.mark.parametrize(("verb", "arguments", "named"), VERBS)
def test_a_stranger_finds_nothing(
    world: World, verb: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    connect(world)
    with pytest.raises(NotFound):
        call(world, verb, *arguments, by=world.stranger.owner, **named)


@pytest.mark.parametrize(("verb", "arguments", "named"), VERBS)
def test_staff_may_not(
    world: World, verb: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(Denied):
        call(world, verb, *arguments, by=world.ours.staff, **named)
