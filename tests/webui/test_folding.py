"""Folded templates: constant calls are answered when the template is compiled."""

import pytest
from markupsafe import Markup

from gateway import i18n, templating
from webui.folding import FoldingEnvironment


class Known:
    """A function that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, name: str) -> Markup:
        self.calls += 1
        return Markup("<i>%s</i>") % name


def environment(known: Known, locale: str = "en") -> FoldingEnvironment:
    env = templating.build(FoldingEnvironment)
    env.globals["icon"] = known
    return env.in_language(locale, {"icon": known})


def test_a_constant_call_is_made_once_and_its_answer_keeps_its_escaping() -> None:
    known = Known()
    template = environment(known).from_string("{% autoescape true %}{{ icon('a&b') }}{% endautoescape %}")
    assert [template.render(), template.render()] == ["<i>a&amp;b</i>"] * 2
    assert known.calls == 1


def test_other_calls_are_made_when_the_page_is() -> None:
    known = Known()
    template = environment(known).from_string("{{ icon(x) }}{{ icon(name='a') }}{{ icon(*[x]) }}")
    assert template.render(x="b") == "<i>b</i><i>a</i><i>b</i>"
    assert known.calls == 3


def test_folded_calls_may_stand_in_expressions() -> None:
    template = environment(Known()).from_string("{{ x or icon('a') }}")
    assert (template.render(x=""), template.render(x="b")) == ("<i>a</i>", "b")


@pytest.mark.parametrize(("locale", "said"), [("en", "Search"), ("de", "Suchen")])
def test_constant_texts_speak_the_language_of_the_environment(locale: str, said: str) -> None:
    with i18n.speaking("en"):
        assert environment(Known(), locale).from_string("{{ _('Search') }}").render() == said


def test_a_percent_sign_in_a_text_is_written_as_jinja_wants_it() -> None:
    source = "{{ _('100%% & more') }}"
    plain = templating.build(FoldingEnvironment).from_string(source).render()
    assert environment(Known()).from_string(source).render() == plain == "100% & more"
