import sys

from gateway.cli.parts import Stage
from gateway.settings import Settings
from webui.parts import parts


def test_serve_runs_web_servers_that_are_not_ready_before_they_answer(settings: Settings) -> None:
    (part,) = parts(settings.with_values(web_port=1, web_processes=3))
    assert (part.name, part.argv, part.stage) == ("web", ("web",), Stage.WEB)
    assert part.count == (3 if sys.platform == "linux" else 1)
    assert not part.ready()
