"""Templates: escaped where they are HTML, complaining where a value is missing, in the current language."""

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from gateway import templating


def test_html_is_escaped_and_text_is_not() -> None:
    env = templating.environment()
    assert env.get_template("mail/reply/body.html") is not None
    for name, expected in (("a.html", "&lt;b&gt;"), ("a.txt", "<b>")):
        escapes = env.autoescape(name) if callable(env.autoescape) else env.autoescape
        template = env.overlay(autoescape=escapes).from_string("{{ x }}")
        assert template.render(x="<b>") == expected


def test_a_missing_value_is_a_fault() -> None:
    with pytest.raises(UndefinedError):
        templating.environment().from_string("{{ nobody }}").render()


def test_a_template_is_found_by_its_name() -> None:
    assert (templating.template_dir() / "web").is_dir()
    with pytest.raises(TemplateNotFound):
        templating.render("web/none.html")


def test_texts_in_templates_are_translated() -> None:
    assert (
        templating.environment().from_string("{% trans n=2 %}{{ n }} mails{% endtrans %}").render()
        == "2 mails"
    )
