"""Every kind, step and thing of an erasure has its words."""

from gateway.desk.erasurewords import kind_names, step_names, thing_names
from gateway.i18n import speaking
from gateway.rules.erasure import ErasureKind, Step, Thing


def test_everything_has_its_words_in_both_languages() -> None:
    for locale in ("en", "de"):
        with speaking(locale):
            assert set(kind_names()) == set(ErasureKind)
            assert set(step_names()) == set(Step)
            assert set(thing_names()) == set(Thing)
            assert all((*kind_names().values(), *step_names().values(), *thing_names().values()))
