"""How a system looks over the API: every field as the store has it, and no key."""

from dataclasses import replace

from gateway.rules.remote import Scope
from gateway.rules.systems import SILENT_AFTER, Presence
from tests.webui.test_systemwords import AWAY, THERE
from tests.world import NOON
from webui.api.systemschemas import System, SystemList


def test_it_has_what_the_store_has() -> None:
    told = System.of(replace(THERE, unattended=(Scope.VIEW,)), NOON)
    assert (told.id, told.customer, told.name, told.platform) == ("one", "acme", "Beta", "Linux")
    assert (told.online, told.seen_at, told.unattended) == (True, NOON, [Scope.VIEW])
    assert System.of(THERE, NOON + SILENT_AFTER).online is False
    assert System.of(replace(AWAY, presence=Presence(None, None)), NOON).seen_at is None


def test_a_list_is_by_name_as_it_comes() -> None:
    assert [one.name for one in SystemList.of([AWAY, THERE], NOON).items] == ["Alpha", "Beta"]
