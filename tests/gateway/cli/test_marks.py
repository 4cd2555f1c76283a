import json
import os
from pathlib import Path

import pytest

from gateway.cli import marks
from gateway.errors import Conflict
from gateway.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path)


def test_a_data_directory_belongs_to_one_at_a_time(settings: Settings) -> None:
    held = marks.lock(settings)
    with pytest.raises(Conflict, match="Another"):
        marks.lock(settings)
    os.close(held)
    os.close(marks.lock(settings))


def test_endpoints_appear_whole_and_go(settings: Settings) -> None:
    settings.run_dir.mkdir()
    marks.write_endpoints(settings, {"web": "http://127.0.0.1:1", "lmtp": None})
    path = settings.run_dir / "endpoints.json"
    assert json.loads(path.read_text()) == {"web": "http://127.0.0.1:1", "lmtp": None}
    marks.remove_endpoints(settings)
    marks.remove_endpoints(settings)
    assert list(settings.run_dir.iterdir()) == []


def test_processes_are_listed_by_part(settings: Settings) -> None:
    settings.run_dir.mkdir()
    marks.write_pids(settings, {"serve": (1,), "worker-file": (2, 3)})
    assert json.loads((settings.run_dir / "pids.json").read_text()) == {"serve": [1], "worker-file": [2, 3]}
    marks.remove_pids(settings)
    assert not (settings.run_dir / "pids.json").exists()


def test_who_fetches_is_wanted_or_not(settings: Settings) -> None:
    settings.run_dir.mkdir()
    assert not marks.is_fetching_wanted(settings)
    for wanted in (True, True, False, False):
        marks.want_fetching(settings, wanted=wanted)
        assert marks.is_fetching_wanted(settings) is wanted
