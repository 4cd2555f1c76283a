"""What this floor adds to `serve`."""

from functools import partial

from gateway.cli.parts import Part, Stage, answers_http
from gateway.settings import Settings

_PRELOAD = ("webui.server",)


def parts(settings: Settings) -> list[Part]:
    """The web server; it runs its own worker processes."""
    ready = partial(answers_http, settings.web_host, settings.web_port)
    return [Part("web", ("web",), 1, ready, Stage.WEB, preload=_PRELOAD, main=partial(_serve, settings))]


def _serve(settings: Settings) -> None:
    from webui.server import serve

    serve(settings)
