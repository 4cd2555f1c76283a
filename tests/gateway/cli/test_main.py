import click
import pytest

from gateway.cli import main
from gateway.errors import Unavailable


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """A command `fail` that raises what is put here."""
    raised: list[Exception] = []

    @click.command()
    def fail() -> None:
        raise raised[0]

    monkeypatch.setitem(main.cli.commands, "fail", fail)
    return raised


def test_an_expected_failure_is_one_line_and_a_status(
    failing: list[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    failing.append(Unavailable("The database\nis away."))
    assert main.run(["fail"]) == 1
    assert capsys.readouterr().err == "manage4all: The database is away.\n"


def test_an_unforeseen_failure_is_one_line_too(
    failing: list[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    failing.append(ZeroDivisionError("by zero"))
    assert main.run(["fail"]) == 1
    assert capsys.readouterr().err == "manage4all: unexpected ZeroDivisionError: by zero\n"


def test_whoever_debugs_sees_where(failing: list[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    failing.append(Unavailable())
    monkeypatch.setenv("M4A_DEBUG", "1")
    with pytest.raises(Unavailable):
        main.run(["fail"])


def test_an_unknown_command_is_a_matter_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["no-such-command"]) == 2
    assert "no-such-command" in capsys.readouterr().err


def test_every_command_is_there_and_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "serve" in shown
    assert "worker" in shown


def test_wrong_settings_do_not_hide_the_message(
    failing: list[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.append(Unavailable())
    monkeypatch.setenv("M4A_WEB_PORT", "none")
    assert main.run(["fail"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
