from click.testing import CliRunner

from webui.command import web


def test_the_command_explains_itself() -> None:
    done = CliRunner().invoke(web, ["--help"])
    assert done.exit_code == 0
    assert "pages and the API" in done.output
