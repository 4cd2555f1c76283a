"""The SMTP account of a mailbox, on both databases; strangers included."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import MOST_CONNECTIONS, MOST_MAILS_PER_MINUTE, Outgoing, SmtpView
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import SmtpAccount
from gateway.store.servers import Auth
from gateway.store.smtp import EnvelopeSender
from tests.world import NOON, World

WANTED = Outgoing(host="smtp.example.org", username="help", sealed_secret="sealed one")


def call(
    world: World, verb: Callable[..., Any], *arguments: Any, by: Actor | None = None, **named: Any
) -> Any:
    with session.transaction() as db:
        return verb(db, by or world.ours.owner, world.ours.mailbox.public_id, *arguments, **named)


def save(world: World, *, is_operators: bool = False, **changes: Any) -> SmtpView:
    made: SmtpView = call(
        world, smtpaccounts.save, replace(WANTED, **changes), now=NOON, is_operators=is_operators
    )
    return made


def row() -> SmtpAccount:
    with session.reading() as db:
        found = db.execute(select(SmtpAccount)).scalar_one()
        db.expunge(found)
        return found


def test_a_view_tells_everything_but_the_secrets(world: World) -> None:
    made = save(
        world,
        sealed_client_secret="sealed two",
        auth=Auth.XOAUTH2,
        token_url="https://token.example/t",
        client_id="us",
        sender=EnvelopeSender.MAILBOX,
        max_connections=3,
        mails_per_minute=30,
    )
    assert call(world, smtpaccounts.find_view) == made
    assert "sealed" not in str(asdict(made))
    assert (made.host, made.port, made.sender) == ("smtp.example.org", 465, EnvelopeSender.MAILBOX)
    assert (made.max_connections, made.mails_per_minute, made.error) == (3, 30, "")


def test_saving_again_replaces_it_and_an_empty_secret_leaves_the_one_it_has(world: World) -> None:
    assert call(world, smtpaccounts.find_view) is None
    save(world)
    save(world, sealed_secret="", mails_per_minute=5)
    assert (row().sealed_secret, row().mails_per_minute) == ("sealed one", 5)
    save(world, sealed_secret="sealed new")
    assert row().sealed_secret == "sealed new"


@pytest.mark.parametrize("changes", [{"host": "evil.example"}, {"username": "other"}, {"port": 25}])
def test_the_saved_password_goes_to_no_other_server(world: World, changes: dict[str, Any]) -> None:
    save(world)
    with pytest.raises(Invalid) as caught:
        save(world, sealed_secret="", **changes)
    assert caught.value.field == "secret"
    assert row().host == "smtp.example.org"


def test_what_was_known_of_a_server_is_forgotten_with_it(world: World) -> None:
    save(world)
    known = {"last_error": "login", "failing_since": NOON, "resting_until": NOON, "max_message_bytes": 9}
    for changes, size in (({"mails_per_minute": 1}, 9), ({"host": "other.example"}, 0)):
        with session.transaction() as db:
            db.execute(update(SmtpAccount).values(known))
        save(world, **changes)
        assert (row().last_error, row().failing_since, row().resting_until) == ("", None, None)
        assert row().max_message_bytes == size


def test_where_the_operators_server_stood_an_admins_may_not(world: World) -> None:
    save(world, is_operators=True)
    assert row().is_operators
    save(world, mails_per_minute=1)
    assert row().is_operators
    save(world, host="10.0.0.1")
    assert not row().is_operators


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("max_connections", (1, MOST_CONNECTIONS), (0, MOST_CONNECTIONS + 1)),
        ("mails_per_minute", (0, MOST_MAILS_PER_MINUTE), (-1, MOST_MAILS_PER_MINUTE + 1)),
    ],
)
def test_limits_have_limits(world: World, field: str, good: tuple[int, int], bad: tuple[int, int]) -> None:
    for number in good:
        changed = replace(WANTED, **{field: number})  # type: ignore[arg-type]  # the name is a parameter
        assert getattr(call(world, smtpaccounts.save, changed, now=NOON), field) == number
    for number in bad:
        changed = replace(WANTED, **{field: number})  # type: ignore[arg-type]  # likewise
        with pytest.raises(Invalid) as caught:
            call(world, smtpaccounts.save, changed, now=NOON)
        assert caught.value.field == field


def test_it_is_removed_with_its_secrets(world: World) -> None:
    save(world)
    with session.reading() as db:
        account = smtpaccounts.get_account(db, world.ours.owner, world.ours.mailbox.public_id)
    assert account.sealed_secret == "sealed one"
    call(world, smtpaccounts.remove, now=NOON)
    assert call(world, smtpaccounts.find_view) is None
    with pytest.raises(NotFound):
        call(world, smtpaccounts.remove, now=NOON)
    with pytest.raises(NotFound):
        call(world, smtpaccounts.get_account)


VERBS: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    (smtpaccounts.save, (WANTED,), {"now": NOON}),
    (smtpaccounts.remove, (), {"now": NOON}),
    (smtpaccounts.find_view, (), {}),
    (smtpaccounts.get_account, (), {}),
]


@pytest.mark.parametrize(("verb", "arguments", "named"), VERBS)
def test_a_stranger_finds_nothing_and_staff_may_not(
    world: World, verb: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    save(world)
    with pytest.raises(NotFound):
        call(world, verb, *arguments, by=world.stranger.owner, **named)
    with pytest.raises(Denied):
        call(world, verb, *arguments, by=world.ours.staff, **named)
    assert row().host == "smtp.example.org"
