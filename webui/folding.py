"""Templates in which calls whose arguments are constant have been made when the page is compiled.

A page names some sixty texts, icons and assets. They are the same at every request, so a template is
compiled once a language and has them as plain text in it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from gettext import NullTranslations
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from gateway import i18n

Known = Mapping[str, Callable[..., str]]
"""Functions without side effects, by the name that templates call them by."""


class FoldingEnvironment(Environment):
    """An environment for one language; `known` functions must answer the same for as long as it lives."""

    known: Known = MappingProxyType({})

    def in_language(self, locale: str, known: Known) -> "FoldingEnvironment":
        """A copy that shares the globals, speaks `locale` in constant texts, and folds `known` as well."""
        copied = self.overlay()
        if not isinstance(copied, FoldingEnvironment):  # an overlay has the class of what it lies over
            raise TypeError
        catalogue = i18n.translations(locale)
        copied.known = {**known, "_": partial(_translated, catalogue)}
        return copied

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        """Jinja's hook between parsing and writing the template's code."""
        return super()._generate(_Folder(self.known).visit(source), *args, **options)


def _translated(catalogue: NullTranslations, text: str) -> Markup:
    """As Jinja's own `_`: the catalogue is trusted, and `%%` stands for `%`."""
    return Markup(catalogue.gettext(text)) % {}  # noqa: S704 - see above


class _Folder(NodeTransformer):
    """Puts the answer in place of a call of a known function with constant arguments."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - named after the node
        """The answer, or the call as it is."""
        self.generic_visit(call)
        arguments = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
        if len(arguments) < len(call.args) or call.kwargs or call.dyn_args or call.dyn_kwargs:
            return call
        if not isinstance(call.node, nodes.Name) or call.node.name not in self._known:
            return call
        return nodes.Const(self._known[call.node.name](*arguments), lineno=call.lineno)
