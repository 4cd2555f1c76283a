"""Why a mail is held back, in both languages."""

import pytest

from gateway.i18n import speaking
from gateway.rules.budget import Bound
from webui.holding import reason


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Bound.ACCOUNT_DAY, "More than 30 mails of this account in a day"),
        (Bound.ACCOUNT_HOUR, "More than 30 mails of this account in an hour"),
        (Bound.RECIPIENT_HOUR, "More than 30 mails to this address in an hour"),
    ],
)
def test_each_bound_has_its_words(bound: Bound, words: str) -> None:
    assert reason(f"{bound.value}:30") == words


def test_it_is_said_in_german() -> None:
    with speaking("de"):
        assert reason("recipient_hour:5") == "Mehr als 5 Mails an diese Adresse in einer Stunde"
