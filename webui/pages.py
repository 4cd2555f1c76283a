"""Pages filled in: a template in the reader's language, with what every page shows."""

from functools import cache
from typing import Any

from flask import request
from markupsafe import Markup

from gateway import i18n, templating
from gateway.settings import SignUp
from webui import assets, sessions
from webui.folding import FoldingEnvironment, Known
from webui.office import office

_KNOWN: Known = {"asset": assets.asset, "icon": assets.icon}


@cache
def environment() -> FoldingEnvironment:
    """The environment that Flask has, and of which each language has a copy.

    One a process: nothing in it is of an application, and what has been compiled is there for all of them.
    """
    made = templating.build(FoldingEnvironment)
    made.globals |= _KNOWN
    return made


@cache
def _speaking(locale: str) -> FoldingEnvironment:
    return environment().in_language(locale, _KNOWN)


def compile_all() -> None:
    """Have every page compiled, so that processes forked after this share them."""
    for env in map(_speaking, i18n.LOCALES):
        for name in env.list_templates(filter_func=lambda name: name.startswith("web/")):
            env.get_template(name)


def render(name: str, **values: object) -> str:
    """The page of this name, for this request."""
    template = _speaking(i18n.current_locale()).get_template(name)
    return template.render(_page_values(), **values)


def piece(name: str, **values: object) -> Markup:
    """A part of a page, of these values and the language alone."""
    template = _speaking(i18n.current_locale()).get_template(name)
    return Markup(template.render(values))  # noqa: S704 - the template has escaped it


def _page_values() -> dict[str, Any]:
    settings = office().settings
    return {
        "request": request,
        "me": sessions.find(),
        "is_proven": sessions.is_proven(),
        "locale": i18n.current_locale(),
        "is_demo": settings.demo,
        "public_sign_up": settings.public_sign_up is SignUp.OPEN,
    }
