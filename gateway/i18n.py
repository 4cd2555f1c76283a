"""German and English: catalogues from `locale/*.po`, the language of the moment in a context variable."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("en", "de")
DEFAULT_LOCALE = "en"
_LOCALE_DIR = Path(__file__).parent / "locale"
_current: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


@cache
def translations(locale: str) -> gettext.NullTranslations:
    """The catalogue of a locale of `LOCALES`; English is the source and has none."""
    path = _LOCALE_DIR / f"{locale}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def negotiate(preferred: list[str]) -> str:
    """The first locale of ours among the browser's preferences, else English."""
    return negotiate_locale(preferred, LOCALES, sep="-") or DEFAULT_LOCALE


def current_locale() -> str:
    """The language that `_` speaks at this moment."""
    return _current.get()


def set_locale(locale: str) -> None:
    """Speak `locale` for the rest of this context (a request, a job)."""
    _current.set(locale if locale in LOCALES else DEFAULT_LOCALE)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block."""
    token = _current.set(locale if locale in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str) -> str:
    """The text in the current language."""
    return translations(_current.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text for a count in the current language."""
    return translations(_current.get()).ngettext(singular, plural, count)
