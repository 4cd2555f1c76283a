"""How Jinja2 is set up, for pages, mails and the client's texts from `templates/`."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gateway import i18n

E = TypeVar("E", bound=Environment)


def template_dir() -> Path:
    """Where the templates are: in the installed package, else in the checkout."""
    packaged = Path(str(files("gateway"))).parent / "webui" / "_templates"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"


@cache
def environment() -> Environment:
    """The environment of mails."""
    return build(Environment)


def build(kind: type[E]) -> E:
    """An environment with gettext in it; `.html` is escaped, text is not."""
    env = kind(
        loader=FileSystemLoader(template_dir()),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    env.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return env


def render(name: str, **values: object) -> str:
    """A template filled in, in the current language."""
    return environment().get_template(name).render(**values)
