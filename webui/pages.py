"""Pages filled in: a template in the reader's language, with what every page shows."""

from typing import Any

from flask import Flask, current_app, request
from jinja2 import Environment
from markupsafe import Markup

from gateway import i18n, templating
from gateway.settings import SignUp
from webui import assets, sessions
from webui.folding import FoldingEnvironment
from webui.office import office

_KEY = "pages"


def environment() -> FoldingEnvironment:
    """The environment that pages and Flask share; its globals may grow until the first page is compiled."""
    return templating.build(FoldingEnvironment)


def install(app: Flask) -> None:
    """One environment a language, each with the globals of the application's own."""
    env: Environment = app.jinja_env
    if not isinstance(env, FoldingEnvironment):
        raise TypeError("the application has another environment")
    env.globals |= {"asset": assets.asset, "icon": assets.icon}
    known = {"asset": assets.asset, "icon": assets.icon}
    app.extensions[_KEY] = {locale: env.in_language(locale, known) for locale in i18n.LOCALES}


def compile_all(app: Flask) -> None:
    """Have every page compiled, so that processes forked after this share them."""
    for env in _environments(app).values():
        for name in env.list_templates(filter_func=lambda name: name.startswith("web/")):
            env.get_template(name)


def render(name: str, **values: object) -> str:
    """The page of this name, for this request."""
    template = _environments(current_app)[i18n.current_locale()].get_template(name)
    return template.render(_page_values(), **values)


def piece(name: str, **values: object) -> Markup:
    """A part of a page, of these values and the language alone."""
    template = _environments(current_app)[i18n.current_locale()].get_template(name)
    return Markup(template.render(values))  # noqa: S704 - the template has escaped it


def _environments(app: Flask) -> dict[str, FoldingEnvironment]:
    found: dict[str, FoldingEnvironment] = app.extensions[_KEY]
    return found


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
