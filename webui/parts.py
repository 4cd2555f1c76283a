"""What this floor adds to `serve`."""

import sys
from functools import partial

from gateway.cli.parts import Part, Stage, answers_http
from gateway.settings import Settings

_PRELOAD = ("webui.server",)


def parts(settings: Settings) -> list[Part]:
    """The web servers, which share a port; elsewhere than on Linux one of them would have all callers."""
    return [
        Part(
            "web",
            ("web",),
            settings.web_processes if sys.platform == "linux" else 1,
            partial(answers_http, settings.web_host, settings.web_port),
            Stage.WEB,
            preload=_PRELOAD,
            rehearse=partial(_build, settings),
            main=partial(_serve, settings),
        )
    ]


def _build(settings: Settings) -> None:
    """The application and its templates, which take no connection: all that serve it share the memory."""
    from webui import worker

    worker.application(settings)


def _serve(settings: Settings) -> None:
    from webui.server import serve

    serve(settings)
