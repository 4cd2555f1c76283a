"""Customers as a file, by the API."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.errors import Unavailable
from gateway.inbound import csvfile
from gateway.rules.csvtable import MAX_BYTES
from gateway.store import session
from gateway.store.models import AuditEntry
from tests.webui.cast import World

PATH = "/api/v1/customers"
FILE = """\
Customer,Domains,Name,Addresses,Shoe size
Acme,acme.example,Ann,ann@acme.example,40
Beta,,,not an address,
"""


def send(client: FlaskClient, world: World, text: str | bytes, query: str = "", **more: str) -> Any:
    headers: Mapping[str, str] = world.ours.headers | {"Content-Type": "text/csv"} | more
    return client.post(f"{PATH}/import{query}", data=text, headers=headers)


def names(client: FlaskClient, world: World) -> list[str]:
    found: Any = client.get(PATH, headers=world.ours.headers).json
    return [one["name"] for one in found["items"]]


def test_a_file_is_looked_at_first_and_then_imported_once(client: FlaskClient, world: World) -> None:
    looked = send(client, world, FILE, "?dry_run=true")
    assert (looked.status_code, names(client, world)) == (200, [])
    done = send(client, world, FILE)
    assert done.json == looked.json
    counts = {key: done.json[key] for key in ("created", "changed", "unchanged", "errors", "ignored")}
    assert counts == {"created": 1, "changed": 0, "unchanged": 0, "errors": 1, "ignored": ["Shoe size"]}
    first, second = done.json["lines"]
    assert (first["line"], first["outcome"], first["error"]) == (2, "created", None)
    assert (second["outcome"], second["error"]) == ("error", "This is not a valid e-mail address.")
    assert names(client, world) == ["Acme"]
    again = send(client, world, FILE)
    assert (again.json["created"], again.json["unchanged"]) == (0, 1)


def test_what_was_exported_can_be_imported_and_changes_nothing(client: FlaskClient, world: World) -> None:
    send(client, world, FILE)
    given = client.post(f"{PATH}/export", headers=world.ours.headers)
    assert (given.status_code, given.mimetype) == (200, "text/csv")
    assert "ann@acme.example" in given.text
    back = send(client, world, given.data)
    assert {back.json[key] for key in ("created", "changed", "errors")} == {0}
    with session.reading() as db:
        kinds = db.execute(select(AuditEntry.kind)).scalars().all()
    assert {"customers_exported", "customers_imported"} <= set(kinds)


def test_what_is_no_such_file_is_refused_and_nothing_is_done(client: FlaskClient, world: World) -> None:
    assert send(client, world, FILE, **{"Content-Type": "application/json"}).status_code == 415
    assert send(client, world, "no heading that is known").status_code == 422
    assert send(client, world, b"Customer\n" + b"x" * MAX_BYTES).status_code == 422
    assert send(client, world, FILE, "?dry_run=perhaps").status_code == 422
    assert names(client, world) == []


def test_an_import_that_stops_half_way_says_so(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise Unavailable(detail="database")

    monkeypatch.setattr(csvfile, "carry_out", away)
    answer = send(client, world, FILE)
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/unavailable")
