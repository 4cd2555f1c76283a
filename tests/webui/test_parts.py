from gateway.cli.parts import Stage
from gateway.settings import Settings
from webui.parts import parts


def test_serve_runs_one_web_part_that_is_not_ready_before_it_answers(settings: Settings) -> None:
    (part,) = parts(settings.with_values(web_port=1))
    assert (part.name, part.argv, part.count, part.stage) == ("web", ("web",), 1, Stage.WEB)
    assert not part.ready()
