"""An answer of a view for which somebody else has to be asked first; the bridge waits beside the pages."""

from collections.abc import Callable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response

from webui.bridge import Errand, Told

_TOLD = frozenset({"content-type", "content-length"})


class Later(Response):
    """What `work` brings back: its status, type and body, beside the headers that the view has set.

    `work` runs in a thread of its own, outside the request: what it needs it must have with it.
    """

    def __init__(self, work: Callable[[], Told]) -> None:
        super().__init__(direct_passthrough=True)
        self._work = work

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Errand:
        own = [(name, value) for name, value in self.headers if name.lower() not in _TOLD]

        def work() -> Told:
            told = self._work()
            length = ("Content-Length", str(len(told.body)))
            return Told(told.status, [*own, *told.headers, length], told.body)

        return Errand(work, start_response)
