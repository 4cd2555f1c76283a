import subprocess
import sys

import pytest
from sqlalchemy import column, table
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.upsert import insert_into

_THING = table("thing", column("name"))


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_both_databases_take_it(name: str) -> None:
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[name].dialect()
    said = str(insert_into(name, _THING).on_conflict_do_nothing().compile(dialect=dialect))
    assert said.startswith("INSERT INTO thing (name)")
    assert said.endswith("ON CONFLICT DO NOTHING")


def test_the_other_databases_part_is_not_loaded() -> None:
    program = (
        "import sys; import gateway.store.tallies, gateway.store.tickets as t;"
        "t._add_participant('sqlite'); print('sqlalchemy.dialects.postgresql' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
