"""Answers of views whose work is done beside the pages: before the answer is known, or after it has gone."""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response

from gateway.store import binding
from webui.bridge import Errand, Followed, Told

_TOLD = frozenset({"content-type", "content-length"})


class Later(Response):
    """What `work` brings back that asks somebody else: status, type and body, beside the view's headers.

    `work` runs in a thread of its own, outside the request: what it needs it must have with it. It is
    bound to the account that the request was bound to.
    """

    def __init__(self, work: Callable[[], Told]) -> None:
        super().__init__(direct_passthrough=True)
        self._work, self._binding = work, binding.present()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Errand:
        own = [(name, value) for name, value in self.headers if name.lower() not in _TOLD]

        def work() -> Told:
            with binding.held(self._binding):
                told = self._work()
            length = ("Content-Length", str(len(told.body)))
            return Told(told.status, [*own, *told.headers, length], told.body)

        return Errand(work, start_response)


class Afterwards(Response):
    """A page that is complete, and `work` that its reader shall neither wait for nor be able to time.

    It runs as that of `Later` does.
    """

    def __init__(self, page: str, work: Callable[[], object]) -> None:
        super().__init__(page)
        self._work, self._binding = work, binding.present()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def work() -> None:
            with binding.held(self._binding):
                self._work()

        return Followed(super().__call__(environ, start_response), work)
