"""German and English of the client: `locale/*.po` and the language of the program's one user."""

import gettext
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("en", "de")
_LOCALE_DIR = Path(__file__).parent / "locale"
_spoken = ["en"]


@cache
def translations(locale: str) -> gettext.NullTranslations:
    """The catalogue of a locale of `LOCALES`; English is the source and has none."""
    path = _LOCALE_DIR / f"{locale}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def speak(preferred: Iterable[str]) -> str:
    """From now on speak the first of these languages that we know, else English; which one it is."""
    _spoken[0] = next((language for language in preferred if language in LOCALES), LOCALES[0])
    return _spoken[0]


def spoken() -> str:
    """The language that `_` speaks."""
    return _spoken[0]


def _(message: str) -> str:
    """The text in the customer's language."""
    return translations(_spoken[0]).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text for a count in the customer's language."""
    return translations(_spoken[0]).ngettext(singular, plural, count)
