"""How a mailbox behaves, and who may decide that."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.desk import mailboxsettings
from gateway.desk.mailboxsettings import (
    MAX_NAME_CHARS,
    MAX_REOPEN_DAYS,
    MAX_SILENCE_HOURS,
    MailboxSettings,
)
from gateway.desk.signatures import MAX_TEXT_CHARS
from gateway.errors import Denied, Invalid, NotFound
from gateway.store import session
from tests.world import World

WANTED = MailboxSettings(
    "Desk", "Kind regards\nSam", "de", 7, 24, acknowledges=True, acknowledgement="Got it.", is_privacy=True
)


def with_value(field: str, value: Any) -> MailboxSettings:
    values: dict[str, Any] = {field: value}
    return replace(WANTED, **values)


def change(world: World, wanted: MailboxSettings) -> MailboxSettings:
    public_id = world.ours.mailbox.public_id
    with session.transaction() as db:
        mailboxsettings.change_settings(db, world.ours.owner, public_id, wanted)
    with session.reading() as db:
        return mailboxsettings.find_settings(db, world.ours.account_id, public_id)


def test_a_mailbox_begins_quiet_and_in_english(world: World) -> None:
    with session.reading() as db:
        found = mailboxsettings.find_settings(db, world.ours.account_id, world.ours.mailbox.public_id)
    assert found == MailboxSettings("Ours", "", "en", 30, 0, acknowledges=False, acknowledgement="")


def test_what_is_decided_is_kept(world: World) -> None:
    assert change(world, WANTED) == WANTED
    assert change(world, replace(WANTED, signature=" a\r\nb\0 ")).signature == "a\nb"


@pytest.mark.parametrize(
    ("field", "most"),
    [("reopen_days", MAX_REOPEN_DAYS), ("silence_hours", MAX_SILENCE_HOURS)],
)
def test_numbers_have_limits(world: World, field: str, most: int) -> None:
    for fits in (0, most):
        assert getattr(change(world, with_value(field, fits)), field) == fits
    for wrong in (-1, most + 1):
        with pytest.raises(Invalid) as caught:
            change(world, with_value(field, wrong))
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "most"),
    [("name", MAX_NAME_CHARS), ("signature", MAX_TEXT_CHARS), ("acknowledgement", MAX_TEXT_CHARS)],
)
def test_texts_have_limits(world: World, field: str, most: int) -> None:
    assert getattr(change(world, with_value(field, "x" * most)), field) == "x" * most
    with pytest.raises(Invalid) as caught:
        change(world, with_value(field, "x" * (most + 1)))
    assert caught.value.field == field


def test_another_language_is_not_spoken(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        change(world, replace(WANTED, locale="fr"))
    assert caught.value.field == "locale"


def test_a_strangers_mailbox_is_not_there_and_staff_may_not_decide(world: World) -> None:
    theirs, ours = world.stranger.mailbox.public_id, world.ours.mailbox.public_id
    with session.transaction() as db:
        with pytest.raises(NotFound):
            mailboxsettings.change_settings(db, world.ours.owner, theirs, WANTED)
        with pytest.raises(NotFound):
            mailboxsettings.find_settings(db, world.ours.account_id, theirs)
        with pytest.raises(Denied):
            mailboxsettings.change_settings(db, world.ours.staff, ours, WANTED)


def test_a_placeholder_that_there_is_not_is_refused(world: World) -> None:
    assert change(world, with_value("signature", "{{staff.name}}")).signature == "{{staff.name}}"
    with pytest.raises(Invalid) as refused:
        change(world, with_value("signature", "{{staff.nam}}"))
    assert refused.value.field == "signature"
