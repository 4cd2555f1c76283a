"""The key that an installation makes for itself: one, whole, for the owner's eyes alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway.secretkey import stored_key


def test_it_is_made_once_and_read_afterwards(tmp_path: Path) -> None:
    made = stored_key(tmp_path / "new")
    assert len(bytes.fromhex(made)) == 32
    assert stored_key(tmp_path / "new") == made
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


def test_whoever_comes_at_the_same_time_gets_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(stored_key, [tmp_path] * 8))) == 1


def test_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("mine\n")
    assert stored_key(tmp_path) == "mine"
