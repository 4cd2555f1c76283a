"""The next step after a failed mail, in words."""

from gateway.i18n import speaking
from webui.remedies import is_to_change, next_step

ANSWERS = ("550 5.1.1", "552 5.2.2", "552 5.3.4", "554 5.7.1", "Given up after 5 days.", "550 no")


def test_every_remedy_has_its_words_in_both_languages() -> None:
    said = []
    for locale in ("en", "de"):
        with speaking(locale):
            said.append([next_step(answer) for answer in ANSWERS])
    english, german = said
    assert len({*english, *german}) == 2 * len(ANSWERS)


def test_only_an_address_that_there_is_not_is_to_change() -> None:
    assert [answer for answer in ANSWERS if is_to_change(answer)] == ["550 5.1.1"]
