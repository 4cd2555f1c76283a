"""What this floor adds to `serve`."""

from functools import partial

from gateway.cli.opening import configure_database
from gateway.cli.parts import Part, Stage, answers_http
from gateway.settings import Settings

_PRELOAD = ("remote_bridge.relay.running",)


def parts(settings: Settings) -> list[Part]:
    """One relay; more of them are processes of their own, each with its own address."""
    return [
        Part(
            "relay",
            ("relay",),
            1,
            partial(answers_http, settings.relay_host, settings.relay_port),
            Stage.WEB,
            preload=_PRELOAD,
            main=partial(_relay, settings),
        )
    ]


def _relay(settings: Settings) -> None:
    from remote_bridge.relay.running import run

    configure_database(settings)  # now with a bell: open pages hear at once how far a session is
    run(settings)
