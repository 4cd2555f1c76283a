"""Signatures: one's own in the mailbox's language, then the mailbox's, every placeholder filled."""

from dataclasses import replace

import pytest

from gateway.desk import signatures
from gateway.desk.signatures import MAX_TEXT_CHARS, Letterhead, OwnSignature
from gateway.errors import Invalid
from gateway.rules.access import Actor, Role
from gateway.store import session
from tests.world import World

HEAD = Letterhead(
    name="Ours",
    address="help@ours.example",
    locale="en",
    signature="{{mailbox.name}} · {{mailbox.address}} · #{{ticket.number}}",
    number=7,
    customer="Acme",
    contact="Ann",
)


@pytest.fixture
def own(world: World) -> OwnSignature:
    wanted = OwnSignature("Regards, {{staff.first_name}}", "Gruß, {{staff.name}} für {{customer.name}}")
    change(world, wanted)
    return wanted


def change(world: World, wanted: OwnSignature) -> None:
    with session.transaction() as db:
        signatures.change_own(db, world.ours.staff, wanted)


def sign(by: Actor, head: Letterhead = HEAD) -> list[str]:
    with session.reading() as db:
        return signatures.sign(db, by, head).split("\n")


def test_ones_own_stands_above_the_mailboxes(world: World, own: OwnSignature) -> None:
    assert sign(world.ours.staff) == ["Regards, Sam", "Ours · help@ours.example · #7"]


def test_the_mailboxs_language_chooses(world: World, own: OwnSignature) -> None:
    assert sign(world.ours.staff, replace(HEAD, locale="de"))[0] == "Gruß, Sam Ours für Acme"


def test_it_is_nobody_elses(world: World, own: OwnSignature) -> None:
    with session.reading() as db:
        assert signatures.get_own(db, world.ours.staff) == own
        assert signatures.get_own(db, world.ours.owner) == OwnSignature("", "")
        stranger = Actor(world.stranger.account_id, Role.STAFF, world.ours.staff.staff_id)
        assert signatures.get_own(db, stranger) == OwnSignature("", "")


def test_who_has_no_name_signs_by_login_and_a_token_not_at_all(world: World) -> None:
    head = replace(HEAD, signature="Desk\n{{staff.name}} {{staff.first_name}}")
    assert sign(world.ours.owner, head) == ["Desk", "ours ours"]
    assert sign(Actor(world.ours.account_id, Role.TOKEN, name="script"), head) == ["Desk"]


def test_an_automatic_mail_has_no_author() -> None:
    head = replace(HEAD, signature="{{staff.name}}\n{{mailbox.name}}")
    assert signatures.sign_automatic(head) == "Ours"


@pytest.mark.parametrize("field", ["en", "de"])
def test_an_unknown_placeholder_is_refused_where_it_stands(world: World, field: str) -> None:
    wanted = OwnSignature(**({"en": "", "de": ""} | {field: "{{staff.nickname}}"}))
    with pytest.raises(Invalid) as refused:
        change(world, wanted)
    assert refused.value.field == f"signature_{field}"


def test_a_signature_has_its_bounds() -> None:
    assert signatures.checked(f" {'x' * MAX_TEXT_CHARS}\r\n", "f") == "x" * MAX_TEXT_CHARS
    with pytest.raises(Invalid):
        signatures.checked("x" * (MAX_TEXT_CHARS + 1), "f")
