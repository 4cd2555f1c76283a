"""What a process that takes mail opens."""

from pathlib import Path

import pytest

from gateway.cli.opening import find_announce, find_wake, open_acceptor, open_process
from gateway.rules.news import Kind, News
from gateway.settings import Settings
from gateway.store import session


def test_the_settings_decide_which_database_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M4A_DATA_DIR", str(tmp_path))
    assert open_process().root == tmp_path
    assert session.engine().url.database == str(tmp_path / "manage4all.db")
    session.dispose()


def test_a_wake_without_a_queue_server_harms_nobody(tmp_path: Path) -> None:
    find_wake(Settings(data_dir=tmp_path))("file", [1])


def test_the_blob_store_is_laid_out(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, min_free_bytes=0)
    with open_acceptor(settings).spool():
        assert (settings.blob_dir / "spool").is_dir()


def test_news_without_a_queue_server_harm_nobody(tmp_path: Path) -> None:
    find_announce(Settings(data_dir=tmp_path))([News(1, Kind.TICKET, 7)])
