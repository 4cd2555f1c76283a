"""Some things are done in one place only: ending a transaction, reading the environment, asking the time."""

import ast
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.house.tree import PRODUCT, name_of, python_files


class Place(NamedTuple):
    """Dotted endings of names, and the files that may use them."""

    names: tuple[str, ...]
    allowed: tuple[str, ...]


PLACES: Mapping[str, Place] = {
    "transaction": Place((".commit", ".rollback"), ("gateway/store/session.py",)),
    "environment": Place(
        ("os.environ", "os.environb", "os.getenv", "os.putenv", "os.unsetenv"),
        # The client ships alone, and has no settings but those of the customer's desktop.
        ("gateway/settings.py", "remote_bridge/client/environment.py"),
    ),
    "time": Place(
        (".now", ".utcnow", ".today", "time.time", "time.time_ns"),
        ("gateway/clock.py",),
    ),
}
# `clock.now()` is the one way to ask, so whoever holds a clock may ask it.
_CLOCKS = ("clock.now", "_clock.now")


def used_names(source: str) -> list[str]:
    """Each dotted name that the code reads, with names imported by `from m import n` spelled `m.n`."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 0
        for alias in node.names
    }
    attributes = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    names = [imported[n.id] for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in imported]
    return attributes + names


def offences(source: str, place: Place) -> list[str]:
    """The names that only `place.allowed` may use."""
    found = {name for name in used_names(source) if f".{name}".endswith(place.names)}
    return sorted(name for name in found if not name.endswith(_CLOCKS))


@pytest.mark.parametrize("what", PLACES)
def test_it_is_done_in_its_one_place(what: str) -> None:
    place = PLACES[what]
    elsewhere = [path for path in python_files(*PRODUCT) if name_of(path) not in place.allowed]
    assert {name_of(p): found for p in elsewhere if (found := offences(p.read_text("utf-8"), place))} == {}


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("transaction", "db.commit()"),
        ("transaction", "self.session.rollback()"),
        ("environment", "import os\nos.environ['X']"),
        ("environment", "from os import environ as e\ne.get('X')"),
        ("environment", "import os\nos.getenv('X')"),
        ("time", "from datetime import datetime, UTC\ndatetime.now(UTC)"),
        ("time", "import datetime\ndatetime.datetime.utcnow()"),
        ("time", "import datetime as dt\ndt.date.today()"),
        ("time", "import time\ntime.time()"),
        ("time", "from time import time\ntime()"),
        ("time", "from datetime import datetime\nfactory = datetime.now"),
    ],
)
def test_a_planted_offence_is_found(what: str, code: str) -> None:
    assert offences(code, PLACES[what]) != []


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("time", "from gateway import clock\nclock.now()"),
        ("time", "self.clock.now()"),
        ("time", "import time\ntime.monotonic(); time.sleep(1)"),
        ("transaction", "with transaction() as db:\n    db.flush()"),
    ],
)
def test_the_one_way_is_no_offence(what: str, code: str) -> None:
    assert offences(code, PLACES[what]) == []
