"""`manage4all doctor`: each part looked at, also when others are broken; no secret shown."""

import json
from pathlib import Path

from gateway.cli.doctor import Finding, examine
from gateway.settings import Settings, load
from gateway.store import session
from gateway.store.blobs import BlobStore
from tests.databases import Databases
from tests.fakes.clamd import Double
from tests.fakes.command import command
from tests.fakes.dns_server import serving, unused_address

SECRET = "hunter2"


def findings(settings: Settings) -> dict[str, Finding]:
    """What it finds; where no name server is set, one on this machine is asked, not the system's."""
    try:
        with serving() as dns:
            servers = settings.dns_servers or dns.address
            return {one.part: one for one in examine(settings.with_values(dns_servers=servers))}
    finally:
        session.dispose()


def test_a_healthy_part_is_well(databases: Databases, tmp_path: Path) -> None:
    found = findings(
        load(
            data_dir=tmp_path / "data",
            database_url=databases.migrated("sqlite", tmp_path),
            min_free_bytes=0,
            relay_url="smtp://h",
        )
    )
    assert {part: one.ok for part, one in found.items()} == {
        "data directory": True,
        "database": True,
        "queue": False,  # the embedded one runs while `serve` does
        "file types": True,
        "DNS": True,
        "outgoing mail": True,
        "virus scanner": True,
    }
    assert list((tmp_path / "data" / "blobs").glob("??/*")) == []


def test_every_broken_part_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    found = findings(
        load(
            data_dir=tmp_path / "data",
            database_url=f"postgresql://u:{SECRET}@127.0.0.1:1/d",
            redis_url=f"redis://:{SECRET}@127.0.0.1:1",
            clamd_url="tcp://127.0.0.1:1",
            dns_servers=unused_address(),
        )
    )
    assert [part for part, one in found.items() if one.ok] == ["file types"]
    assert "M4A_DATABASE_URL" in found["database"].words
    assert "M4A_REDIS_URL" in found["queue"].words
    assert "M4A_CLAMD_URL" in found["virus scanner"].words
    assert "M4A_RELAY_URL" in found["outgoing mail"].words
    assert "M4A_DNS_SERVERS" in found["DNS"].words
    assert SECRET not in str(found)


def test_addresses_that_are_none_are_no_traceback(tmp_path: Path) -> None:
    found = findings(load(data_dir=tmp_path, database_url="nonsense", redis_url="nonsense"))
    assert not found["database"].ok
    assert not found["queue"].ok


def test_an_old_schema_and_a_full_disk_are_told(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty("sqlite", tmp_path)
    found = findings(load(data_dir=tmp_path / "data", database_url=url, min_free_bytes=2**60))
    assert "db upgrade" in found["database"].words
    assert "put off" in found["data directory"].words


def test_what_it_tries_out_harms_no_mail_of_the_same_words(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    kept = blobs.put(b"manage4all doctor")
    findings(load(data_dir=tmp_path, min_free_bytes=0))
    assert blobs.read(kept.sha256) == b"manage4all doctor"


def test_as_json_it_is_one_object_and_settings_hide_their_secrets(tmp_path: Path) -> None:
    run = command(
        tmp_path,
        database_url=f"postgresql://u:{SECRET}@127.0.0.1:1/d",
        relay_url=f"smtp://u:{SECRET}@h",
        dns_servers=unused_address(),
    )
    done = run("doctor", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (1, False)
    listed = run("doctor", "--settings", "--json")
    rows = {row["name"]: row for row in json.loads(listed.stdout)["settings"]}
    assert rows["M4A_DATABASE_URL"]["value"] == "postgresql://u:***@127.0.0.1:1/d"
    assert (rows["M4A_RELAY_URL"]["value"], rows["M4A_WEB_PORT"]["default"]) == ("set", "8080")
    assert all(row["meaning"] for row in rows.values())
    plain = run("doctor", "--settings")
    assert "M4A_WEB_PORT=8080" in plain.stdout
    assert SECRET not in done.stdout + listed.stdout + plain.stdout + done.stderr


def test_a_scanner_that_answers_is_well(tmp_path: Path) -> None:
    with Double() as scanner:
        found = findings(load(data_dir=tmp_path, clamd_url=scanner.url))
    assert found["virus scanner"] == Finding("virus scanner", ok=True, words="it answers")


def test_a_role_that_no_policy_holds_is_told(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated("postgresql", tmp_path)
    told = [
        findings(load(data_dir=tmp_path / "data", database_url=one))["database"]
        for one in (url, databases.as_superuser(url))
    ]
    assert [one.ok for one in told] == [True, False]
    assert "BYPASSRLS" in told[1].words
    databases.drop(url)
