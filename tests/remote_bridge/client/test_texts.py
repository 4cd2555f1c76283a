from collections.abc import Iterator

import pytest

from remote_bridge.client import texts
from remote_bridge.client.texts import _, ngettext, speak, spoken


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    speak(["en"])


def test_the_first_known_language_is_spoken() -> None:
    assert speak(["fr", "de", "en"]) == spoken() == "de"
    assert _("Refuse") == "Ablehnen"
    text = ngettext("%(names)s sees your screen.", "%(names)s see your screen.", 2)
    assert text == "%(names)s sehen Ihren Bildschirm."


def test_english_is_spoken_where_no_language_is_known() -> None:
    assert speak(["fr"]) == "en"
    assert _("Refuse") == "Refuse"


def test_a_language_without_catalogue_answers_as_asked() -> None:
    assert texts.translations("xx").gettext("Refuse") == "Refuse"
