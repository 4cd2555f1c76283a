"""Every trouble in words, in both languages."""

import pytest

from gateway.i18n import speaking
from gateway.store.servers import Trouble
from gateway.store.troublewords import words_for


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_words(trouble: Trouble) -> None:
    assert words_for(trouble.value).endswith(".")
    with speaking("de"):
        assert words_for(trouble.value) != words_for("x")


def test_a_trouble_of_a_newer_version_is_shown_as_it_is() -> None:
    assert words_for("moon-phase: full") == "moon-phase: full"


def test_what_the_server_said_stands_behind_it() -> None:
    assert words_for("login: 535: no").endswith("user name and password. (535: no)")
