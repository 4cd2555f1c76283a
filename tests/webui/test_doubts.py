"""Reasons of the quarantine in words."""

from gateway.i18n import speaking
from gateway.rules.doubts import Reason
from webui.doubts import reason_meaning, reason_names


def test_every_reason_has_a_name_and_a_meaning_in_both_languages() -> None:
    said = []
    for locale in ("en", "de"):
        with speaking(locale):
            said.append([(reason_names()[reason], reason_meaning(reason)) for reason in Reason])
    english, german = said
    assert all(name and meaning for name, meaning in english)
    assert not set(english) & set(german)
