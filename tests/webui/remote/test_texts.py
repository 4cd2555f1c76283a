"""What the scripts say: every word of the protocol has its text, in both languages."""

import pytest

from gateway import i18n
from gateway.rules.remote import Scope, State, Why
from tests.webui.test_remotewords import LIVE, OF_SYSTEM
from webui.remote import texts


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_every_state_scope_and_end_has_its_words(locale: str) -> None:
    with i18n.speaking(locale):
        told = texts.of_viewer(LIVE)
    words = [f"state.{s.value}" for s in State] + [f"why.{w.value}" for w in Why]
    words += [f"scope.{s.value}" for s in Scope]
    assert [word for word in words if not told.get(word)] == []


def test_both_scripts_speak_the_readers_language() -> None:
    with i18n.speaking("de"):
        assert texts.of_host()["pause"] == "Anhalten"
        assert texts.of_viewer(LIVE)["view_only"] == "Nur zuschauen"


def test_one_for_a_system_waits_for_it() -> None:
    assert texts.of_viewer(OF_SYSTEM)["state.waiting"] == "Waiting for Server 01"
    assert texts.of_viewer(LIVE)["state.waiting"] == "Waiting for the customer"
