"""What people are told of, in words."""

from gateway.desk.noticewords import kind_names
from gateway.i18n import speaking
from gateway.rules.notifying import Kind


def test_every_kind_has_its_words_in_both_languages() -> None:
    with speaking("en"):
        english = kind_names()
    with speaking("de"):
        german = kind_names()
    assert set(english) == set(german) == set(Kind)
    assert len(set(english.values())) == len(Kind)
    assert not set(english.values()) & set(german.values())
