"""The language of the moment."""

import threading

import pytest

from gateway import i18n
from gateway.i18n import _, ngettext, speaking


def a_translated_text() -> tuple[str, str]:
    catalogue = i18n.translations("de")._catalog  # type: ignore[attr-defined]  # gettext shows it nowhere else
    return next(
        (one, german) for one, german in catalogue.items() if isinstance(one, str) and one and one != german
    )


def test_german_is_spoken_inside_the_block_only() -> None:
    english, german = a_translated_text()
    assert _(english) == english
    with speaking("de"):
        assert _(english) == german
        with speaking("en"):
            assert _(english) == english
        assert i18n.current_locale() == "de"
    assert i18n.current_locale() == "en"


def test_an_unknown_text_or_language_is_english() -> None:
    with speaking("de"):
        assert _("Never translated.") == "Never translated."
    with speaking("tlh"):
        assert i18n.current_locale() == "en"


def test_counts_have_their_form() -> None:
    assert [ngettext("%(n)s apple", "%(n)s apples", n) for n in (0, 1, 2)] == [
        "%(n)s apples",
        "%(n)s apple",
        "%(n)s apples",
    ]


def test_a_language_is_set_for_its_thread_alone() -> None:
    seen: list[str] = []

    def work() -> None:
        i18n.set_locale("de")
        seen.append(i18n.current_locale())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert (seen, i18n.current_locale()) == (["de"], "en")


@pytest.mark.parametrize(
    ("preferred", "expected"),
    [
        (["de-AT", "en"], "de"),
        (["fr", "de"], "de"),
        (["en-GB"], "en"),
        (["fr"], "en"),
        ([], "en"),
        (["*"], "en"),
    ],
)
def test_a_browsers_preference_is_followed_as_far_as_we_can(preferred: list[str], expected: str) -> None:
    assert i18n.negotiate(preferred) == expected
