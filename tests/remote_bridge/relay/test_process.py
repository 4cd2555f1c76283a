import os

import pytest
from click.testing import CliRunner

from gateway.cli.parts import Stage
from gateway.settings import Settings
from gateway.store import session
from remote_bridge.relay import running
from remote_bridge.relay.command import relay
from remote_bridge.relay.process import parts


def test_serve_runs_a_relay_that_is_not_ready_before_it_answers(settings: Settings) -> None:
    (part,) = parts(settings.with_values(relay_port=1))
    assert (part.name, part.argv, part.count, part.stage) == ("relay", ("relay",), 1, Stage.WEB)
    assert part.main is not None
    assert not part.ready()


def test_what_a_relay_notes_is_told_to_pages_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In place of the relay, which runs until it is told to stop: what it would find.
    found: list[bool] = []
    monkeypatch.setattr(running, "run", lambda _settings: found.append(session.is_announcing()))
    monkeypatch.setattr(os, "_exit", lambda _status: None)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    (part,) = parts(settings)
    assert part.main is not None
    part.main()
    session.dispose()
    assert CliRunner().invoke(relay, []).exception is None
    session.dispose()
    assert found == [True, True]
